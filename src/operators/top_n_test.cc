// SPDX-License-Identifier: Apache-2.0

#include "operators/top_n.h"

#include <limits>

#include <gtest/gtest.h>

#include "testkit/operator_harness.h"

namespace hw {
namespace {

TopNSpec spec_of(int64_t limit, int64_t offset, bool retracts) {
  const SchemaPtr schema = make_schema({{"k", SqlType::string()}, {"v", SqlType::integer()}});
  return {.input = schema,
          .partition = {0},
          .order = {{.column = 1, .descending = false, .nulls_first = true}},
          .limit = limit,
          .offset = offset,
          .emit_rank = false,
          .input_retracts = retracts,
          .generate_update_before = true,
          .output = schema};
}

/// The harness cannot be copied: each test keys it itself.
OperatorHarness harness(TopNSpec spec) {
  return OperatorHarness("k STRING, v INT", [spec] { return make_top_n(spec); });
}

TEST(TopNTest, RowsEnterAndLeave) {
  harness(spec_of(2, 0, false))
      .keyed_by({0})
      .input("+ a 5 | wm 1 | + a 3 | wm 2 | + a 4 | wm 3 | + b 9")
      .expect("+ a 5 | wm 1 | + a 3 | wm 2 | - a 5 | + a 4 | wm 3 | + b 9");
}

TEST(TopNTest, ARetractionLetsTheNextRowIn) {
  harness(spec_of(1, 0, true))
      .keyed_by({0})
      .input("+ a 5 | + a 3 | + a 4 | wm 1 | - a 3 | wm 2 | - a 4 | - a 5")
      .expect("+ a 3 | wm 1 | - a 3 | + a 4 | wm 2 | - a 4");
}

TEST(TopNTest, TheOffsetIsNotShown) {
  harness(spec_of(1, 1, false)).keyed_by({0}).input("+ a 5 | + a 3 | + a 4").expect("+ a 4");
}

TEST(TopNTest, NullsAreSmallest) {
  harness(spec_of(1, 0, false)).keyed_by({0}).input("+ a 5 | + a null").expect("+ a null");
}

TEST(TopNTest, RanksThatShiftAreUpdates) {
  TopNSpec spec = spec_of(2, 0, false);
  spec.emit_rank = true;
  spec.output = make_schema({{"k", SqlType::string()},
                             {"v", SqlType::integer()},
                             {"rank", SqlType::bigint().not_null()}});
  harness(spec)
      .keyed_by({0})
      .returns("k STRING, v INT, rank BIGINT NOT NULL")
      .input("+ a 5 | wm 1 | + a 3 | wm 2 | + a 4")
      .expect("+ a 5 1 | wm 1 | -U a 5 1 | +U a 3 1 | + a 5 2 | wm 2 | -U a 5 2 | +U a 4 2");
}

TEST(TopNTest, WithoutALimitAllRowsBehindTheOffsetAreShown) {
  harness(spec_of(std::numeric_limits<int64_t>::max(), 1, false))
      .keyed_by({0})
      .input("+ a 5 | + a 3 | + a 4")
      .expect("+ a 4 | + a 5");
}

TEST(TopNTest, RefusesANegativeLimit) {
  EXPECT_TRUE(make_top_n(spec_of(-1, 0, false)).status().IsInvalid());
}

}  // namespace
}  // namespace hw
