// SPDX-License-Identifier: Apache-2.0

#include "operators/window_aggregate.h"

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/column_builder.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"
#include "operators/aggregate_fixture.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

struct Call {
  std::string_view name;
  std::vector<int> args;
  CallOptions options = {};
};

constexpr auto kStart = WindowProperty::kStart;
constexpr auto kEnd = WindowProperty::kEnd;
constexpr auto kTime = WindowProperty::kTime;

struct Query {
  /// Column 0 is the time.
  std::string_view columns = "ts TIMESTAMP(3), k STRING, n INT";
  WindowSpec window;
  std::vector<int> keys = {1};
  std::vector<Call> calls = {{"COUNT", {}}};
  std::vector<WindowProperty> properties = {kEnd};
  bool retracts = false;
  int start_column = -1;
  int end_column = -1;
};

WindowAggregateSpec spec_of(const Query& query) {
  const SchemaPtr input = *parse_schema(query.columns);
  WindowAggregateSpec spec;
  spec.input = input;
  spec.window = query.window;
  spec.window.time_column = 0;
  spec.window_start_column = query.start_column;
  spec.window_end_column = query.end_column;
  spec.keys = query.keys;
  spec.properties = query.properties;
  spec.input_retracts = query.retracts;
  std::vector<SqlField> output;
  for (const int key : query.keys) output.push_back(input->field(key));
  for (const Call& call : query.calls) {
    spec.aggregates.push_back(aggregate_call(call.name, call.args, *input, call.options));
    output.push_back({std::string(call.name), spec.aggregates.back().result_type});
  }
  const SqlType wall = SqlType::timestamp(3).not_null();
  for (const WindowProperty property : query.properties) {
    output.push_back({"w", property == kTime ? spec.window.time_type.not_null() : wall});
  }
  spec.output = make_schema(std::move(output));
  return spec;
}

OperatorHarness windowed(const Query& query) {
  const WindowAggregateSpec spec = spec_of(query);
  return OperatorHarness(query.columns, [spec] { return make_window_aggregate(spec); });
}

