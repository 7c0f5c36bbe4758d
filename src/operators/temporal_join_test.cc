// SPDX-License-Identifier: Apache-2.0

#include "operators/temporal_join.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "operators/aggregate_fixture.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kLeftColumns = "k INT, lt TIMESTAMP(3)";
constexpr std::string_view kRightColumns = "k INT, rt TIMESTAMP(3), rate STRING";

OperatorHarness joined(JoinKind kind) {
  TemporalJoinSpec spec;
  spec.kind = kind;
  spec.left.schema = *parse_schema(kLeftColumns);
  spec.right.schema = *parse_schema(kRightColumns);
  spec.left.keys = spec.right.keys = {0};
  spec.right.retracts = true;
  spec.times = {.left_time = 1, .right_time = 1};
  spec.output = *parse_schema("k INT, lt TIMESTAMP(3), k0 INT, rt TIMESTAMP(3), rate STRING");
  return OperatorHarness({std::string(kLeftColumns), std::string(kRightColumns)},
                         [spec] { return make_temporal_join(spec); });
}

/// Milliseconds of 1970-01-01 00:00:00.
std::string at(int ms) { return "'1970-01-01 00:00:00.0" + std::to_string(ms) + "'"; }

TEST(TemporalJoinTest, MeetsTheVersionOfItsTimeWhenTheWatermarkHasReachedIt) {
  joined(JoinKind::kInner)
      .keyed_by({0})
      .input(0, "+ 1 " + at(25) + " | + 1 " + at(20) + " | + 1 " + at(15) + " | + 2 " + at(20))
      .input(1, "+ 1 " + at(20) + " a | + 1 " + at(24) + " b | + 1 " + at(30) + " c")
      .expect("")
      .input(0, "wm 22")
      .input(1, "wm 22")
      .expect("+ 1 " + at(20) + " 1 " + at(20) + " a | wm 22")
      .input(0, "wm 25")
      .input(1, "wm 25")
      .expect("+ 1 " + at(25) + " 1 " + at(24) + " b | wm 25");
}

TEST(TemporalJoinTest, PadsARowWithoutAVersion) {
  joined(JoinKind::kLeft)
      .keyed_by({0})
      .input(0, "+ 1 " + at(15) + " | + null " + at(16))
      .input(1, "+ 1 " + at(20) + " a | + null " + at(10) + " n")
      .input(0, "wm 20")
      .input(1, "wm 20")
      .expect("+ 1 " + at(15) + " null null null | + null " + at(16) + " null null null | wm 20");
}

TEST(TemporalJoinTest, TakesTheLastOfVersionsOfOneTimeAndNoneAfterADelete) {
  joined(JoinKind::kLeft)
      .keyed_by({0})
      .input(1, "+ 1 " + at(20) + " a | -U 1 " + at(20) + " a | +U 1 " + at(20) + " b")
      .input(1, "- 1 " + at(20) + " b | + 1 " + at(22) + " c | + 1 " + at(22) + " d")
      .input(0, "+ 1 " + at(21) + " | + 1 " + at(22) + " | + 1 " + at(29))
      .input(0, "wm 30")
      .input(1, "wm 30")
      .expect("+ 1 " + at(21) + " null null null | + 1 " + at(22) + " 1 " + at(22) + " d | + 1 " +
              at(29) + " 1 " + at(22) + " d | wm 30");
}

TEST(TemporalJoinTest, KeepsTheVersionThatIsValidAtTheWatermark) {
  joined(JoinKind::kInner)
      .keyed_by({0})
      .input(1, "+ 1 " + at(10) + " a | + 1 " + at(12) + " b | + 1 " + at(30) + " c")
      .input(0, "wm 20")
      .input(1, "wm 20")
      .expect("wm 20")
      .input(0, "+ 1 " + at(21) + " | + 1 " + at(31))
      .input(0, "wm 40")
      .input(1, "wm 40")
      .expect("+ 1 " + at(21) + " 1 " + at(12) + " b | + 1 " + at(31) + " 1 " + at(30) +
              " c | wm 40");
}

TEST(TemporalJoinTest, DropsAndCountsLateRows) {
  joined(JoinKind::kLeft)
      .keyed_by({0})
      .input(0, "wm 20")
      .input(1, "wm 20")
      .expect("wm 20")
      .input(0, "+ 1 " + at(20) + " | + 1 " + at(19) + " | + 1 " + at(21))
      .input(0, "end")
      .input(1, "end")
      .expect("+ 1 " + at(21) + " null null null")
      .expect_counter("late_rows_dropped", 2);
}

}  // namespace
}  // namespace hw
