// SPDX-License-Identifier: Apache-2.0

#include "operators/result_trigger.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kColumns = "k INT, v STRING";

ResultTriggerSpec spec_of(std::vector<int> keys, int64_t interval_ms) {
  return {.schema = *parse_schema(kColumns),
          .keys = std::move(keys),
          .interval_ms = interval_ms,
          .kinds = RowKindSet::all()};
}

struct Keyed : OperatorHarness {
  explicit Keyed(ResultTriggerSpec spec = spec_of({0}, 1000))
      : OperatorHarness(kColumns, [spec] { return make_result_trigger(spec); }) {
    keyed_by({0}).starts_at(500);
  }
};

/// A sink that replaces by key: nobody sends -U.
struct Upserting : OperatorHarness {
  Upserting()
      : OperatorHarness(kColumns, [] {
          ResultTriggerSpec spec = spec_of({0}, 1000);
          spec.kinds = RowKindSet::all().without(RowKind::kUpdateBefore);
          return make_result_trigger(spec);
        }) {
    keyed_by({0}).upsert_key({0}).starts_at(500);
  }
};

struct ByRow : OperatorHarness {
  explicit ByRow(bool complete = false)
      : OperatorHarness(kColumns, [complete] {
          ResultTriggerSpec spec = spec_of({}, 1000);
          spec.by_row = true;
          spec.complete = complete;
          return make_result_trigger(spec);
        }) {
    keyed_by({0, 1}).starts_at(500);
  }
};

TEST(ResultTriggerTest, ChangesGoOutTogetherWhenTheClockReachesTheNextMultiple) {
  Keyed()
      .input("+ 1 a | -U 1 a | +U 1 b | + 2 x")
      .expect("")
      .advance_clock(499)
      .expect("")
      .advance_clock(1)
      .expect_in_any_order("+ 1 b | + 2 x")
      .input("-U 1 b | +U 1 c | - 2 x")
      .advance_clock(1000)
      .expect_in_any_order("-U 1 b | +U 1 c | - 2 x");
}

TEST(ResultTriggerTest, WhatCameAndWentInBetweenIsNeverSeen) {
  Keyed()
      .input("+ 1 a | - 1 a | + 2 x")
      .advance_clock(500)
      .expect("+ 2 x")
      .input("-U 2 x | +U 2 y | -U 2 y | +U 2 x")
      .advance_clock(1000)
      .expect("")
      .input("- 2 x | + 2 x | - 2 x")
      .input("end")
      .expect("- 2 x | end");
}

TEST(ResultTriggerTest, TheEndShowsWhatIsHeldBack) {
  Keyed().input("+ 1 a | + 2 b | - 1 a | end").expect("+ 2 b | end");
}

TEST(ResultTriggerTest, ARowThatLeavesAndComesAgainIsReplaced) {
  Keyed()
      .input("+ 1 a")
      .advance_clock(500)
      .expect("+ 1 a")
      .input("- 1 a | + 1 b")
      .advance_clock(1000)
      .expect("-U 1 a | +U 1 b");
}

TEST(ResultTriggerTest, WithoutOldRowsTheNewOnesReplaceByKey) {
  Upserting()
      .input("+ 1 a | +U 1 b | + 2 x")
      .advance_clock(500)
      .expect_in_any_order("+ 1 b | + 2 x")
      .input("+U 1 c | +U 1 d | - 2 x")
      .advance_clock(1000)
      .expect_in_any_order("+U 1 d | - 2 x")
      .input("+U 1 e | - 1 e")
      .advance_clock(1000)
      .expect("- 1 e");
}

TEST(ResultTriggerTest, RowsWithoutAKeyAreCounted) {
  ByRow()
      .input("+ 1 a | + 1 a | + 2 b | - 2 b | + NULL NULL")
      .advance_clock(500)
      .expect_in_any_order("+ 1 a | + 1 a | + NULL NULL")
      .input("- 1 a | + 3 c | - NULL NULL | + NULL NULL")
      .advance_clock(1000)
      .expect_in_any_order("- 1 a | + 3 c");
}

TEST(ResultTriggerTest, CompleteShowsRowsThatStandAgain) {
  ResultTriggerSpec spec = spec_of({0}, 1000);
  spec.complete = true;
  Keyed(spec)
      .input("+ 1 a | + 2 x")
      .advance_clock(500)
      .expect_in_any_order("+ 1 a | + 2 x")
      .advance_clock(1000)
      .expect("")
      .input("-U 1 a | +U 1 b")
      .advance_clock(1000)
      .expect_in_any_order("-U 1 a | +U 1 b | -U 2 x | +U 2 x");
}

TEST(ResultTriggerTest, CompleteCountsRowsWithoutAKey) {
  ByRow(true)
      .input("+ 1 a | + 1 a | + 2 b")
      .advance_clock(500)
      .expect_in_any_order("+ 1 a | + 1 a | + 2 b")
      .input("- 2 b | - 1 a")
      .advance_clock(1000)
      .expect_in_any_order("- 1 a | - 1 a | + 1 a | - 2 b");
}

TEST(ResultTriggerTest, WithoutAnIntervalOnlyTheEndShowsAnything) {
  Keyed(spec_of({0}, 0))
      .input("+ 1 a")
      .advance_clock(1'000'000)
      .expect("")
      .input("-U 1 a | +U 1 b | end")
      .expect("+ 1 b | end");
}

TEST(ResultTriggerTest, AResultOfOneRowHasAKeyWithoutColumns) {
  OperatorHarness harness(kColumns, [] { return make_result_trigger(spec_of({}, 1000)); });
  harness.single_instance().starts_at(500);
  harness.input("+ 1 a | -U 1 a | +U 2 b")
      .advance_clock(500)
      .expect("+ 2 b")
      .input("-U 2 b | +U 3 c")
      .advance_clock(1000)
      .expect("-U 2 b | +U 3 c");
}

}  // namespace
}  // namespace hw
