// SPDX-License-Identifier: Apache-2.0

#include "operators/group_aggregate.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "operators/aggregate_fixture.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

struct Call {
  std::string_view name;
  std::vector<int> args;
  CallOptions options = {};
};

struct Query {
  std::string_view columns;
  std::vector<int> keys;
  std::vector<Call> calls;
  bool retracts = false;
  bool update_before = true;
};

OperatorHarness aggregated(const Query& query) {
  const SchemaPtr input = *parse_schema(query.columns);
  GroupAggregateSpec spec{.input = input,
                          .keys = query.keys,
                          .aggregates = {},
                          .output = nullptr,
                          .input_retracts = query.retracts,
                          .generate_update_before = query.update_before,
                          .session = {}};
  std::vector<SqlField> output;
  for (const int key : query.keys) output.push_back(input->field(key));
  for (const Call& call : query.calls) {
    spec.aggregates.push_back(aggregate_call(call.name, call.args, *input, call.options));
    output.push_back({std::string(call.name), spec.aggregates.back().result_type});
  }
  spec.output = make_schema(std::move(output));
  return OperatorHarness(query.columns, [spec] { return make_group_aggregate(spec); });
}

TEST(GroupAggregateTest, InsertsAKeyThenUpdatesIt) {
  aggregated({.columns = "k STRING, n INT", .keys = {0}, .calls = {{"COUNT", {}}, {"SUM", {1}}}})
      .keyed_by({0})
      .input("+ a 1 | + b 5 | wm 1 | + a 2 | + a null | wm 2 | + b 1")
      .expect("+ a 1 1 | + b 1 5 | -U a 1 1 | +U a 3 3 | -U b 1 5 | +U b 2 6");
}

TEST(GroupAggregateTest, FoldsABatchPerKey) {
  aggregated({.columns = "k INT, n INT", .keys = {0}, .calls = {{"COUNT", {}}}})
      .keyed_by({0})
      .input("+ 1 1 | + 2 1 | + 1 1 | + 1 1")
      .expect("+ 1 3 | + 2 1");
}

TEST(GroupAggregateTest, KeepsQuietWhenTheResultIsTheSame) {
  aggregated({.columns = "k INT, n INT", .keys = {0}, .calls = {{"MAX", {1}}}})
      .keyed_by({0})
      .input("+ 1 7 | wm 1 | + 1 3 | wm 2 | + 1 null | + 2 null | wm 3 | + 1 8")
      .expect("+ 1 7 | + 2 null | -U 1 7 | +U 1 8");
}

TEST(GroupAggregateTest, LeavesOutUpdateBeforeWhereNobodyNeedsIt) {
  aggregated(
      {.columns = "k INT, n INT", .keys = {0}, .calls = {{"SUM", {1}}}, .update_before = false})
      .keyed_by({0})
      .upsert_key({0})
      .input("+ 1 7 | wm 1 | + 1 3")
      .expect("+ 1 7 | +U 1 10");
}

TEST(GroupAggregateTest, DeletesAKeyWithItsLastRow) {
  aggregated({.columns = "k INT, n INT",
              .keys = {0},
              .calls = {{"COUNT", {}}, {"SUM", {1}}},
              .retracts = true})
      .keyed_by({0})
      .input("+ 1 7 | + 1 3 | wm 1 | - 1 7 | wm 2 | - 1 3 | wm 3 | + 1 5")
      .expect("+ 1 2 10 | -U 1 2 10 | +U 1 1 3 | - 1 1 3 | + 1 1 5");
}

TEST(GroupAggregateTest, IgnoresARetractionForAKeyItDoesNotHave) {
  aggregated({.columns = "k INT, n INT", .keys = {0}, .calls = {{"COUNT", {}}}, .retracts = true})
      .keyed_by({0})
      .input("- 1 7 | + 1 3 | wm 1 | - 2 2")
      .expect("+ 1 1");
}

TEST(GroupAggregateTest, TakesTheExtremesBackOverRetractions) {
  aggregated({.columns = "k INT, n INT, s STRING",
              .keys = {0},
              .calls = {{"MIN", {1}}, {"MAX", {1}}, {"MAX", {2}}},
              .retracts = true})
      .keyed_by({0})
      .input(
          "+ 1 5 b | + 1 9 c | + 1 5 a | wm 1 | - 1 9 c | wm 2 | - 1 5 a | wm 3 | -U 1 5 b | "
          "+U 1 null null | wm 4 | - 1 null null")
      .expect(
          "+ 1 5 9 c | -U 1 5 9 c | +U 1 5 5 b | -U 1 5 5 b | +U 1 null null null | "
          "- 1 null null null");
}

TEST(GroupAggregateTest, GroupsNullsTogetherAndZerosTogether) {
  aggregated({.columns = "k DOUBLE, n INT", .keys = {0}, .calls = {{"COUNT", {}}}})
      .keyed_by({0})
      .input("+ null 1 | + 0.0 1 | + -0.0 1 | + null 1 | + NaN 1 | + NaN 2")
      .expect("+ null 2 | + 0.0 2 | + NaN 2");
}

