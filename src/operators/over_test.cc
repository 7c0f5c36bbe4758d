// SPDX-License-Identifier: Apache-2.0

#include "operators/over.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "operators/aggregate_fixture.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kColumns = "k STRING, n INT, ts TIMESTAMP(3)";

OverFrame frame(bool rows, FrameBound start, FrameBound end = {FrameEdge::kCurrentRow, 0, 0, {}}) {
  return {.rows = rows, .start = std::move(start), .end = std::move(end)};
}
FrameBound preceding(int64_t distance) { return {FrameEdge::kPreceding, distance, 0, "n"}; }
FrameBound following(int64_t distance) { return {FrameEdge::kFollowing, distance, 0, "n"}; }

OverCall sum(OverFrame over = {}) {
  const SchemaPtr input = *parse_schema(kColumns);
  OverCall call;
  call.function = OverFunction::kAggregate;
  call.aggregate = aggregate_call("SUM", {1}, *input);
  call.frame = std::move(over);
  return call;
}

OverCall rank(OverFunction function) {
  OverCall call;
  call.function = function;
  call.aggregate.result_type = SqlType::bigint().not_null();
  return call;
}

OverCall distant(OverFunction function, int64_t n) {
  OverCall call;
  call.function = function;
  call.value = 1;
  call.n = n;
  call.aggregate.result_type = SqlType::integer();
  return call;
}

struct Query {
  OverWay way = OverWay::kUpdating;
  std::vector<OverCall> calls;
  std::vector<SortKey> order = {{.column = 1}};
  bool retracts = false;
  bool update_before = true;
};

OperatorHarness over(const Query& query) {
  OverSpec spec;
  spec.way = query.way;
  spec.input = *parse_schema(kColumns);
  spec.partition = {0};
  spec.order = query.order;
  spec.arrival_order = query.way == OverWay::kByArrival;
  spec.calls = query.calls;
  spec.input_retracts = query.retracts;
  spec.generate_update_before = query.update_before;
  std::vector<SqlField> output = spec.input->fields();
  for (const OverCall& call : query.calls) {
    output.push_back({"r" + std::to_string(output.size()), call.type()});
  }
  spec.output = make_schema(std::move(output));
  return OperatorHarness(kColumns, [spec] { return make_over(spec); });
}

Query by_time(std::vector<OverCall> calls) {
  return {.way = OverWay::kByTime, .calls = std::move(calls), .order = {{.column = 2}}};
}

TEST(OverTest, UpdatesTheRowsBehindOneThatComesInBetween) {
  over({.calls = {sum(), rank(OverFunction::kRowNumber)}})
      .keyed_by({0})
      .input(
          "+ a 5 1970-01-01 | + a 1 1970-01-01 | wm 1 | + a 3 1970-01-01 | wm 2 | + b 1 1970-01-01")
      .expect(
          "+ a 1 1970-01-01 1 1 | + a 5 1970-01-01 6 2 | wm 1 | -U a 5 1970-01-01 6 2 | +U a 5 "
          "1970-01-01 9 3 | + a 3 1970-01-01 4 2 | wm 2 | + b 1 1970-01-01 1 1");
}

TEST(OverTest, TakesRowsBack) {
  over({.calls = {sum()}, .retracts = true})
      .keyed_by({0})
      .input(
          "+ a 5 1970-01-01 | + a 1 1970-01-01 | wm 1 | - a 1 1970-01-01 | wm 2 | - a 5 1970-01-01 "
          "| - a 9 1970-01-01")
      .expect(
          "+ a 1 1970-01-01 1 | + a 5 1970-01-01 6 | wm 1 | - a 1 1970-01-01 1 | -U a 5 1970-01-01 "
          "6 | +U a 5 1970-01-01 5 | wm 2 | - a 5 1970-01-01 5");
}

TEST(OverTest, SaysNothingWhereResultsStayAsTheyAre) {
  over({.calls = {sum(frame(true, preceding(1)))}})
      .keyed_by({0})
      .input("+ a 5 1970-01-01 | + a 6 1970-01-01 | wm 1 | + a 9 1970-01-01")
      .expect("+ a 5 1970-01-01 5 | + a 6 1970-01-01 11 | wm 1 | + a 9 1970-01-01 15");
}

