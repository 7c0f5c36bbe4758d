// SPDX-License-Identifier: Apache-2.0

#include "operators/upsert_conflict.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kColumns = "k INT, v STRING";

UpsertConflictSpec spec_of(bool fails) {
  return {.schema = *parse_schema(kColumns), .primary_key = {0}, .fails = fails, .table = "s"};
}

struct DoNothing : OperatorHarness {
  explicit DoNothing(UpsertConflictSpec spec = spec_of(false))
      : OperatorHarness(kColumns, [spec] { return make_upsert_conflict(spec); }) {
    keyed_by({0}).upsert_key({0});
  }
};

struct DoError : OperatorHarness {
  DoError() : OperatorHarness(kColumns, [] { return make_upsert_conflict(spec_of(true)); }) {
    keyed_by({0}).upsert_key({0});
  }
};

TEST(UpsertConflictTest, TheFirstRowOfAKeyIsShown) {
  DoNothing()
      .input("+ 1 a | + 1 b | + 2 x | wm 1 | + 1 c")
      .expect("+ 1 a | + 2 x | wm 1")
      .expect_counter("conflicts_ignored", 2);
}

TEST(UpsertConflictTest, WhenTheFirstIsTakenBackTheNextIsShown) {
  DoNothing()
      .input("+ 1 a | + 1 b | wm 1 | - 1 a | wm 2 | - 1 b")
      .expect("+ 1 a | wm 1 | +U 1 b | wm 2 | - 1 b");
}

TEST(UpsertConflictTest, AnUpdateTakesThePlaceOfTheRowThatItReplaces) {
  DoNothing()
      .input("+ 1 a | + 1 b | wm 1 | -U 1 a | +U 1 c | wm 2 | -U 1 b | +U 1 d | wm 3 | - 1 c")
      .expect("+ 1 a | wm 1 | +U 1 c | wm 2 | wm 3 | +U 1 d");
}

TEST(UpsertConflictTest, OldRowsComeFirstWhereTheyAreWanted) {
  UpsertConflictSpec spec = spec_of(false);
  spec.update_before = true;
  OperatorHarness(kColumns, [spec] { return make_upsert_conflict(spec); })
      .keyed_by({0})
      .input("+ 1 a | + 1 b | wm 1 | - 1 a | wm 2 | - 1 b")
      .expect("+ 1 a | wm 1 | -U 1 a | +U 1 b | wm 2 | - 1 b");
}

TEST(UpsertConflictTest, WhatIsOnlyInsertedIsKeptOnce) {
  UpsertConflictSpec spec = spec_of(false);
  spec.input_retracts = false;
  DoNothing(spec)
      .input("+ 1 a | + 1 a | + 1 b | + NULL z | + NULL y")
      .expect("+ 1 a | + NULL z")
      .expect_counter("conflicts_ignored", 3);
}

TEST(UpsertConflictTest, CountsWhatWasNotThere) {
  DoNothing()
      .input("+ 1 a | - 1 b | - 2 a")
      .expect("+ 1 a")
      .expect_counter("retractions_ignored", 2);
}

TEST(UpsertConflictTest, TwoRowsAtAWatermarkAreAnError) {
  DoError()
      .input("+ 2 x | + 1 a | + 1 b | wm 1")
      .expect_error("2 rows of the query have the PRIMARY KEY k = 1 of 's'");
}

TEST(UpsertConflictTest, ANewOwnerMayComeBeforeTheOldOneHasGone) {
  DoError()
      .input("+ 1 old | wm 1 | + 1 new | - 1 old | wm 2 | -U 1 new | +U 1 newer | end")
      .expect("+ 1 old | wm 1 | +U 1 new | wm 2 | +U 1 newer | end");
}

TEST(UpsertConflictTest, AConflictThatLastsUntilTheEndIsAnError) {
  DoError().input("+ 1 a | wm 1 | + 1 b | end").expect_error("DO ERROR");
}

TEST(UpsertConflictTest, RowsBehindTheLastWatermarkAreLookedAtAtTheEnd) {
  DoError().input("wm max | + 1 a | + 1 b | stop").expect_error("DO ERROR");
}

TEST(UpsertConflictTest, AJobThatIsStoppedIsNotAtItsEnd) {
  DoError().input("+ 1 a | + 1 b | stop").expect("+ 1 a | stop");
}

}  // namespace
}  // namespace hw
