// SPDX-License-Identifier: Apache-2.0

#include "operators/dense_input.h"

#include <gtest/gtest.h>

#include "columnar/key_bytes.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"

namespace hw {
namespace {

Batch hashed(std::vector<int> columns) {
  const Batch batch = *parse_batch(*parse_schema("a INT, b INT"), "+ 1 1 | + 2 3 | + 3 2");
  std::vector<ColumnPtr> keys;
  for (const int column : columns) keys.push_back(batch.column(column));
  std::vector<uint64_t> hashes = hash_keys(keys, batch.num_rows());
  return batch.with_key_hashes(std::make_shared<const KeyHashes>(
      KeyHashes{.columns = std::move(columns), .hashes = std::move(hashes)}));
}

TEST(DenseInputTest, HashesOfOtherColumnsAreNotTaken) {
  // The first row has the same value in both columns: by its hash alone they look alike.
  const DenseInput rows = *DenseInput::of(hashed({0, 1}));
  EXPECT_NE(rows.hashes_of(std::vector<int>{0, 1}), nullptr);
  EXPECT_EQ(rows.hashes_of(std::vector<int>{1, 0}), nullptr);
  EXPECT_EQ(rows.hashes_of(std::vector<int>{0}), nullptr);
  EXPECT_EQ(rows.hashes_of(std::vector<int>{}), nullptr);
  EXPECT_EQ(DenseInput::of(hashed({0}))->hashes_of(std::vector<int>{1}), nullptr);
}

TEST(DenseInputTest, HashesStayWithTheirRows) {
  const std::vector<int> key = {1};
  const Batch batch = hashed({1});
  const auto expected = [&](std::vector<int32_t> rows) {
    std::vector<uint64_t> hashes;
    for (const int32_t row : rows) {
      hashes.push_back(batch.key_hashes()->hashes[static_cast<size_t>(row)]);
    }
    return hashes;
  };
  const auto taken = [&](const DenseInput& rows) {
    const uint64_t* hashes = rows.hashes_of(key);
    return hashes == nullptr ? std::vector<uint64_t>{}
                             : std::vector<uint64_t>(hashes, hashes + rows.num_rows());
  };
  const DenseInput all = *DenseInput::of(batch);
  EXPECT_EQ(taken(all), expected({0, 1, 2}));
  EXPECT_EQ(taken(*all.gathered(std::vector<int32_t>{2, 0})), expected({2, 0}));
  const Batch narrow = batch.narrowed_to(std::make_shared<const Selection>(Selection{1, 2}));
  EXPECT_EQ(taken(*DenseInput::of(narrow, key)), expected({1, 2}));
}

}  // namespace
}  // namespace hw
