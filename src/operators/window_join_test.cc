// SPDX-License-Identifier: Apache-2.0

#include "operators/window_join.h"

#include <gtest/gtest.h>

#include "columnar/type_parser.h"
#include "testkit/expressions.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

const std::vector<int> kKeys = {0, 1, 2};
constexpr std::string_view kSide = "s TIMESTAMP(3), e TIMESTAMP(3), k INT, v STRING";

struct Query {
  JoinKind kind = JoinKind::kInner;
  bool event_time = true;
  BoundExprPtr residual = nullptr;
};

OperatorHarness joined(const Query& query) {
  WindowJoinSpec spec;
  spec.kind = query.kind;
  for (JoinSide* side : {&spec.left, &spec.right}) {
    side->schema = *parse_schema(kSide);
    side->keys = {0, 1, 2};
  }
  spec.window = {.kind = WindowKind::kTumble,
                 .size_ms = 10'000,
                 .event_time = query.event_time,
                 .time_type = SqlType::timestamp(3)};
  spec.left_end = spec.right_end = 1;
  spec.residual = query.residual;
  std::vector<SqlField> output = spec.left.schema->fields();
  if (query.kind != JoinKind::kSemi && query.kind != JoinKind::kAnti) {
    const std::vector<SqlField>& right = spec.right.schema->fields();
    output.insert(output.end(), right.begin(), right.end());
  }
  spec.output = make_schema(std::move(output));
  return OperatorHarness({kSide, kSide}, [spec] { return make_window_join(spec); });
}

/// A: the window from 0 to 10 s, B: the next one.
std::string windows(std::string_view script) {
  std::string text;
  for (const char c : script) {
    if (c == 'A') {
      text += "'1970-01-01 00:00:00.000' '1970-01-01 00:00:10.000'";
    } else if (c == 'B') {
      text += "'1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000'";
    } else {
      text += c;
    }
  }
  return text;
}

TEST(WindowJoinTest, PairsOfAWindowGoOutWhenItCloses) {
  joined({})
      .keyed_by(0, kKeys)
      .keyed_by(1, kKeys)
      .input(0, windows("+ A 1 a | + B 1 b | + A 2 c | + A null n"))
      .input(1, windows("+ B 1 x | + A 1 y | + A 1 z | + A null m"))
      .input(0, "wm 9999")
      .expect("")
      .input(1, "wm 9998")
      .expect("wm 9998")
      .input(1, "wm 9999")
      .expect_in_any_order(windows("+ A 1 a A 1 y | + A 1 a A 1 z | wm 9999"))
      .input(0, "end")
      .input(1, "end")
      .expect(windows("+ B 1 b B 1 x | end"));
}

TEST(WindowJoinTest, LateRowsAreDroppedAndCounted) {
  joined({})
      .keyed_by(0, kKeys)
      .keyed_by(1, kKeys)
      .input(0, windows("+ A 1 a | + B 1 b | wm 9999"))
      .input(1, windows("+ A 1 w | wm 9999"))
      .expect_in_any_order(windows("+ A 1 a A 1 w | wm 9999"))
      .input(0, windows("+ A 1 c"))
      .input(1, windows("+ A 1 x | + B 1 y | end"))
      .input(0, "end")
      .expect(windows("+ B 1 b B 1 y | end"))
      .expect_counter("late_rows_dropped", 2);
}

TEST(WindowJoinTest, LeftRowsWithoutAPartnerArePadded) {
  joined({.kind = JoinKind::kLeft})
      .keyed_by(0, kKeys)
      .keyed_by(1, kKeys)
      .input(0, windows("+ A 1 a | + A 2 b | + A null c | end"))
      .input(1, windows("+ A 1 x | + B 1 y | + A null z | end"))
      .expect_in_any_order(windows("+ A 1 a A 1 x | + A 2 b null null null null | "
                                   "+ A null c null null null null | end"));
}

TEST(WindowJoinTest, RightRowsWithoutAPartnerArePadded) {
  joined({.kind = JoinKind::kRight})
      .keyed_by(0, kKeys)
      .keyed_by(1, kKeys)
      .input(0, windows("+ A 1 a | + A 2 b | end"))
      .input(1, windows("+ A 1 x | + A 3 w | + B 1 y | end"))
      .expect_in_any_order(windows("+ A 1 a A 1 x | + null null null null A 3 w | "
                                   "+ null null null null B 1 y | end"));
}

TEST(WindowJoinTest, BothSidesArePaddedInAFullJoin) {
  joined({.kind = JoinKind::kFull})
      .keyed_by(0, kKeys)
      .keyed_by(1, kKeys)
      .input(0, windows("+ A 1 a | + A 2 b | end"))
      .input(1, windows("+ A 1 x | + A 1 w | + B 1 y | end"))
      .expect_in_any_order(windows("+ A 1 a A 1 x | + A 1 a A 1 w | + A 2 b null null null null | "
                                   "+ null null null null B 1 y | end"));
}

TEST(WindowJoinTest, SemiAndAntiShowEachLeftRowOnce) {
  joined({.kind = JoinKind::kSemi})
      .keyed_by(0, kKeys)
      .keyed_by(1, kKeys)
      .input(0, windows("+ A 1 a | + A 2 b | + B 1 c | end"))
      .input(1, windows("+ A 1 x | + A 1 y | end"))
      .expect(windows("+ A 1 a | end"));
  joined({.kind = JoinKind::kAnti})
      .keyed_by(0, kKeys)
      .keyed_by(1, kKeys)
      .input(0, windows("+ A 1 a | + A 2 b | + B 1 c | end"))
      .input(1, windows("+ A 1 x | + A 1 y | end"))
      .expect_in_any_order(windows("+ A 2 b | + B 1 c | end"));
}

TEST(WindowJoinTest, WhatElseTheConditionSaysDecidesAboutPartners) {
  const SqlType text = SqlType::string();
  const BoundExprPtr less =
      fn("<", {BoundExpr::column(3, text, "v"), BoundExpr::column(7, text, "v0")});
  joined({.kind = JoinKind::kFull, .residual = less})
      .keyed_by(0, kKeys)
      .keyed_by(1, kKeys)
      .input(0, windows("+ A 1 b | + A 1 y | end"))
      .input(1, windows("+ A 1 x | + A 1 a | end"))
      .expect_in_any_order(windows(
          "+ A 1 b A 1 x | + A 1 y null null null null | + null null null null A 1 a | end"));
}

TEST(WindowJoinTest, ProcessingTimeClosesByTheClock) {
  joined({.event_time = false})
      .keyed_by(0, kKeys)
      .keyed_by(1, kKeys)
      .input(0, windows("+ A 1 a"))
      .input(1, windows("+ A 1 x"))
      .advance_clock(9'999)
      .expect("")
      .advance_clock(1)
      .expect(windows("+ A 1 a A 1 x"))
      .input(0, windows("+ B 1 b | end"))
      .input(1, windows("+ B 1 y | end"))
      .expect(windows("+ B 1 b B 1 y | end"));
}

TEST(WindowJoinTest, EmptyInputsGiveNothing) {
  joined({.kind = JoinKind::kFull})
      .keyed_by(0, kKeys)
      .keyed_by(1, kKeys)
      .input(0, "end")
      .input(1, "end")
      .expect("end");
}

}  // namespace
}  // namespace hw