TEST(GroupAggregateTest, TellsNullFromZeroInAllKeyForms) {
  aggregated({.columns = "a BIGINT, b INT", .keys = {0}, .calls = {{"COUNT", {}}}})
      .keyed_by({0})
      .input("+ 0 1 | + null 1 | wm 1 | + 0 1")
      .expect("+ 0 1 | + null 1 | -U 0 1 | +U 0 2");
  aggregated({.columns = "a BIGINT, b INT", .keys = {0, 1}, .calls = {{"COUNT", {}}}})
      .keyed_by({0, 1})
      .input("+ 0 null | + null 0 | + null null | + 0 0")
      .expect("+ 0 null 1 | + null 0 1 | + null null 1 | + 0 0 1");
  aggregated({.columns = "a STRING, b INT", .keys = {0}, .calls = {{"COUNT", {}}}})
      .keyed_by({0})
      .input("+ '' 1 | + null 1 | + 'longer than twelve bytes' 1")
      .expect("+ '' 1 | + null 1 | + 'longer than twelve bytes' 1");
  aggregated(
      {.columns = "a STRING, b ARRAY<INT>, c BOOLEAN", .keys = {0, 1, 2}, .calls = {{"COUNT", {}}}})
      .keyed_by({0, 1, 2})
      .input("+ '' null TRUE | + null [] TRUE | + '' null TRUE | + a [1, NULL] null")
      .expect("+ '' null TRUE 2 | + null [] TRUE 1 | + a [1, NULL] null 1");
}

TEST(GroupAggregateTest, IsDistinctWithoutAggregates) {
  aggregated({.columns = "k INT, s STRING", .keys = {0, 1}, .calls = {}})
      .keyed_by({0, 1})
      .input("+ 1 a | + 1 a | + 2 a | wm 1 | + 1 a")
      .expect("+ 1 a | + 2 a");
  aggregated({.columns = "k INT, s STRING", .keys = {0, 1}, .calls = {}, .retracts = true})
      .keyed_by({0, 1})
      .input("+ 1 a | + 1 a | wm 1 | - 1 a | wm 2 | - 1 a")
      .expect("+ 1 a | - 1 a");
}

TEST(GroupAggregateTest, CountsOnlyRowsThatPassTheFilter) {
  aggregated({.columns = "k INT, n INT, big BOOLEAN",
              .keys = {0},
              .calls = {{"COUNT", {}, {.filter = 2}}, {"SUM", {1}, {.filter = 2}}}})
      .keyed_by({0})
      .input("+ 1 5 TRUE | + 1 6 FALSE | + 1 7 null | + 2 1 FALSE")
      .expect("+ 1 1 5 | + 2 0 null");
}

TEST(GroupAggregateTest, SharesDistinctValuesBetweenFilters) {
  aggregated({.columns = "k INT, n INT, odd BOOLEAN",
              .keys = {0},
              .calls = {{"COUNT", {1}, {.distinct = true}},
                        {"COUNT", {1}, {.filter = 2, .distinct = true}},
                        {"SUM", {1}, {.distinct = true}}}})
      .keyed_by({0})
      .input(
          "+ 1 5 FALSE | + 1 5 TRUE | + 1 5 TRUE | + 1 6 FALSE | + 1 null TRUE | wm 1 | + 1 6 TRUE")
      .expect("+ 1 2 1 11 | -U 1 2 1 11 | +U 1 2 2 11");
}

TEST(GroupAggregateTest, TakesDistinctValuesBackWithTheirLastOccurrence) {
  aggregated({.columns = "k INT, n INT",
              .keys = {0},
              .calls = {{"COUNT", {1}, {.distinct = true}}, {"SUM", {1}, {.distinct = true}}},
              .retracts = true})
      .keyed_by({0})
      .input("+ 1 5 | + 1 5 | + 1 6 | wm 1 | - 1 5 | wm 2 | - 1 5 | wm 3 | - 1 6 | + 1 6")
      .expect("+ 1 2 11 | -U 1 2 11 | +U 1 1 6");
}

TEST(GroupAggregateTest, HasNoGlobalResultBeforeTheFirstRow) {
  aggregated({.columns = "n INT", .keys = {}, .calls = {{"COUNT", {}}, {"SUM", {0}}}})
      .single_instance()
      .input("wm 1")
      .expect("wm 1");
  aggregated({.columns = "n INT", .keys = {}, .calls = {{"COUNT", {}}, {"SUM", {0}}}})
      .single_instance()
      .input("+ 1 | wm 1 | + 2")
      .expect("+ 1 1 | -U 1 1 | +U 2 3");
}

TEST(GroupAggregateTest, EmitsOnceAtTheEndInBatchMode) {
  aggregated({.columns = "k STRING, n INT", .keys = {0}, .calls = {{"SUM", {1}}}})
      .keyed_by({0})
      .batch_mode()
      .input("+ b 1 | + a 2 | wm 1 | + b 3 | end")
      .expect("wm 1 | wm max | + b 4 | + a 2 | stop");
}

TEST(GroupAggregateTest, HasOneRowForNoInputInBatchMode) {
  aggregated({.columns = "n INT", .keys = {}, .calls = {{"COUNT", {}}, {"SUM", {0}}}})
      .single_instance()
      .batch_mode()
      .input("end")
      .expect("wm max | + 0 null | stop");
  aggregated({.columns = "n INT", .keys = {0}, .calls = {{"COUNT", {}}}})
      .keyed_by({0})
      .batch_mode()
      .input("end")
      .expect("end");
}

}  // namespace
}  // namespace hw
