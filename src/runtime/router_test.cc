// SPDX-License-Identifier: Apache-2.0

#include "runtime/router.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "columnar/key_bytes.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"
#include "state/key_group.h"

namespace hw {
namespace {

Batch batch(std::string_view rows) { return *parse_batch(*parse_schema("k STRING, n INT"), rows); }

std::map<int, std::string> route(const RouterSpec& spec, const Batch& rows) {
  std::vector<RoutedBatch> routed;
  EXPECT_TRUE(make_router(spec)->route(rows, routed).ok());
  std::map<int, std::string> texts;
  for (const RoutedBatch& part : routed) texts[part.receiver] += part.batch.to_text();
  return texts;
}

constexpr auto kHash = EdgeContract::kHash;

TEST(RouterTest, HashSendsEqualKeysToOneReceiverWhateverTheirKind) {
  const RouterSpec spec{.contract = kHash, .key_columns = {0}, .num_receivers = 4};
  std::vector<RoutedBatch> routed;
  ASSERT_TRUE(
      make_router(spec)
          ->route(batch("+ a 1 | + b 1 | -U a 1 | +U a 2 | - b 1 | + c 1 | + null 1"), routed)
          .ok());
  std::map<std::string, int> receiver_of;
  int64_t num_rows = 0;
  for (const RoutedBatch& part : routed) {
    num_rows += part.batch.num_rows();
    for (int64_t row = 0; row < part.batch.num_rows(); ++row) {
      const std::string key = part.batch.column(0)->is_null(row)
                                  ? "NULL"
                                  : std::string(part.batch.column(0)->value<std::string_view>(row));
      EXPECT_EQ(receiver_of.try_emplace(key, part.receiver).first->second, part.receiver) << key;
    }
  }
  EXPECT_EQ(num_rows, 7);
  EXPECT_EQ(receiver_of.size(), 4u);
}

TEST(RouterTest, HashAgreesWithTheOwnerOfTheKeyGroup) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += (i == 0 ? "+ " : " | + ") + std::to_string(i % 30) + " " + std::to_string(i);
  const Batch rows = batch(text);
  for (const int receivers : {1, 2, 3, 6, 7, 40}) {
    const RouterSpec spec{.contract = kHash, .key_columns = {0}, .num_receivers = receivers};
    std::vector<RoutedBatch> routed;
    ASSERT_TRUE(make_router(spec)->route(rows, routed).ok());
    int64_t num_rows = 0;
    for (const RoutedBatch& part : routed) {
      num_rows += part.batch.num_rows();
      const KeyGroupRange range =
          key_groups_of_instance(part.receiver, kDefaultMaxParallelism, receivers);
      ASSERT_NE(part.batch.key_hashes(), nullptr) << "hashes travel with the rows";
      const std::vector<ColumnPtr> key = {part.batch.column(0)};
      EXPECT_EQ(part.batch.key_hashes()->columns, std::vector<int>{0});
      EXPECT_EQ(part.batch.key_hashes()->hashes, hash_keys(key, part.batch.num_rows()));
      for (const uint64_t hash : part.batch.key_hashes()->hashes)
        EXPECT_TRUE(range.contains(key_group_of(hash, kDefaultMaxParallelism)));
      for (int64_t row = 1; row < part.batch.num_rows(); ++row)
        EXPECT_LT(part.batch.column(1)->value<int32_t>(row - 1),
                  part.batch.column(1)->value<int32_t>(row))
            << "rows keep their order";
    }
    EXPECT_EQ(num_rows, 100);
  }
}

TEST(RouterTest, HashKeepsUpdatePairsTogether) {
  const auto parts = route({.contract = kHash, .key_columns = {0}, .num_receivers = 2},
                           batch("+ a 1 | + b 1 | -U a 1 | +U a 2 | -U b 1 | +U b 2"));
  std::string all;
  for (const auto& [receiver, text] : parts) all += text + "\n";
  EXPECT_NE(all.find("-U[a, 1] | +U[a, 2]"), std::string::npos) << all;
  EXPECT_NE(all.find("-U[b, 1] | +U[b, 2]"), std::string::npos) << all;
}

TEST(RouterTest, FewReceiversShareText) {
  const Batch rows = batch("+ a 1 | + b 2 | + c 3 | + d 4 | + e 5 | + f 6 | + g 7 | + h 8");
  for (const int receivers : {2, 4, 5}) {
    std::vector<RoutedBatch> routed;
    RouterSpec spec{.contract = kHash, .key_columns = {0}, .num_receivers = receivers};
    ASSERT_TRUE(make_router(spec)->route(rows, routed).ok());
    for (const RoutedBatch& part : routed) {
      const Column& text = *part.batch.column(0);
      EXPECT_EQ(text.values_ptr() == rows.column(0)->values_ptr(), receivers <= 4);
      EXPECT_EQ(part.batch.selection(), nullptr);
    }
  }
}

TEST(RouterTest, RowsOfOneReceiverAreNotCopied) {
  const Batch rows = batch("+ a 1 | -U a 2 | +U a 3");
  std::vector<RoutedBatch> routed;
  const RouterSpec spec{.contract = kHash, .key_columns = {0}, .num_receivers = 3};
  ASSERT_TRUE(make_router(spec)->route(rows, routed).ok());
  ASSERT_EQ(routed.size(), 1u);
  EXPECT_EQ(routed[0].batch.columns(), rows.columns());
  EXPECT_EQ(routed[0].batch.to_text(), rows.to_text());
  EXPECT_NE(routed[0].batch.key_hashes(), nullptr);
}

TEST(RouterTest, HashReadsOnlySelectedRows) {
  const Batch rows = batch("+ a 1 | + b 2 | + c 3 | + a 4");
  for (const int receivers : {1, 2, 5, 9}) {
    for (const Selection& selection : {Selection{3}, Selection{0, 1, 3}}) {
      const auto parts = route({.contract = kHash, .key_columns = {0}, .num_receivers = receivers},
                               rows.narrowed_to(std::make_shared<const Selection>(selection)));
      std::string all;
      for (const auto& [receiver, text] : parts) all += text;
      EXPECT_EQ(all.find("[c, 3]"), std::string::npos);
      EXPECT_NE(all.find("[a, 4]"), std::string::npos);
    }
  }
}

TEST(RouterTest, BroadcastSendsEverythingToAll) {
  const auto parts =
      route({.contract = EdgeContract::kBroadcast, .num_receivers = 3}, batch("+ a 1 | + b 2"));
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts.at(2), "+I[a, 1] | +I[b, 2]");
}

