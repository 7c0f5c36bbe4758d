// SPDX-License-Identifier: Apache-2.0

#include "operators/deduplicate.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

struct Query {
  bool last = false;
  bool by_event_time = true;
  bool update_before = true;
};

OperatorHarness distinct(const Query& query) {
  constexpr std::string_view kColumns = "k STRING, n INT, ts TIMESTAMP(3)";
  DeduplicateSpec spec;
  spec.schema = *parse_schema(kColumns);
  spec.key = {0};
  spec.keep_last = query.last;
  spec.time_column = query.by_event_time ? 2 : -1;
  spec.generate_update_before = query.update_before;
  return OperatorHarness(kColumns, [spec] { return make_deduplicate(spec); });
}

TEST(DeduplicateTest, KeepsTheFirstRowOfEachKeyOnceTheWatermarkHasPassedIt) {
  distinct({})
      .keyed_by({0})
      .input(
          "+ a 1 '1970-01-01 00:00:02' | + a 2 '1970-01-01 00:00:01' | wm 500 | + a 3 '1970-01-01 "
          "00:00:01' | wm 1000 | + a 4 '1970-01-01 00:00:03' | + b 5 '1970-01-01 00:00:01' | end")
      .expect("wm 500 | + a 2 '1970-01-01 00:00:01' | wm 1000 | end")
      .expect_counter("late_rows_dropped", 1)
      .expect_counter("duplicates_dropped", 3);
}

TEST(DeduplicateTest, KeepsTheLastRowByTimeAndOfOneTimeTheLaterOne) {
  distinct({.last = true})
      .keyed_by({0})
      .input(
          "+ a 1 '1970-01-01 00:00:02' | wm 1 | + a 2 '1970-01-01 00:00:01' | wm 2 | + a 3 "
          "'1970-01-01 00:00:02' | wm 3 | + b 4 '1970-01-01 00:00:01'")
      .expect(
          "+ a 1 '1970-01-01 00:00:02' | wm 1 | wm 2 | -U a 1 '1970-01-01 00:00:02' | +U a 3 "
          "'1970-01-01 00:00:02' | wm 3 | + b 4 '1970-01-01 00:00:01'");
}

TEST(DeduplicateTest, LeavesOutUpdateBeforeWhereNobodyNeedsIt) {
  distinct({.last = true, .update_before = false})
      .keyed_by({0})
      .upsert_key({0})
      .input("+ a 1 1970-01-01 | wm 1 | + a 2 1970-01-01")
      .expect("+ a 1 1970-01-01 | wm 1 | +U a 2 1970-01-01");
}

TEST(DeduplicateTest, ByProcessingTimeTheFirstToComeGoesOutAtOnce) {
  distinct({.by_event_time = false})
      .keyed_by({0})
      .input("+ a 1 1970-01-01 | + a 2 1970-01-01 | wm 1 | + b 3 1970-01-01 | + a 4 1970-01-01")
      .expect("+ a 1 1970-01-01 | wm 1 | + b 3 1970-01-01")
      .expect_counter("duplicates_dropped", 2);
}

TEST(DeduplicateTest, ByProcessingTimeTheLastToComeReplaces) {
  distinct({.last = true, .by_event_time = false})
      .keyed_by({0})
      .input("+ a 1 '1970-01-01 00:00:09' | wm 1 | + a 2 '1970-01-01 00:00:01'")
      .expect(
          "+ a 1 '1970-01-01 00:00:09' | wm 1 | -U a 1 '1970-01-01 00:00:09' | +U a 2 '1970-01-01 "
          "00:00:01'");
}

TEST(DeduplicateTest, EmitsAtTheEndInBatchMode) {
  distinct({})
      .keyed_by({0})
      .batch_mode()
      .input("+ a 1 '1970-01-01 00:00:02' | wm 3000 | + a 2 '1970-01-01 00:00:01' | end")
      .expect("wm 3000 | wm max | + a 2 '1970-01-01 00:00:01' | stop");
}

}  // namespace
}  // namespace hw
