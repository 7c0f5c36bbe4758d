// SPDX-License-Identifier: Apache-2.0

#include "operators/top_n.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

struct Query {
  std::vector<int> partition = {};
  std::vector<SortKey> order = {{.column = 1, .descending = true, .nulls_first = false}};
  int64_t limit = 2;
  int64_t offset = 0;
  bool rank = false;
  bool retracts = false;
  bool update_before = true;
  RankKind kind = RankKind::kRowNumber;
};

OperatorHarness ranked(const Query& query) {
  constexpr std::string_view kColumns = "k STRING, n INT, id INT";
  TopNSpec spec;
  spec.input = *parse_schema(kColumns);
  spec.partition = query.partition;
  spec.order = query.order;
  spec.rank = query.kind;
  spec.limit = query.limit;
  spec.offset = query.offset;
  spec.emit_rank = query.rank;
  spec.input_retracts = query.retracts;
  spec.generate_update_before = query.update_before;
  std::vector<SqlField> output = spec.input->fields();
  if (query.rank) output.push_back({"rank", SqlType::bigint().not_null()});
  spec.output = make_schema(std::move(output));
  return OperatorHarness(kColumns, [spec] { return make_top_n(spec); });
}

TEST(TopNTest, ShowsWhatEntersAndLeaves) {
  ranked({})
      .single_instance()
      .input("+ a 1 1 | + b 5 2 | wm 1 | + c 3 3 | wm 2 | + d 0 4 | wm 3 | + e 9 5")
      .expect("+ b 5 2 | + a 1 1 | wm 1 | - a 1 1 | + c 3 3 | wm 2 | wm 3 | - c 3 3 | + e 9 5");
}

TEST(TopNTest, RanksEqualRowsByArrival) {
  ranked({})
      .single_instance()
      .input("+ a 5 1 | + b 5 2 | wm 1 | + c 5 3 | wm 2 | + d 6 4")
      .expect("+ a 5 1 | + b 5 2 | wm 1 | wm 2 | - b 5 2 | + d 6 4");
}

TEST(TopNTest, UpdatesEveryRankThatShifts) {
  ranked({.partition = {0}, .rank = true})
      .keyed_by({0})
      .input("+ a 5 1 | + a 3 2 | + b 1 3 | wm 1 | + a 4 4 | wm 2 | + a 9 5 | + b 0 6")
      .expect(
          "+ a 5 1 1 | + a 3 2 2 | + b 1 3 1 | wm 1 | -U a 3 2 2 | +U a 4 4 2 | wm 2 | -U a 5 1 1 "
          "| +U a 9 5 1 | -U a 4 4 2 | +U a 5 1 2 | + b 0 6 2");
}

TEST(TopNTest, LeavesOutUpdateBeforeWhereNobodyNeedsIt) {
  ranked({.partition = {0}, .limit = 1, .rank = true, .update_before = false})
      .keyed_by({0})
      .upsert_key({0, 3})
      .input("+ a 5 1 | wm 1 | + a 6 2")
      .expect("+ a 5 1 1 | wm 1 | +U a 6 2 1");
}

TEST(TopNTest, BringsTheNextRowUpWhenOneIsTakenBack) {
  ranked({.retracts = true})
      .single_instance()
      .input(
          "+ a 5 1 | + b 4 2 | + c 3 3 | wm 1 | - a 5 1 | wm 2 | -U b 4 2 | +U b 1 2 | wm 3 | - x "
          "1 1")
      .expect("+ a 5 1 | + b 4 2 | wm 1 | - a 5 1 | + c 3 3 | wm 2 | - b 4 2 | + b 1 2 | wm 3");
}

TEST(TopNTest, KeepsEqualRowsApartWhenOneIsTakenBack) {
  ranked({.partition = {0}, .rank = true, .retracts = true})
      .keyed_by({0})
      .input("+ a 5 1 | + a 5 1 | + a 5 1 | wm 1 | - a 5 1 | wm 2 | - a 5 1 | wm 3 | - a 5 1")
      .expect("+ a 5 1 1 | + a 5 1 2 | wm 1 | wm 2 | - a 5 1 2 | wm 3 | - a 5 1 1");
}

