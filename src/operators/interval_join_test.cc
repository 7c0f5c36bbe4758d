// SPDX-License-Identifier: Apache-2.0

#include "operators/interval_join.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "operators/aggregate_fixture.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kLeftColumns = "k INT, lt TIMESTAMP(3)";
constexpr std::string_view kRightColumns = "k INT, rt TIMESTAMP(3)";

/// -2 <= lt - rt <= 3
IntervalJoinSpec spec_of(JoinKind kind) {
  IntervalJoinSpec spec;
  spec.kind = kind;
  spec.left.schema = *parse_schema(kLeftColumns);
  spec.right.schema = *parse_schema(kRightColumns);
  spec.left.keys = spec.right.keys = {0};
  spec.bounds = {.left_time = 1, .right_time = 1, .lower_ms = -2, .upper_ms = 3};
  const bool left_only = kind == JoinKind::kSemi || kind == JoinKind::kAnti;
  spec.output =
      *parse_schema(left_only ? kLeftColumns : "k INT, lt TIMESTAMP(3), k0 INT, rt TIMESTAMP(3)");
  return spec;
}

OperatorHarness joined(const IntervalJoinSpec& spec) {
  return OperatorHarness({std::string(kLeftColumns), std::string(kRightColumns)},
                         [spec] { return make_interval_join(spec); });
}
OperatorHarness joined(JoinKind kind) { return joined(spec_of(kind)); }

/// Milliseconds of 1970-01-01 00:00:00.
std::string at(int ms) { return "'1970-01-01 00:00:00.0" + std::to_string(ms) + "'"; }

TEST(IntervalJoinTest, JoinsWhatIsNearWhicheverComesFirst) {
  joined(JoinKind::kInner)
      .keyed_by({0})
      .input(0, "+ 1 " + at(20) + " | + 2 " + at(20))
      .input(1, "+ 1 " + at(17) + " | + 1 " + at(16) + " | + 1 " + at(22) + " | + 1 " + at(23))
      .expect("+ 1 " + at(20) + " 1 " + at(17) + " | + 1 " + at(20) + " 1 " + at(22))
      .input(0, "+ 1 " + at(25))
      .expect_in_any_order("+ 1 " + at(25) + " 1 " + at(22) + " | + 1 " + at(25) + " 1 " + at(23));
}

TEST(IntervalJoinTest, MatchesNullWithNothingAndKeepsNoSuchRow) {
  joined(JoinKind::kFull)
      .keyed_by({0})
      .input(0, "+ null " + at(20) + " | + 1 null")
      .input(1, "+ null " + at(20) + " | + 1 null")
      .expect("+ null " + at(20) + " null null | + 1 null null null | + null null null " + at(20) +
              " | + null null 1 null");
}

TEST(IntervalJoinTest, PadsARowWhenNoPartnerCanComeAnyMore) {
  joined(JoinKind::kFull)
      .keyed_by({0})
      .input(0, "+ 1 " + at(20) + " | + 2 " + at(20))
      .input(1, "+ 2 " + at(21) + " | + 3 " + at(21))
      .expect("+ 2 " + at(20) + " 2 " + at(21))
      // A partner of 20 on the left is at 22 at most; one of 21 on the right at 24.
      .input(0, "wm 21")
      .input(1, "wm 21")
      .expect("wm 18")
      .input(0, "wm 22")
      .input(1, "wm 22")
      .expect("+ 1 " + at(20) + " null null | wm 19")
      .input(0, "wm 24")
      .input(1, "wm 24")
      .expect("+ null null 3 " + at(21) + " | wm 21");
}

TEST(IntervalJoinTest, LetsALateRowMeetWhatIsKept) {
  joined(JoinKind::kLeft)
      .keyed_by({0})
      .input(1, "+ 1 " + at(20))
      .input(0, "wm 22")
      .input(1, "wm 22")
      .expect("wm 19")
      // Late, and one partner is still there; the other row can meet none and is not kept.
      .input(0, "+ 1 " + at(18) + " | + 1 " + at(11))
      .expect("+ 1 " + at(18) + " 1 " + at(20) + " | + 1 " + at(11) + " null null")
      .input(0, "wm 23")
      .input(1, "wm 23")
      .expect("wm 20")
      .input(0, "+ 1 " + at(19))
      .expect("+ 1 " + at(19) + " null null");
}

TEST(IntervalJoinTest, ShowsALeftRowOnceAsSoonAsItHasAPartner) {
  joined(JoinKind::kSemi)
      .keyed_by({0})
      .input(0, "+ 1 " + at(20) + " | + 2 " + at(20))
      .input(1, "+ 1 " + at(20) + " | + 1 " + at(21))
      .expect("+ 1 " + at(20))
      .input(0, "+ 1 " + at(22))
      .expect("+ 1 " + at(22))
      .input(0, "end")
      .input(1, "end")
      .expect("");
}

TEST(IntervalJoinTest, ShowsALeftRowWithoutPartnerWhenItsTimeHasPassed) {
  joined(JoinKind::kAnti)
      .keyed_by({0})
      .input(0, "+ 1 " + at(20) + " | + 2 " + at(20) + " | + 3 null")
      .input(1, "+ 1 " + at(20))
      .expect("+ 3 null")
      .input(0, "end")
      .input(1, "end")
      .expect("+ 2 " + at(20));
}

TEST(IntervalJoinTest, GoesByTheClockForProcessingTime) {
  IntervalJoinSpec spec = spec_of(JoinKind::kLeft);
  spec.bounds.event_time = false;
  joined(spec)
      .keyed_by({0})
      .starts_at(20)
      .input(0, "+ 1 " + at(20) + " | + 2 " + at(20))
      .input(1, "+ 1 " + at(21))
      .expect("+ 1 " + at(20) + " 1 " + at(21))
      .advance_clock(1)
      .expect("")
      .advance_clock(1)
      .expect("+ 2 " + at(20) + " null null");
}

TEST(IntervalJoinTest, RefusesInputThatTakesRowsBack) {
  IntervalJoinSpec spec = spec_of(JoinKind::kInner);
  spec.right.retracts = true;
  const auto made = make_interval_join(spec);
  ASSERT_FALSE(made.ok());
  EXPECT_NE(made.status().message().find("its right input has updates or deletes"),
            std::string::npos);
}

}  // namespace
}  // namespace hw