TEST(OverTest, PutsOutEachRowOnceInOrderOfTime) {
  over(by_time({sum()}))
      .keyed_by({0})
      .input(
          "+ a 1 '1970-01-01 00:00:02' | + b 2 '1970-01-01 00:00:01' | + a 3 '1970-01-01 00:00:01' "
          "| wm 1500 | + a 4 '1970-01-01 00:00:01' | wm 2000 | + a 5 '1970-01-01 00:00:03' | end")
      .expect_in_any_order(
          "+ b 2 '1970-01-01 00:00:01' 2 | + a 3 '1970-01-01 00:00:01' 3 | wm 1500 | + a 1 "
          "'1970-01-01 00:00:02' 4 | wm 2000 | + a 5 '1970-01-01 00:00:03' 9 | end")
      .expect_counter("late_rows_dropped", 1);
}

TEST(OverTest, GivesPeersOneResult) {
  over(by_time({sum(), rank(OverFunction::kRank), rank(OverFunction::kDenseRank)}))
      .keyed_by({0})
      .input(
          "+ a 1 '1970-01-01 00:00:01' | + a 2 '1970-01-01 00:00:01' | wm 1000 | + a 4 '1970-01-01 "
          "00:00:02' | wm 2000")
      .expect(
          "+ a 1 '1970-01-01 00:00:01' 3 1 1 | + a 2 '1970-01-01 00:00:01' 3 1 1 | wm 1000 | + a 4 "
          "'1970-01-01 00:00:02' 7 3 2 | wm 2000");
}

TEST(OverTest, KeepsTheRowsThatFramesReachBackTo) {
  over(by_time({sum(frame(true, preceding(1))), sum(frame(false, preceding(1000))),
                distant(OverFunction::kLag, 2)}))
      .keyed_by({0})
      .input(
          "+ a 1 '1970-01-01 00:00:01' | wm 1000 | + a 2 '1970-01-01 00:00:02' | wm 2000 | + a 4 "
          "'1970-01-01 00:00:04' | wm 9000 | + a 8 '1970-01-01 00:00:10' | wm 10000")
      .expect(
          "+ a 1 '1970-01-01 00:00:01' 1 1 null | wm 1000 | + a 2 '1970-01-01 00:00:02' 3 3 null | "
          "wm 2000 | + a 4 '1970-01-01 00:00:04' 6 4 1 | wm 9000 | + a 8 '1970-01-01 00:00:10' 12 "
          "8 2 | wm 10000");
}

TEST(OverTest, WaitsForTheRowsThatItLooksAheadAt) {
  over(by_time({distant(OverFunction::kLead, 1), sum(frame(true, preceding(1), following(1)))}))
      .keyed_by({0})
      .input("+ a 1 '1970-01-01 00:00:01' | wm 1000 | + a 2 '1970-01-01 00:00:02' | wm 2000 | end")
      .expect(
          "wm 1000 | + a 1 '1970-01-01 00:00:01' 2 3 | wm 2000 | + a 2 '1970-01-01 00:00:02' null "
          "3 | end");
}

TEST(OverTest, WaitsAsLongAsItLooksAhead) {
  over(by_time({sum(frame(false, {FrameEdge::kCurrentRow, 0, 0, {}}, following(2000)))}))
      .keyed_by({0})
      .input(
          "+ a 1 '1970-01-01 00:00:01' | wm 1000 | + a 2 '1970-01-01 00:00:03' | wm 2999 | wm 3000 "
          "| end")
      .expect(
          "wm 1000 | wm 2999 | + a 1 '1970-01-01 00:00:01' 3 | wm 3000 | + a 2 '1970-01-01 "
          "00:00:03' 2 | end");
}

TEST(OverTest, ByArrivalPutsOutEachRowAtOnce) {
  over({.way = OverWay::kByArrival,
        .calls = {sum(), distant(OverFunction::kLag, 1), rank(OverFunction::kRowNumber)},
        .order = {}})
      .keyed_by({0})
      .input("+ a 1 1970-01-01 | + b 5 1970-01-01 | + a 2 1970-01-01 | wm 1 | + a 3 1970-01-01")
      .expect_in_any_order(
          "+ a 1 1970-01-01 1 null 1 | + b 5 1970-01-01 5 null 1 | + a 2 1970-01-01 3 1 2 | wm 1 | "
          "+ a 3 1970-01-01 6 2 3");
}

TEST(OverTest, EmitsAtTheEndInBatchMode) {
  over({.calls = {sum()}})
      .keyed_by({0})
      .batch_mode()
      .input("+ a 2 1970-01-01 | wm 1 | + a 1 1970-01-01 | end")
      .expect("wm 1 | wm max | + a 1 1970-01-01 1 | + a 2 1970-01-01 3 | stop");
}

}  // namespace
}  // namespace hw