TEST(TopNTest, SkipsTheOffset) {
  ranked({.limit = 1, .offset = 1})
      .single_instance()
      .input("+ a 5 1 | wm 1 | + b 4 2 | wm 2 | + c 9 3")
      .expect("wm 1 | + b 4 2 | wm 2 | - b 4 2 | + a 5 1");
  ranked({.limit = INT64_MAX, .offset = 1})
      .single_instance()
      .input("+ a 5 1 | + b 4 2 | + c 3 3")
      .expect("+ b 4 2 | + c 3 3");
}

TEST(TopNTest, IsALimitOverUpdatesWithoutSortKeys) {
  ranked({.order = {}, .retracts = true})
      .single_instance()
      .input("+ a 1 1 | + b 9 2 | + c 5 3 | wm 1 | - a 1 1")
      .expect("+ a 1 1 | + b 9 2 | wm 1 | - a 1 1 | + c 5 3");
}

TEST(TopNTest, SortsNullsWhereTheyWereAskedFor) {
  ranked({.order = {{.column = 1, .descending = false, .nulls_first = true}}, .limit = 1})
      .single_instance()
      .input("+ a -5 1 | wm 1 | + b null 2")
      .expect("+ a -5 1 | wm 1 | - a -5 1 | + b null 2");
}

TEST(TopNTest, EmitsInOrderAtTheEndInBatchMode) {
  ranked({.partition = {0}, .rank = true})
      .keyed_by({0})
      .batch_mode()
      .input("+ b 1 1 | + a 5 2 | + b 7 3 | wm 1 | + b 3 4 | end")
      .expect("wm 1 | wm max | + b 7 3 1 | + b 3 4 2 | + a 5 2 1 | stop");
}

TEST(TopNTest, RanksEqualRowsTogetherWithGapsBehindThem) {
  ranked({.partition = {0}, .rank = true, .kind = RankKind::kRank})
      .keyed_by({0})
      .input("+ a 5 1 | + a 5 2 | wm 1 | + a 3 3 | wm 2 | + a 9 4 | wm 3 | + a 9 5")
      .expect_in_any_order(
          "+ a 5 1 1 | + a 5 2 1 | wm 1 | wm 2 | -U a 5 1 1 | +U a 5 1 2 | -U a 5 2 1 | +U a 5 2 2 "
          "| + a 9 4 1 | wm 3 | - a 5 1 2 | - a 5 2 2 | + a 9 5 1");
}

TEST(TopNTest, RanksEqualRowsTogetherWithoutGaps) {
  ranked({.partition = {0}, .retracts = true, .kind = RankKind::kDenseRank})
      .keyed_by({0})
      .input("+ a 5 1 | + a 5 2 | + a 3 3 | + a 1 4 | wm 1 | - a 5 1 | wm 2 | - a 5 2")
      .expect("+ a 5 1 | + a 5 2 | + a 3 3 | wm 1 | - a 5 1 | wm 2 | - a 5 2 | + a 1 4");
}

TEST(TopNTest, InAWindowShowsEachPartitionOnceWhenTheWindowCloses) {
  constexpr std::string_view kWindowed = "n INT, w TIMESTAMP(3)";
  TopNSpec spec;
  spec.input = *parse_schema(kWindowed);
  spec.partition = {1};
  spec.order = {{.column = 0, .descending = true, .nulls_first = false}};
  spec.limit = 1;
  spec.window = WindowSpec{.size_ms = 1000};
  spec.window_end = 1;
  spec.output = spec.input;
  OperatorHarness(kWindowed, [spec] { return make_top_n(spec); })
      .keyed_by({1})
      .input(
          "+ 1 '1970-01-01 00:00:01' | + 3 '1970-01-01 00:00:02' | wm 500 | + 2 '1970-01-01 "
          "00:00:01' | wm 999 | + 9 '1970-01-01 00:00:01' | wm 1998 | wm 1999")
      .expect(
          "wm 500 | + 2 '1970-01-01 00:00:01' | wm 999 | wm 1998 | + 3 '1970-01-01 00:00:02' | wm "
          "1999")
      .expect_counter("late_rows_dropped", 1);
}

TEST(TopNTest, OfNothingShowsNothing) {
  ranked({.limit = 0}).single_instance().input("+ a 1 1 | end").expect("end");
}

}  // namespace
}  // namespace hw
