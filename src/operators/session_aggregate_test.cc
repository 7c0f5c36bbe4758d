// SPDX-License-Identifier: Apache-2.0

#include "operators/session_aggregate.h"

#include <gtest/gtest.h>

#include "columnar/type_parser.h"
#include "operators/aggregate_fixture.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

/// COUNT(*), SUM(n), MAX(n), start and end per key k and session with a gap of 10 s.
OperatorHarness sessions(bool event_time = true) {
  constexpr std::string_view kColumns = "ts TIMESTAMP(3), k STRING, n INT";
  const SchemaPtr input = *parse_schema(kColumns);
  WindowAggregateSpec spec;
  spec.input = input;
  spec.window = {.kind = WindowKind::kSession,
                 .size_ms = 10'000,
                 .event_time = event_time,
                 .time_column = event_time ? 0 : -1,
                 .time_type = event_time ? SqlType::timestamp(3) : SqlType::timestamp_ltz(3)};
  spec.keys = {1};
  spec.properties = {WindowProperty::kStart, WindowProperty::kEnd};
  std::vector<SqlField> output = {input->field(1)};
  for (const char* const name : {"COUNT", "SUM", "MAX"}) {
    spec.aggregates.push_back(aggregate_call(
        name, std::string_view(name) == "COUNT" ? std::vector<int>{} : std::vector<int>{2},
        *input));
    output.push_back({name, spec.aggregates.back().result_type});
  }
  const SqlType wall = SqlType::timestamp(3).not_null();
  output.push_back({"s", wall});
  output.push_back({"e", wall});
  spec.output = make_schema(std::move(output));
  return OperatorHarness(kColumns, [spec] { return make_window_aggregate(spec); });
}

// Times are short: seconds and milliseconds after 1970-01-01 00:00.
std::string at(std::string_view script) {
  std::string text;
  for (const char c : script) {
    if (c == '@') {
      text += "'1970-01-01 00:00:";
    } else {
      text += c;
    }
  }
  return text;
}

TEST(SessionAggregateTest, ASessionGrowsAndGoesOutOnceWhenItsEndIsReached) {
  sessions()
      .keyed_by({1})
      .input(at("+ @01.000' a 1 | + @11.000' a 2 | + @02.000' b 5 | wm 11998"))
      .expect("wm 11998")
      .input("wm 11999")
      .expect(at("+ b 1 5 5 @02.000' @12.000' | wm 11999"))
      .input(at("+ @20.999' a 4 | wm 30997"))
      .expect("wm 30997")
      .input("end")
      .expect(at("+ a 3 7 4 @01.000' @30.999' | end"));
}

TEST(SessionAggregateTest, ARowBetweenTwoSessionsMakesThemOne) {
  sessions()
      .keyed_by({1})
      .input(at("+ @01.000' a 1 | + @20.000' a 2 | + @40.000' a 9 | + @10.500' a 4 | end"))
      .expect(at("+ a 3 7 4 @01.000' @30.000' | + a 1 9 9 @40.000' @50.000' | end"));
}

TEST(SessionAggregateTest, RowsInAnyOrderOfManySessionsOfAKey) {
  sessions()
      .keyed_by({1})
      .input(
          at("+ @50.000' a 1 | + @01.000' a 2 | + @25.000' a 3 | + @36.000' a 4 | + @45.000' b 5 | "
             "wm 500 | + @44.000' a 6 | + @14.500' a 7 | + @04.500' a null | wm 24499"))
      .expect(at("wm 500 | + a 3 9 7 @01.000' @24.500' | wm 24499"))
      .input(at("+ @30.000' a 8 | end"))
      .expect_in_any_order(
          at("+ b 1 5 5 @45.000' @55.000' | + a 5 22 8 @25.000' '1970-01-01 00:01:00.000' | end"));
}

TEST(SessionAggregateTest, ALateRowIsOneThatNoOpenSessionTakesIn) {
  sessions()
      .keyed_by({1})
      .input(at("+ @20.000' a 1 | + @40.000' b 1 | wm 25000 | + @15.000' a 2 | + @10.000' a 4 | "
                "+ @14.999' b 1 | + @15.002' c 8 | + @15.001' d 8 | wm 30000"))
      .expect_in_any_order(
          at("wm 25000 | + a 3 7 4 @10.000' @30.000' | + c 1 8 8 @15.002' @25.002' "
             "| wm 30000"))
      .expect_counter("late_rows_dropped", 2)
      .input(at("+ @09.000' a 1 | end"))
      .expect(at("+ b 1 1 1 @40.000' @50.000' | end"))
      .expect_counter("late_rows_dropped", 3);
}

TEST(SessionAggregateTest, ANewSessionStartsWhileTheOneBeforeIsOpen) {
  sessions()
      .keyed_by({1})
      .input(at("+ @01.000' a 1 | + @12.000' a 2 | + @11.001' a 4 | wm 15000 | + @30.000' a 8 | "
                "+ @05.000' a 16 | end"))
      .expect(
          at("+ a 1 1 1 @01.000' @11.000' | wm 15000 | + a 3 22 16 @05.000' @22.000' | + a 1 8 8 "
             "@30.000' @40.000' | end"));
}

TEST(SessionAggregateTest, RowsWithoutATimeAreCountedOnly) {
  sessions()
      .keyed_by({1})
      .input(at("+ null a 1 | + @01.000' null 1 | end"))
      .expect(at("+ null 1 1 1 @01.000' @11.000' | end"))
      .expect_counter("null_time_rows_dropped", 1);
}

TEST(SessionAggregateTest, ABatchNeedsNoWatermark) {
  sessions()
      .keyed_by({1})
      .batch_mode()
      .input(at("+ @31.000' a 1 | + @01.000' a 2 | + @11.000' a 4 | + @21.000' b 8 | stop"))
      .expect_in_any_order(
          at("+ a 2 6 4 @01.000' @21.000' | + b 1 8 8 @21.000' @31.000' | + a 1 1 1 "
             "@31.000' @41.000'"));
}

TEST(SessionAggregateTest, ProcessingTimeClosesByTheClock) {
  sessions(/*event_time=*/false)
      .keyed_by({1})
      .input("+ null a 1")
      .advance_clock(4'000)
      .input("+ null a 2 | + null b 4")
      .advance_clock(9'999)
      .expect("")
      .advance_clock(1)
      .expect_in_any_order(at("+ a 2 3 2 @00.000' @14.000' | + b 1 4 4 @04.000' @14.000'"))
      .input("+ null a 8 | end")
      .expect(at("+ a 1 8 8 @14.000' @24.000' | end"));
}

TEST(SessionAggregateTest, EmptyInputGivesNothing) {
  sessions().keyed_by({1}).input("wm 5 | end").expect("wm 5 | end");
}

}  // namespace
}  // namespace hw