TEST(RouterTest, RebalanceSendsWholeBatchesInTurn) {
  const auto router =
      make_router({.contract = EdgeContract::kRebalance, .subtask = 1, .num_receivers = 3});
  std::vector<RoutedBatch> routed;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(router->route(batch("-U a 1 | +U a 2"), routed).ok());
  ASSERT_EQ(routed.size(), 4u);
  EXPECT_EQ(routed[0].receiver, 1);
  EXPECT_EQ(routed[1].receiver, 2);
  EXPECT_EQ(routed[2].receiver, 0);
  EXPECT_EQ(routed[3].receiver, 1);
}

TEST(RouterTest, ASelectionNeverLeavesTheChain) {
  const Batch rows = batch("+ a 1 | + b 2 | + c 3");
  const auto selection = std::make_shared<const Selection>(Selection{1, 2});
  for (const EdgeContract contract : {EdgeContract::kForward, EdgeContract::kGlobal, kHash,
                                      EdgeContract::kBroadcast, EdgeContract::kRebalance}) {
    std::vector<RoutedBatch> routed;
    const auto router =
        make_router({.contract = contract,
                     .key_columns = contract == kHash ? std::vector<int>{0} : std::vector<int>{}});
    ASSERT_TRUE(router->route(rows.narrowed_to(selection), routed).ok());
    ASSERT_EQ(routed.size(), 1u);
    EXPECT_EQ(routed[0].batch.selection(), nullptr);
    EXPECT_EQ(routed[0].batch.to_text(), "+I[b, 2] | +I[c, 3]");
  }
}

}  // namespace
}  // namespace hw