WindowSpec tumble(int64_t size_ms) { return {.kind = WindowKind::kTumble, .size_ms = size_ms}; }
WindowSpec hop(int64_t size_ms, int64_t slide_ms) {
  return {.kind = WindowKind::kHop, .size_ms = size_ms, .step_ms = slide_ms};
}
WindowSpec cumulate(int64_t size_ms, int64_t step_ms) {
  return {.kind = WindowKind::kCumulate, .size_ms = size_ms, .step_ms = step_ms};
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

std::string timestamp_text(int64_t ms) {
  auto builder = *ColumnBuilder::make(SqlType::timestamp(3));
  EXPECT_TRUE(builder->append_int(ms).ok());
  return value_text(**builder->finish(), 0);
}

TEST(WindowAggregateTest, EmitsATumblingWindowOnceItsEndIsReached) {
  windowed({.window = tumble(10'000), .properties = {kStart, kEnd, kTime}})
      .keyed_by({1})
      .input(at("+ @01.000' a 1 | + @09.999' a 1 | + @10.000' a 1 | + @02.000' b 1 | wm 9998"))
      .expect("wm 9998")
      .input("wm 9999")
      .expect_in_any_order(
          at("+ a 2 @00.000' @10.000' @09.999' | + b 1 @00.000' @10.000' @09.999' | wm 9999"))
      .input("end")
      .expect(at("+ a 1 @10.000' @20.000' @19.999' | end"));
}

TEST(WindowAggregateTest, DropsAndCountsLateRows) {
  windowed({.window = tumble(10'000)})
      .keyed_by({1})
      .input(
          at("+ @01.000' a 1 | wm 9998 | + @02.000' a 1 | wm 9999 | + @03.000' a 1 | + @09.999' b "
             "1 | + @10.000' a 1 | wm 30000"))
      .expect(at("wm 9998 | + a 2 @10.000' | wm 9999 | + a 1 @20.000' | wm 30000"))
      .expect_counter("late_rows_dropped", 2);
}

TEST(WindowAggregateTest, SharesPanesBetweenHoppingWindows) {
  windowed({.window = hop(4'000, 2'000), .properties = {kStart, kEnd}})
      .keyed_by({1})
      .input(at("+ @01.000' a 1 | + @03.000' a 1 | + @03.500' b 1 | wm 1999"))
      .expect(at("+ a 1 '1969-12-31 23:59:58.000' @02.000' | wm 1999"))
      .input("wm 3999")
      .expect_in_any_order(at("+ a 2 @00.000' @04.000' | + b 1 @00.000' @04.000' | wm 3999"))
      .input(at("+ @05.000' a 1 | wm 5999"))
      .expect_in_any_order(at("+ a 2 @02.000' @06.000' | + b 1 @02.000' @06.000' | wm 5999"))
      .input("end")
      .expect(at("+ a 1 @04.000' @08.000' | end"));
}

TEST(WindowAggregateTest, CountsAPartlyLateRowInTheWindowsStillOpen) {
  windowed({.window = hop(6'000, 2'000)})
      .keyed_by({1})
      .input(at("+ @03.000' a 1 | wm 3999"))
      .expect(at("+ a 1 @04.000' | wm 3999"))
      .input(at("+ @01.000' a 1 | + @02.500' b 1 | wm 5999"))
      .expect_in_any_order(at("+ a 2 @06.000' | + b 1 @06.000' | wm 5999"))
      .input(at("+ @01.999' c 1 | + @02.000' c 1 | end"))
      .expect_in_any_order(at("+ a 1 @08.000' | + b 1 @08.000' | + c 1 @08.000' | end"))
      .expect_counter("late_rows_dropped", 1);
}

TEST(WindowAggregateTest, MergesPanesOfWhatCannotBeTakenBack) {
  windowed({.window = hop(6'000, 2'000), .calls = {{"MIN", {2}}, {"MAX", {2}}, {"SUM", {2}}}})
      .keyed_by({1})
      .input(at("+ @01.000' a 9 | + @03.000' a 1 | + @05.000' a 5 | + @07.000' a null | end"))
      .expect(at("+ a 9 9 9 @02.000' | + a 1 9 10 @04.000' | + a 1 9 15 @06.000' | + a 1 5 6 "
                 "@08.000' | + a 5 5 5 @10.000' | + a null null null @12.000' | end"));
}

// Long windows, whose panes are merged into blocks, against every row looked at for every window.
TEST(WindowAggregateTest, PutsLongWindowsTogetherFromBlocks) {
  constexpr int64_t kSizeMs = 40'000;
  constexpr int64_t kSlideMs = 1'000;
  struct Row {
    int64_t ms;
    int64_t key;
    int64_t n;
  };
  Random random(5);
  std::vector<Row> rows;
  std::string script;
  for (int64_t i = 0; i < 300; ++i) {
    // Gaps in which whole windows are empty, and some disorder.
    const int64_t ms = i * 170 + (i > 200 ? 90'000 : 0) - static_cast<int64_t>(random.below(900));
    rows.push_back({std::max<int64_t>(ms, 0), static_cast<int64_t>(random.below(3)),
                    static_cast<int64_t>(random.below(1'000))});
    script += "+ '" + timestamp_text(rows.back().ms) + "' k" + std::to_string(rows.back().key) +
              " " + std::to_string(rows.back().n) + " | ";
    if (i % 25 == 24) script += "wm " + std::to_string(ms - 2'000) + " | ";
  }
  std::string expected;
  for (int64_t end = kSlideMs; end < 250'000; end += kSlideMs) {
    for (int64_t key = 0; key < 3; ++key) {
      int64_t least = INT64_MAX;
      int64_t count = 0;
      for (const Row& row : rows) {
        if (row.key != key || row.ms >= end || row.ms < end - kSizeMs) continue;
        least = std::min(least, row.n);
        ++count;
      }
      if (count == 0) continue;
      expected += "+ k" + std::to_string(key) + " " + std::to_string(least) + " " +
                  std::to_string(count) + " '" + timestamp_text(end) + "' | ";
    }
  }
  windowed({.window = hop(kSizeMs, kSlideMs), .calls = {{"MIN", {2}}, {"COUNT", {}}}})
      .keyed_by({1})
      .input(script + "end")
      .expect_in_any_order(expected);
}

TEST(WindowAggregateTest, ForgetsAKeyThatSlidOut) {
  windowed({.window = hop(4'000, 2'000)})
      .keyed_by({1})
      .input(at("+ @01.000' a 1 | + @03.000' b 1 | + @05.000' b 1 | wm 9000"))
      .expect_in_any_order(
          at("+ a 1 @02.000' | + a 1 @04.000' | + b 1 @04.000' | + b 2 @06.000' | + "
             "b 1 @08.000' | wm 9000"));
}

TEST(WindowAggregateTest, GrowsCumulatingWindows) {
  windowed({.window = cumulate(6'000, 2'000),
            .calls = {{"COUNT", {}}, {"MAX", {2}}},
            .properties = {kStart, kEnd}})
      .keyed_by({1})
      .input(at("+ @01.000' a 3 | + @03.000' a 1 | + @08.000' a 7 | wm 1999"))
      .expect(at("+ a 1 3 @00.000' @02.000' | wm 1999"))
      .input(at("+ @01.500' a 9 | end"))
      .expect(
          at("+ a 3 9 @00.000' @04.000' | + a 3 9 @00.000' @06.000' | + a 1 7 @06.000' @10.000' | "
             "+ a 1 7 @06.000' @12.000' | end"));
}

TEST(WindowAggregateTest, CountsDistinctValuesOncePerWindow) {
  for (const WindowSpec& window : {tumble(6'000), hop(6'000, 6'000), cumulate(6'000, 6'000)}) {
    windowed({.window = window,
              .calls = {{"COUNT", {2}, {.distinct = true}}, {"SUM", {2}, {.distinct = true}}}})
        .keyed_by({1})
        .input(at("+ @01.000' a 3 | + @03.000' a 3 | + @05.000' a 4 | + @05.000' a null | end"))
        .expect(at("+ a 2 7 @06.000' | end"));
  }
  windowed({.window = hop(4'000, 2'000), .calls = {{"COUNT", {2}, {.distinct = true}}}})
      .keyed_by({1})
      .input(
          at("+ @01.000' a 3 | + @03.000' a 3 | + @03.000' a 4 | wm 5999 | + @05.000' a 4 | end"))
      .expect(
          at("+ a 1 @02.000' | + a 2 @04.000' | + a 2 @06.000' | wm 5999 | + a 1 @08.000' | end"));
}

TEST(WindowAggregateTest, FoldsRetractionsBeforeAWindowCloses) {
  windowed(
      {.window = tumble(10'000),
       .calls = {{"COUNT", {}}, {"SUM", {2}}, {"MIN", {2}}, {"COUNT", {2}, {.distinct = true}}},
       .retracts = true})
      .keyed_by({1})
      .input(at("+ @01.000' a 3 | + @01.000' a 5 | + @02.000' b 1 | wm 5 | - @01.000' a 3 | "
                "-U @02.000' b 1 | +U @02.000' b 2 | + @03.000' c 1 | - @03.000' c 1 | end"))
      .expect_in_any_order(at("wm 5 | + a 1 5 5 1 @10.000' | + b 1 2 2 1 @10.000' | end"));
  windowed({.window = hop(4'000, 2'000), .calls = {{"COUNT", {}}, {"MAX", {2}}}, .retracts = true})
      .keyed_by({1})
      .input(at("+ @01.000' a 3 | + @03.000' a 5 | wm 1999 | - @03.000' a 5 | wm 3999 | end"))
      .expect(at("+ a 1 3 @02.000' | wm 1999 | + a 1 3 @04.000' | wm 3999 | end"));
}

TEST(WindowAggregateTest, AlignsToTheOffsetAlsoBefore1970) {
  WindowSpec window = tumble(10'000);
  window.offset_ms = 3'000;
  windowed({.window = window, .properties = {kStart}})
      .keyed_by({1})
      .input(at("+ @02.999' a 1 | + @03.000' b 1 | + '1969-12-31 23:59:50.000' c 1 | end"))
      .expect(
          at("+ c 1 '1969-12-31 23:59:43.000' | + a 1 '1969-12-31 23:59:53.000' | + b 1 @03.000' | "
             "end"));
}

TEST(WindowAggregateTest, DropsAndCountsRowsWithoutATime) {
  windowed({.window = tumble(10'000)})
      .keyed_by({1})
      .input(at("+ null a 1 | + @02.000' a 1 | end"))
      .expect(at("+ a 1 @10.000' | end"))
      .expect_counter("null_time_rows_dropped", 1);
}

TEST(WindowAggregateTest, SeesInstantsOnTheWallClockOfTheZone) {
  WindowSpec window = tumble(86'400'000);
  window.time_type = SqlType::timestamp_ltz(3);
  window.time_zone = "Europe/Berlin";
  // 2021-03-28 has 23 hours there: it ends at 22:00 UTC.
  windowed({.columns = "ts TIMESTAMP_LTZ(3), k STRING",
            .window = window,
            .properties = {kStart, kEnd, kTime}})
      .keyed_by({1})
      .input(
          "+ '2021-03-27 22:59:59.999' a | + '2021-03-27 23:00:00.000' b | "
          "+ '2021-03-28 21:59:59.999' b | + '2021-03-28 22:00:00.000' c | wm 1616968799998")
      .expect(
          "+ a 1 '2021-03-27 00:00:00.000' '2021-03-28 00:00:00.000' '2021-03-27 22:59:59.999' | "
          "wm 1616968799998")
      .input("wm 1616968799999")
      .expect(
          "+ b 2 '2021-03-28 00:00:00.000' '2021-03-29 00:00:00.000' '2021-03-28 21:59:59.999' | "
          "wm 1616968799999");
}

TEST(WindowAggregateTest, WaitsForTheSecondPassOfAnHourThatHappensTwice) {
  WindowSpec window = tumble(3'600'000);
  window.time_type = SqlType::timestamp_ltz(3);
  window.time_zone = "Europe/Berlin";
  // 2021-10-31 02:00–03:00 is 00:00 UTC and again 01:00 UTC.
  windowed({.columns = "ts TIMESTAMP_LTZ(3), k STRING", .window = window})
      .keyed_by({1})
      .input(
          "+ '2021-10-31 00:30:00.000' a | wm 1635641999999 | + '2021-10-31 01:30:00.000' a | "
          "wm 1635645599999")
      .expect("wm 1635641999999 | + a 2 '2021-10-31 03:00:00.000' | wm 1635645599999");
}

TEST(WindowAggregateTest, ClosesProcessingTimeWindowsByTheClock) {
  WindowSpec window = tumble(10'000);
  window.event_time = false;
  window.time_type = SqlType::timestamp_ltz(3);
  windowed({.window = window})
      .keyed_by({1})
      .starts_at(1'000)
      .input("+ null a 1")
      .expect("")
      .advance_clock(8'999)
      .input("+ null a 1")
      .expect("")
      .advance_clock(1)
      .expect(at("+ a 2 @10.000'"))
      .input("+ null b 1 | end")
      .expect(at("+ b 1 @20.000' | end"));
}

TEST(WindowAggregateTest, TakesWindowsThatTheInputCarries) {
  windowed({.columns = "ts TIMESTAMP(3), k STRING, n INT, ws TIMESTAMP(3), we TIMESTAMP(3)",
            .window = {},
            .calls = {{"SUM", {2}}},
            .properties = {kStart, kEnd, kTime},
            .start_column = 3,
            .end_column = 4})
      .keyed_by({1})
      .input(at("+ null a 1 @00.000' @04.000' | + null a 2 @00.000' @04.000' | + null a 4 @02.000' "
                "@04.000' | + null a 8 @00.000' @06.000' | wm 3999"))
      .expect_in_any_order(
          at("+ a 3 @00.000' @04.000' @03.999' | + a 4 @02.000' @04.000' @03.999' | "
             "wm 3999"))
      .input(at("+ null a 1 @00.000' @04.000' | end"))
      .expect(at("+ a 8 @00.000' @06.000' @05.999' | end"))
      .expect_counter("late_rows_dropped", 1);
}

TEST(WindowAggregateTest, FiresEverythingAtTheEndInBatchMode) {
  windowed({.window = hop(4'000, 2'000)})
      .keyed_by({1})
      .batch_mode()
      .input(at("+ @05.000' a 1 | wm 20000 | + @01.000' a 1 | end"))
      .expect(at("wm 20000 | wm max | + a 1 @02.000' | + a 1 @04.000' | + a 1 @06.000' | + a 1 "
                 "@08.000' | stop"))
      .expect_counter("late_rows_dropped", 0);
}

TEST(WindowAggregateTest, RefusesWindowsThatDoNotFit) {
  const auto make = [](const WindowSpec& window) {
    return make_window_aggregate(spec_of({.window = window})).status();
  };
  EXPECT_TRUE(make(tumble(0)).IsInvalid());
  EXPECT_TRUE(make(cumulate(5'000, 2'000)).IsInvalid());
  EXPECT_TRUE(make(hop(2'000, 5'000)).IsInvalid());
  WindowSpec shifted = tumble(1'000);
  shifted.offset_ms = 1'000;
  EXPECT_TRUE(make(shifted).IsInvalid());
}

}  // namespace
}  // namespace hw
