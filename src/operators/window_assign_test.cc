// SPDX-License-Identifier: Apache-2.0

#include "operators/window_assign.h"

#include <gtest/gtest.h>

#include "columnar/type_parser.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

OperatorHarness windows(WindowKind kind, int64_t size_ms, int64_t step_ms) {
  constexpr std::string_view kColumns = "ts TIMESTAMP(3), n INT";
  WindowAssignSpec spec;
  spec.input = *parse_schema(kColumns);
  spec.window = {.kind = kind,
                 .size_ms = size_ms,
                 .step_ms = step_ms,
                 .event_time = true,
                 .time_column = 0,
                 .time_type = SqlType::timestamp(3)};
  std::vector<SqlField> output = spec.input->fields();
  const SqlType wall = SqlType::timestamp(3).not_null();
  for (const char* const name : {"s", "e", "t"}) output.push_back({name, wall});
  spec.output = make_schema(std::move(output));
  return OperatorHarness(kColumns, [spec] { return make_window_assign(spec); });
}

// Times are short: seconds after 1970-01-01 00:00.
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

TEST(WindowAssignTest, TumbleAppendsTheWindowToRowsAndTheirRetractions) {
  windows(WindowKind::kTumble, 10'000, 10'000)
      .input(at("+ @03.000' 1 | + @12.000' 2 | -U @03.000' 1 | +U @14.000' 1 | - @12.000' 2 | "
                "wm 20000 | + @02.000' 3"))
      .expect(at("+ @03.000' 1 @00.000' @10.000' @09.999' | + @12.000' 2 @10.000' @20.000' "
                 "@19.999' | -U @03.000' 1 @00.000' @10.000' @09.999' | +U @14.000' 1 @10.000' "
                 "@20.000' @19.999' | - @12.000' 2 @10.000' @20.000' @19.999' | wm 20000 | "
                 "+ @02.000' 3 @00.000' @10.000' @09.999'"));
}

TEST(WindowAssignTest, HopRepeatsARowAndItsRetractionForEachWindow) {
  windows(WindowKind::kHop, 10'000, 5'000)
      .input(at("+ @07.000' 1 | - @07.000' 1 | + @10.000' 2"))
      .expect(at("+ @07.000' 1 @00.000' @10.000' @09.999' | + @07.000' 1 @05.000' @15.000' "
                 "@14.999' | - @07.000' 1 @00.000' @10.000' @09.999' | - @07.000' 1 @05.000' "
                 "@15.000' @14.999' | + @10.000' 2 @05.000' @15.000' @14.999' | + @10.000' 2 "
                 "@10.000' @20.000' @19.999'"));
}

TEST(WindowAssignTest, AnUpdateTakesTheOldRowOutOfItsWindowsFirst) {
  windows(WindowKind::kHop, 10'000, 5'000)
      .parts_updates()
      .input(at("+ @07.000' 1 | -U @07.000' 1 | +U @12.000' 1"))
      .expect(at("+ @07.000' 1 @00.000' @10.000' @09.999' | + @07.000' 1 @05.000' @15.000' "
                 "@14.999' | -U @07.000' 1 @00.000' @10.000' @09.999' | -U @07.000' 1 @05.000' "
                 "@15.000' @14.999' | +U @12.000' 1 @05.000' @15.000' @14.999' | +U @12.000' 1 "
                 "@10.000' @20.000' @19.999'"));
}

TEST(WindowAssignTest, CumulateGrowsByItsStep) {
  windows(WindowKind::kCumulate, 10'000, 5'000)
      .input(at("+ @02.000' 1 | + @07.000' 2 | - @02.000' 1"))
      .expect(at("+ @02.000' 1 @00.000' @05.000' @04.999' | + @02.000' 1 @00.000' @10.000' "
                 "@09.999' | + @07.000' 2 @00.000' @10.000' @09.999' | - @02.000' 1 @00.000' "
                 "@05.000' @04.999' | - @02.000' 1 @00.000' @10.000' @09.999'"));
}

TEST(WindowAssignTest, RowsWithoutATimeAreCountedOnly) {
  windows(WindowKind::kTumble, 10'000, 10'000)
      .input(at("+ null 1 | + @12.000' 2 | - null 1"))
      .expect(at("+ @12.000' 2 @10.000' @20.000' @19.999'"))
      .expect_counter("null_time_rows_dropped", 2);
}

}  // namespace
}  // namespace hw
