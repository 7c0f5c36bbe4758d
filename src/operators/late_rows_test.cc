// SPDX-License-Identifier: Apache-2.0

#include "operators/late_rows.h"

#include <gtest/gtest.h>

#include "columnar/type_parser.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

OperatorHarness late_rows(LateRule rule, WindowSpec window = {}) {
  constexpr std::string_view kColumns = "ts TIMESTAMP(3), k INT";
  LateRowsSpec spec;
  spec.input = *parse_schema(kColumns);
  spec.rule = rule;
  spec.column = 0;
  spec.window = std::move(window);
  spec.window.time_column = 0;
  spec.operator_name = "X";
  spec.output = *parse_schema(
      "ts TIMESTAMP(3), k INT, late_by BIGINT, watermark TIMESTAMP(3), operator STRING");
  return OperatorHarness(kColumns, [spec] { return make_late_rows(spec); });
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

TEST(LateRowsTest, RowsAtOrBelowTheWatermarkAreLate) {
  late_rows(LateRule::kTime)
      .keyed_by({1})
      .input(at("+ @01.000' 1 | wm 5000 | + @05.000' 2 | + @05.001' 3 | + @02.000' 4 | + null 5 | "
                "wm 6000 | + @05.500' 6 | end"))
      .expect(at("wm 5000 | + @05.000' 2 0 @05.000' X | + @02.000' 4 3000 @05.000' X | wm 6000 | "
                 "+ @05.500' 6 500 @06.000' X | end"));
}

TEST(LateRowsTest, ARowIsLateWhenItsLastWindowHasClosed) {
  late_rows(LateRule::kWindows, {.kind = WindowKind::kHop, .size_ms = 10'000, .step_ms = 5'000})
      .keyed_by({1})
      .input(at("wm 12000 | + @04.999' 1 | + @05.000' 2 | + @00.000' 3 | end"))
      .expect(at("wm 12000 | + @04.999' 1 2001 @12.000' X | + @00.000' 3 2001 "
                 "@12.000' X | end"));
}

TEST(LateRowsTest, ARowWithItsWindowIsLateWhenThatHasClosed) {
  late_rows(LateRule::kWindowEnd)
      .keyed_by({1})
      .input(at("wm 9999 | + @10.000' 1 | + @10.001' 2 | end"))
      .expect(at("wm 9999 | + @10.000' 1 0 @09.999' X | end"));
}

TEST(LateRowsTest, NothingIsLateInABatch) {
  late_rows(LateRule::kTime)
      .keyed_by({1})
      .batch_mode()
      .input(at("+ @01.000' 1 | end"))
      .expect("end");
}

}  // namespace
}  // namespace hw
