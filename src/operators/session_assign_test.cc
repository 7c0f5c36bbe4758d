// SPDX-License-Identifier: Apache-2.0

#include "operators/session_assign.h"

#include <gtest/gtest.h>

#include "columnar/type_parser.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

/// Sessions of key k with a gap of 10 s.
OperatorHarness sessions(bool retracts = false, bool event_time = true, bool holds = false) {
  constexpr std::string_view kColumns = "ts TIMESTAMP(3), k STRING, n INT";
  SessionAssignSpec spec;
  spec.input = *parse_schema(kColumns);
  spec.window = {.kind = WindowKind::kSession,
                 .size_ms = 10'000,
                 .event_time = event_time,
                 .time_column = event_time ? 0 : -1,
                 .time_type = SqlType::timestamp(3)};
  spec.keys = {1};
  spec.input_retracts = retracts;
  spec.holds_watermark = holds;
  std::vector<SqlField> output = spec.input->fields();
  const SqlType wall = SqlType::timestamp(3).not_null();
  for (const char* const name : {"s", "e", "t"}) output.push_back({name, wall});
  spec.output = make_schema(std::move(output));
  return OperatorHarness(kColumns, [spec] { return make_session_assign(spec); });
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

TEST(SessionAssignTest, RowsGoOutTogetherByTimeWhenTheirSessionCloses) {
  sessions()
      .keyed_by({1})
      .input(at("+ @11.000' a 1 | + @01.000' a 2 | + @02.000' b 3 | + @01.000' a 4 | wm 11999"))
      .expect(at("+ @02.000' b 3 @02.000' @12.000' @11.999' | wm 11999"))
      .input("end")
      .expect(at("+ @01.000' a 2 @01.000' @21.000' @20.999' | + @01.000' a 4 @01.000' @21.000' "
                 "@20.999' | + @11.000' a 1 @01.000' @21.000' @20.999' | end"));
}

TEST(SessionAssignTest, ARowThatIsTakenBackPartsItsSession) {
  sessions(/*retracts=*/true)
      .keyed_by({1})
      .input(at("+ @01.000' a 1 | + @20.000' a 2 | + @10.500' a 4 | - @10.500' a 4 | wm 10999"))
      .expect(at("+ @01.000' a 1 @01.000' @11.000' @10.999' | wm 10999"))
      .input(at("-U @20.000' a 2 | +U @22.000' a 3 | end"))
      .expect(at("+ @22.000' a 3 @22.000' @32.000' @31.999' | end"));
}

// Each instance passes on what is true of its own sessions: these tests have one.
TEST(SessionAssignTest, APartIsInTimeForTheWatermarkThatIsPassedOn) {
  sessions(/*retracts=*/true, /*event_time=*/true, /*holds=*/true)
      .single_instance()
      .input(at("+ @00.000' a 1 | + @08.000' a 2 | + @16.000' a 4 | + @23.000' b 8 | wm 5000 | "
                "wm 22999 | - @08.000' a 2 | wm 31000"))
      .expect(at("wm 5000 | wm 9998 | + @00.000' a 1 @00.000' @10.000' @09.999' | + @16.000' a 4 "
                 "@16.000' @26.000' @25.999' | wm 31000"))
      .input(at("+ @31.000' b 1 | - @23.000' b 8 | wm 32000 | end"))
      .expect(at("wm 32000 | + @31.000' b 1 @31.000' @41.000' @40.999' | end"));
}

TEST(SessionAssignTest, WhatJoinsASessionFromBeforeDoesNotLowerTheWatermark) {
  sessions(/*retracts=*/true, /*event_time=*/true, /*holds=*/true)
      .single_instance()
      .input(at("+ @20.000' a 1 | wm 29000 | + @10.000' a 2 | wm 29500 | wm 30000"))
      .expect(at("wm 29000 | wm 29000 | + @10.000' a 2 @10.000' @30.000' @29.999' | + @20.000' a 1 "
                 "@10.000' "
                 "@30.000' @29.999' | wm 30000"));
}

TEST(SessionAssignTest, WhatComesOrGoesTooLateIsCounted) {
  sessions(/*retracts=*/true)
      .keyed_by({1})
      .input(at("+ @01.000' a 1 | + @30.000' a 2 | wm 20000 | - @01.000' a 1 | + @08.000' a 5 | "
                "+ @20.000' a 6 | + @10.000' a 7 | - @20.000' a 6 | + @09.999' a 8 | end"))
      .expect(at("+ @01.000' a 1 @01.000' @11.000' @10.999' | wm 20000 | + @09.999' a 8 @09.999' "
                 "@20.000' @19.999' | + @10.000' a 7 @09.999' @20.000' @19.999' | + @30.000' a 2 "
                 "@30.000' @40.000' @39.999' | end"))
      .expect_counter("late_rows_dropped", 2);
}

TEST(SessionAssignTest, RowsWithoutATimeAreCountedOnly) {
  sessions()
      .keyed_by({1})
      .input(at("+ null a 1 | + @01.000' null 2 | end"))
      .expect(at("+ @01.000' null 2 @01.000' @11.000' @10.999' | end"))
      .expect_counter("null_time_rows_dropped", 1);
}

TEST(SessionAssignTest, ABatchNeedsNoWatermark) {
  sessions()
      .keyed_by({1})
      .batch_mode()
      .input(at("+ @31.000' a 1 | + @01.000' a 2 | + @11.000' a 4 | stop"))
      .expect(at("+ @01.000' a 2 @01.000' @21.000' @20.999' | + @11.000' a 4 @01.000' @21.000' "
                 "@20.999' | + @31.000' a 1 @31.000' @41.000' @40.999'"));
}

TEST(SessionAssignTest, ProcessingTimeClosesByTheClock) {
  sessions(/*retracts=*/false, /*event_time=*/false)
      .keyed_by({1})
      .input("+ null a 1")
      .advance_clock(4'000)
      .input("+ null a 2")
      .advance_clock(9'999)
      .expect("")
      .advance_clock(1)
      .expect(at("+ null a 1 @00.000' @14.000' @13.999' | + null a 2 @00.000' @14.000' @13.999'"))
      .input("+ null a 8 | end")
      .expect(at("+ null a 8 @14.000' @24.000' @23.999' | end"));
}

}  // namespace
}  // namespace hw
