// SPDX-License-Identifier: Apache-2.0

#include "operators/temporal_sort.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

OperatorHarness sorted() {
  constexpr std::string_view kColumns = "n INT, ts TIMESTAMP(3)";
  TemporalSortSpec spec;
  spec.schema = *parse_schema(kColumns);
  spec.order = {{.column = 1}, {.column = 0, .descending = true, .nulls_first = false}};
  return OperatorHarness(kColumns, [spec] { return make_temporal_sort(spec); });
}

TEST(TemporalSortTest, EmitsInOrderWhatTheWatermarkHasPassed) {
  sorted()
      .single_instance()
      .input(
          "+ 1 '1970-01-01 00:00:02' | + 2 '1970-01-01 00:00:01' | + 3 '1970-01-01 00:00:01' | wm "
          "1000 | + 4 '1970-01-01 00:00:03' | end")
      .expect(
          "+ 3 '1970-01-01 00:00:01' | + 2 '1970-01-01 00:00:01' | wm 1000 | + 1 '1970-01-01 "
          "00:00:02' | + 4 '1970-01-01 00:00:03' | end");
}

TEST(TemporalSortTest, DropsAndCountsLateRows) {
  sorted()
      .single_instance()
      .input("wm 2000 | + 1 '1970-01-01 00:00:02' | + 2 '1970-01-01 00:00:03' | wm 5000")
      .expect("wm 2000 | + 2 '1970-01-01 00:00:03' | wm 5000")
      .expect_counter("late_rows_dropped", 1);
}

}  // namespace
}  // namespace hw
