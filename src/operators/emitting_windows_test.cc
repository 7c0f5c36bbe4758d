// SPDX-License-Identifier: Apache-2.0

#include "operators/emitting_windows.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "operators/aggregate_fixture.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

struct Query {
  EmitRule rule = {};
  std::string_view function = "SUM";
  bool distinct = false;
  bool retracts = false;
  bool update_before = true;
  bool event_time = true;
};

EmittingWindowsSpec spec_of(const Query& query) {
  const SchemaPtr input =
      *parse_schema("k STRING, n INT, s TIMESTAMP(3) NOT NULL, e TIMESTAMP(3) NOT NULL");
  EmittingWindowsSpec spec;
  spec.windows.input = input;
  spec.windows.window.event_time = query.event_time;
  spec.windows.window_start_column = 2;
  spec.windows.window_end_column = 3;
  spec.windows.keys = {0};
  spec.windows.aggregates = {
      aggregate_call(query.function, {1}, *input, {.filter = -1, .distinct = query.distinct})};
  spec.windows.properties = {WindowProperty::kEnd};
  spec.windows.output = make_schema({input->field(0),
                                     {"result", spec.windows.aggregates[0].result_type},
                                     {"window_end", SqlType::timestamp(3).not_null()}});
  spec.windows.input_retracts = query.retracts;
  spec.rule = query.rule;
  spec.generate_update_before = query.update_before;
  return spec;
}

struct Windows : OperatorHarness {
  explicit Windows(const Query& query)
      : OperatorHarness("k STRING, n INT, s TIMESTAMP(3) NOT NULL, e TIMESTAMP(3) NOT NULL",
                        [spec = spec_of(query)] { return make_emitting_windows(spec); }) {
    keyed_by({0});
  }
};

/// Windows of ten seconds: the first, and the one behind it.
std::string in_first(const std::string& row) {
  return row + " '1970-01-01 00:00:00' '1970-01-01 00:00:10'";
}
std::string in_second(const std::string& row) {
  return row + " '1970-01-01 00:00:10' '1970-01-01 00:00:20'";
}
std::string first(const std::string& row) { return row + " '1970-01-01 00:00:10'"; }
std::string second(const std::string& row) { return row + " '1970-01-01 00:00:20'"; }

TEST(EmittingWindowsTest, ShowsChangesAtOnceAndNothingNewAtTheClose) {
  Windows({.rule = {.early_ms = 0}})
      .input(in_first("+ a 1") + "|" + in_second("+ a 5") + "| wm 1 |" + in_first("+ a 2") +
             "| wm 9999 | wm 20000")
      .expect(first("+ a 1") + "|" + second("+ a 5") + "| wm 1 |" + first("-U a 1") + "|" +
              first("+U a 3") + "| wm 9999 | wm 20000");
}

TEST(EmittingWindowsTest, WaitsForTheDelayByTheClock) {
  Windows({.rule = {.early_ms = 1000}})
      .input(in_first("+ a 1") + "|" + in_first("+ b 7"))
      .advance_clock(999)
      .input(in_first("+ a 2"))
      .advance_clock(1)
      .input("wm 1")
      .expect(first("+ a 3") + "|" + first("+ b 7") + "| wm 1")
      .input(in_first("+ a 4"))
      .advance_clock(500)
      .input("wm 9999")
      .expect(first("-U a 3") + "|" + first("+U a 7") + "| wm 9999");
}

TEST(EmittingWindowsTest, AResultThatIsTheSameIsNotShownAgain) {
  Windows({.rule = {.early_ms = 0}, .function = "MAX"})
      .input(in_first("+ a 5") + "| wm 1 |" + in_first("+ a 3") + "| wm 9999")
      .expect(first("+ a 5") + "| wm 1 | wm 9999");
}

TEST(EmittingWindowsTest, LateRowsChangeAClosedWindowUntilTheyAreTooLate) {
  Windows({.rule = {.lateness_ms = 5000}})
      .input(in_first("+ a 1") + "| wm 9999 |" + in_first("+ a 2") + "| wm 14998 |" +
             in_first("+ b 1") + "| wm 14999 |" + in_first("+ a 3"))
      .expect(first("+ a 1") + "| wm 9999 |" + first("-U a 1") + "|" + first("+U a 3") +
              "| wm 14998 |" + first("+ b 1") + "| wm 14999")
      .expect_counter("late_rows_dropped", 1);
}

TEST(EmittingWindowsTest, LateFiringWaitsButNotLongerThanTheWindowIsThere) {
  Windows({.rule = {.late_ms = 1000, .lateness_ms = 5000}})
      .input(in_first("+ a 1") + "| wm 9999 |" + in_first("+ a 2"))
      .advance_clock(999)
      .input("wm 10000")
      .advance_clock(1)
      .input("wm 10001 |" + in_first("+ a 4") + "| wm 20000")
      .expect(first("+ a 1") + "| wm 9999 | wm 10000 |" + first("-U a 1") + "|" + first("+U a 3") +
              "| wm 10001 |" + first("-U a 3") + "|" + first("+U a 7") + "| wm 20000");
}

TEST(EmittingWindowsTest, LeavesOutUpdateBeforeWhereNobodyNeedsIt) {
  Windows({.rule = {.early_ms = 0}, .update_before = false})
      .upsert_key({0, 2})
      .input(in_first("+ a 1") + "| wm 1 |" + in_first("+ a 2"))
      .expect(first("+ a 1") + "| wm 1 |" + first("+U a 3"));
}

TEST(EmittingWindowsTest, AKeyThatLosesItsRowsIsDeleted) {
  Windows({.rule = {.early_ms = 0}, .retracts = true})
      .input(in_first("+ a 1") + "|" + in_first("+ a 2") + "| wm 1 |" + in_first("- a 2") +
             "| wm 2 |" + in_first("- a 1") + "| wm 3 |" + in_first("+ a 9") + "| wm 9999")
      .expect(first("+ a 3") + "| wm 1 |" + first("-U a 3") + "|" + first("+U a 1") + "| wm 2 |" +
              first("- a 1") + "| wm 3 |" + first("+ a 9") + "| wm 9999");
}

TEST(EmittingWindowsTest, DistinctValuesCountOncePerWindow) {
  Windows({.rule = {.early_ms = 0}, .function = "COUNT", .distinct = true})
      .input(in_first("+ a 1") + "|" + in_first("+ a 1") + "|" + in_second("+ a 1") + "| wm 1 |" +
             in_first("+ a 2") + "| wm 9999 |" + in_second("+ a 1"))
      .expect(first("+ a 1") + "|" + second("+ a 1") + "| wm 1 |" + first("-U a 1") + "|" +
              first("+U a 2") + "| wm 9999");
}

TEST(EmittingWindowsTest, WindowsOfTheClockCloseByIt) {
  Windows({.rule = {.early_ms = 4000}, .event_time = false})
      .input(in_first("+ a 1"))
      .advance_clock(4000)
      .input(in_first("+ a 2"))
      .advance_clock(6000)
      .input(in_second("+ a 5") + "| end")
      .expect(first("+ a 1") + "|" + first("-U a 1") + "|" + first("+U a 3") + "|" +
              second("+ a 5") + "| end");
}

TEST(EmittingWindowsTest, TheEndOfTheInputFiresWhatIsOpen) {
  Windows({.rule = {.early_ms = 60000, .late_ms = 60000, .lateness_ms = 60000}})
      .input(in_first("+ a 1") + "| wm 9999 |" + in_first("+ a 2") + "|" + in_second("+ a 5") +
             "| end")
      .expect(first("+ a 1") + "| wm 9999 |" + first("-U a 1") + "|" + first("+U a 3") + "|" +
              second("+ a 5") + "| end");
}

TEST(EmittingWindowsTest, TheGreatestOfRowsThatAreTakenBack) {
  Windows({.rule = {.early_ms = 0}, .function = "MAX", .retracts = true})
      .input(in_first("+ a 1") + "|" + in_first("+ b 9") + "|" + in_second("+ a 8") + "| wm 1 |" +
             in_first("+ a 5") + "| wm 2 |" + in_first("- a 5") + "|" + in_first("+ a 3") +
             "| wm 3 |" + in_first("- a 3") + "|" + in_first("- a 1") + "|" + in_first("+ a NULL") +
             "| wm 4 |" + in_first("- a NULL") + "| wm 9999")
      .expect(first("+ a 1") + "|" + first("+ b 9") + "|" + second("+ a 8") + "| wm 1 |" +
              first("-U a 1") + "|" + first("+U a 5") + "| wm 2 |" + first("-U a 5") + "|" +
              first("+U a 3") + "| wm 3 |" + first("-U a 3") + "|" + first("+U a NULL") +
              "| wm 4 |" + first("- a NULL") + "| wm 9999");
}

TEST(EmittingWindowsTest, TheLeastOfRowsThatAreTakenBackByTheClock) {
  Windows({.rule = {.early_ms = 1000}, .function = "MIN", .retracts = true})
      .input(in_first("+ a 1") + "|" + in_first("+ a 2") + "|" + in_first("+ a 1"))
      .advance_clock(1000)
      .input(in_first("- a 1"))
      .advance_clock(1000)
      .input(in_first("- a 1"))
      .advance_clock(1000)
      .input("end")
      .expect(first("+ a 1") + "|" + first("-U a 1") + "|" + first("+U a 2") + "| end");
}

}  // namespace
}  // namespace hw
