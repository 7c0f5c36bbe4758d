// SPDX-License-Identifier: Apache-2.0
//
// What operators with a time to live forget, and when.

#include "operators/state_age.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "operators/aged_groups.h"
#include "operators/aggregate_fixture.h"
#include "operators/changelog_normalize.h"
#include "operators/deduplicate.h"
#include "operators/group_aggregate.h"
#include "operators/regular_join.h"
#include "operators/top_n.h"
#include "operators/upsert_materialize.h"
#include "state/age_column.h"
#include "state/state_store.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr int64_t kTtlMs = 1000;
constexpr std::string_view kColumns = "k STRING, v INT";

struct Keyed : OperatorHarness {
  Keyed(std::string_view columns, Factory make) : OperatorHarness(columns, std::move(make)) {
    keyed_by({0});
  }
  Keyed(std::string_view left, std::string_view right, Factory make)
      : OperatorHarness({left, right}, std::move(make)) {
    keyed_by({0});
  }
};

struct Aggregated {
  std::string_view function = "COUNT";
  bool distinct = false;
  bool retracts = false;
};

Keyed aggregated(const Aggregated& query) {
  const SchemaPtr input = *parse_schema(kColumns);
  const AggregateCall call =
      aggregate_call(query.function, {1}, *input, {.filter = -1, .distinct = query.distinct});
  const GroupAggregateSpec spec{
      .input = input,
      .keys = {0},
      .aggregates = {call},
      .output = make_schema({input->field(0), {"result", call.result_type}}),
      .input_retracts = query.retracts,
      .generate_update_before = true,
      .state_ttl_ms = kTtlMs,
      .session = {}};
  return Keyed(kColumns, [spec] { return make_group_aggregate(spec); });
}

TEST(StateAgeTest, AGroupIsForgottenWhenNoRowCameForTheTime) {
  aggregated({})
      .input("+ a 1 | + b 1")
      .advance_clock(999)
      .input("+ a 1")
      .advance_clock(1)
      .input("+ a 1 | + b 1")
      .expect("+ a 1 | + b 1 | -U a 1 | +U a 2 | -U a 2 | +U a 3 | + b 1");
}

TEST(StateAgeTest, AGroupThatGetsARowSaysSoThoughItsResultIsTheSame) {
  aggregated({.function = "MAX"})
      .input("+ a 7 | wm 1 | + a 3")
      .expect("+ a 7 | wm 1 | -U a 7 | +U a 7");
}

TEST(StateAgeTest, ARowOfAForgottenGroupIsNotTakenBack) {
  aggregated({.function = "SUM", .retracts = true})
      .input("+ a 1 | + a 5 | wm 1 | - a 5")
      .advance_clock(1000)
      .input("- a 1 | wm 2 | + a 2")
      .expect("+ a 6 | wm 1 | -U a 6 | +U a 1 | wm 2 | + a 2");
}

TEST(StateAgeTest, ValuesOfMinAndMaxGoWithTheirGroup) {
  aggregated({.function = "MAX", .retracts = true})
      .input("+ a 9")
      .advance_clock(1000)
      .input("+ a 2 | wm 1 | + a 1 | wm 2 | - a 2")
      .expect("+ a 9 | + a 2 | wm 1 | -U a 2 | +U a 2 | wm 2 | -U a 2 | +U a 1");
}

TEST(StateAgeTest, DistinctValuesLiveAsLongAsTheirGroup) {
  aggregated({.distinct = true})
      .input("+ a 1 | + b 1")
      .advance_clock(900)
      .input("+ a 2")
      .advance_clock(900)
      .input("+ a 1 | + b 1")
      .advance_clock(1000)
      .input("+ a 1 | wm 1 | + a 2")
      .expect(
          "+ a 1 | + b 1 | -U a 1 | +U a 2 | -U a 2 | +U a 2 | + b 1 | + a 1 | wm 1 | -U a 1 | "
          "+U a 2");
}

TEST(StateAgeTest, AGroupThatLostItsRowsAndAgedBeforeBeginsAnew) {
  aggregated({.distinct = true, .retracts = true})
      .input("+ a 1 | + a 2")
      .advance_clock(1000)
      .input("+ a 3 | wm 1 | - a 3 | wm 2 | + a 1")
      .expect("+ a 2 | + a 1 | wm 1 | - a 1 | wm 2 | + a 1");
}

Keyed normalized() {
  return Keyed(kColumns, [] {
    return make_changelog_normalize({.schema = *parse_schema(kColumns),
                                     .primary_key = {0},
                                     .generate_update_before = true,
                                     .state_ttl_ms = kTtlMs});
  });
}

TEST(StateAgeTest, NormalizedKeysAreForgottenAndRepeatsKeepThem) {
  normalized()
      .input("+ a 1 | + b 1")
      .advance_clock(600)
      .input("+ a 1")
      .advance_clock(600)
      .input("+U a 2 | +U b 2 | wm 1 | - b 2")
      .advance_clock(1000)
      .input("- a 2")
      .expect("+ a 1 | + b 1 | -U a 1 | +U a 1 | -U a 1 | +U a 2 | + b 2 | wm 1 | - b 2");
}

TEST(StateAgeTest, RowsOfAPrimaryKeyAreForgottenTogether) {
  Keyed("k INT, v STRING",
        [] {
          return make_upsert_materialize({.schema = *parse_schema("k INT, v STRING"),
                                          .primary_key = {0},
                                          .state_ttl_ms = kTtlMs});
        })
      .upsert_key({0})
      .input("+ 1 a | + 2 x")
      .advance_clock(600)
      .input("+ 1 b")
      .advance_clock(600)
      .input("- 1 b | wm 1 | + 2 y")
      .expect("+ 1 a | + 2 x | +U 1 b | +U 1 a | wm 1 | + 2 y");
}

struct Deduplicated {
  bool last = false;
  bool by_event_time = false;
};

Keyed deduplicated(const Deduplicated& query) {
  constexpr std::string_view kTimed = "k STRING, n INT, ts TIMESTAMP(3)";
  DeduplicateSpec spec;
  spec.schema = *parse_schema(kTimed);
  spec.key = {0};
  spec.keep_last = query.last;
  spec.time_column = query.by_event_time ? 2 : -1;
  spec.state_ttl_ms = kTtlMs;
  return Keyed(kTimed, [spec] { return make_deduplicate(spec); });
}

TEST(StateAgeTest, DuplicatesDoNotKeepTheFirstRowOfAKey) {
  deduplicated({})
      .input("+ a 1 null")
      .advance_clock(600)
      .input("+ a 2 null")
      .advance_clock(400)
      .input("+ a 3 null | + a 4 null")
      .expect("+ a 1 null | + a 3 null");
}

TEST(StateAgeTest, EachLastRowOfAKeyBeginsItsTime) {
  deduplicated({.last = true})
      .input("+ a 1 null")
      .advance_clock(600)
      .input("+ a 2 null")
      .advance_clock(600)
      .input("+ a 3 null")
      .advance_clock(1000)
      .input("+ a 4 null")
      .expect("+ a 1 null | -U a 1 null | +U a 2 null | -U a 2 null | +U a 3 null | + a 4 null");
}

TEST(StateAgeTest, ARowThatWaitsForTheWatermarkIsNotForgotten) {
  deduplicated({.by_event_time = true})
      .input("+ a 1 '1970-01-01 00:00:01'")
      .advance_clock(5000)
      .input("wm 1000")
      .advance_clock(500)
      .input("+ a 2 '1970-01-01 00:00:03'")
      .advance_clock(500)
      .input("+ a 3 '1970-01-01 00:00:04' | wm 5000")
      .expect("+ a 1 '1970-01-01 00:00:01' | wm 1000 | + a 3 '1970-01-01 00:00:04' | wm 5000");
}

Keyed ranked(bool retracts) {
  TopNSpec spec;
  spec.input = spec.output = *parse_schema(kColumns);
  spec.partition = {0};
  spec.order = {{.column = 1, .descending = true, .nulls_first = false}};
  spec.limit = 2;
  spec.input_retracts = retracts;
  spec.state_ttl_ms = kTtlMs;
  return Keyed(kColumns, [spec] { return make_top_n(spec); });
}

TEST(StateAgeTest, APartitionIsForgottenWhenNothingEnteredIt) {
  ranked(false)
      .input("+ a 5 | + a 6")
      .advance_clock(600)
      .input("+ a 1")
      .advance_clock(400)
      .input("+ a 2 | wm 1 | + a 1 | wm 2 | + a 3")
      .expect("+ a 6 | + a 5 | + a 2 | wm 1 | + a 1 | wm 2 | - a 1 | + a 3");
}

TEST(StateAgeTest, APartitionThatLosesARowIsKept) {
  ranked(true)
      .input("+ a 5 | + a 6 | + a 4")
      .advance_clock(600)
      .input("- a 6")
      .advance_clock(600)
      .input("- a 5")
      .advance_clock(1000)
      .input("- a 4 | wm 1 | + a 1")
      .expect("+ a 6 | + a 5 | - a 6 | + a 4 | - a 5 | wm 1 | + a 1");
}

struct Joined {
  JoinKind kind = JoinKind::kInner;
  int64_t left_ttl_ms = kTtlMs;
  int64_t right_ttl_ms = 0;
  bool retracts = false;
};

Keyed joined(const Joined& query) {
  constexpr std::string_view kLeft = "k INT, l STRING", kRight = "k INT, r STRING";
  RegularJoinSpec spec;
  spec.kind = query.kind;
  spec.left.schema = *parse_schema(kLeft);
  spec.right.schema = *parse_schema(kRight);
  spec.left.keys = spec.right.keys = {0};
  spec.left.retracts = spec.right.retracts = query.retracts;
  spec.left.state_ttl_ms = query.left_ttl_ms;
  spec.right.state_ttl_ms = query.right_ttl_ms;
  spec.output_columns = {0, 1, 3};
  spec.output = *parse_schema("k INT, l STRING, r STRING");
  return Keyed(kLeft, kRight, [spec] { return make_regular_join(spec); });
}

TEST(StateAgeTest, EachSideOfAJoinHasItsTime) {
  joined({})
      .input(0, "+ 1 a")
      .input(1, "+ 1 x")
      .advance_clock(1000)
      .input(1, "+ 1 y")
      .input(0, "+ 1 b")
      .expect_in_any_order("+ 1 a x | + 1 b x | + 1 b y");
}

TEST(StateAgeTest, AMatchKeepsARowOfAnOuterSide) {
  joined({.kind = JoinKind::kLeft})
      .input(0, "+ 1 a")
      .advance_clock(800)
      .input(1, "+ 1 x")
      .advance_clock(800)
      .input(1, "+ 1 y")
      .advance_clock(1000)
      .input(1, "+ 1 z")
      .expect("+ 1 a null | - 1 a null | + 1 a x | + 1 a y");
}

TEST(StateAgeTest, AMatchThatWasNeverShownIsNotTakenBack) {
  joined({.kind = JoinKind::kLeft, .left_ttl_ms = 0, .right_ttl_ms = kTtlMs, .retracts = true})
      .input(1, "+ 1 x")
      .advance_clock(1000)
      .input(0, "+ 1 a")
      .input(1, "- 1 x | + 1 y")
      .expect("+ 1 a null | - 1 a null | + 1 a y");
}

TEST(StateAgeTest, OfEqualRowsOneThatLivesIsTakenBack) {
  joined({.retracts = true})
      .input(0, "+ 1 a")
      .advance_clock(600)
      .input(0, "+ 1 a")
      .advance_clock(400)
      .input(0, "- 1 a")
      .input(1, "+ 1 x")
      .advance_clock(1)
      .input(0, "+ 1 a")
      .input(0, "+ 1 b")
      .expect_in_any_order("+ 1 a x | + 1 b x");
}

// What is removed is not to be seen from outside.

class Context final : public OperatorContext {
 public:
  StateStore& state() override { return store_; }
  Env& env() override { return real_env(); }
  arrow::MemoryPool* memory_pool() override { return real_env().memory_pool(); }
  int subtask() const override { return 0; }
  int parallelism() const override { return 1; }
  int64_t now_ms() const override { return now_ms_; }
  int64_t watermark_ms() const override { return Watermark::kNone; }
  void set_timer(Timer timer) override { timers_.insert(timer.due_ms); }
  Counter& counter(std::string_view) override { return counter_; }
  bool batch_mode() const override { return false; }

  /// Moves the clock to the next timer. False: there is none.
  bool to_next_timer() {
    if (timers_.empty()) return false;
    now_ms_ = std::max(now_ms_, *timers_.begin());
    timers_.erase(timers_.begin());
    return true;
  }
  void advance_to(int64_t ms) { now_ms_ = ms; }

 private:
  class Unread final : public Counter {
    void add(int64_t) override {}
  };
  StateStore store_{{.memory_pool = real_env().memory_pool(),
                     .num_key_groups = 8,
                     .key_groups = {.begin = 0, .end = 8}}};
  std::set<int64_t> timers_;
  int64_t now_ms_ = 0;
  Unread counter_;
};

std::vector<uint32_t> add_keys(KeyedTable& table, int from, int to) {
  std::vector<uint32_t> numbers, rows, inserted;
  for (int i = from; i < to; ++i) numbers.push_back(static_cast<uint32_t>(i));
  const std::vector<ColumnPtr> keys = {parent_row_column(numbers)};
  EXPECT_TRUE(table
                  .find_or_insert({.columns = keys,
                                   .num_rows = static_cast<int64_t>(numbers.size()),
                                   .hashes = nullptr},
                                  rows, &inserted)
                  .ok());
  return rows;
}

TableSchema numbers_with_age() {
  return {.keys = {{"k", SqlType::integer().not_null()}}, .values = {age_field()}};
}

TEST(StateAgeTest, RowsThatHaveExpiredAreRemovedWithinHalfOfTheirTimeInSlices) {
  constexpr int kRows = 20'000;
  Context context;
  KeyedTable& table = context.state().keyed_table("t", numbers_with_age());
  StateAge age(kTtlMs);
  age.open(context);
  age.keep(table, 0);
  age.write(add_keys(table, 0, kRows));
  context.advance_to(500);
  age.write(add_keys(table, kRows, 2 * kRows));
  age.wake(table.num_rows());
  std::map<int64_t, int64_t> left_at;
  size_t most = 0;
  while (context.to_next_timer()) {
    const std::vector<uint32_t> expired = age.sweep();
    most = std::max(most, expired.size());
    ASSERT_TRUE(table.erase(expired).ok());
    age.wake(table.num_rows());
    left_at[context.now_ms()] = table.num_rows();
  }
  EXPECT_EQ(table.num_rows(), 0);
  EXPECT_EQ(std::prev(left_at.lower_bound(kTtlMs))->second, 2 * kRows);
  EXPECT_LE(std::prev(left_at.upper_bound(kTtlMs + kTtlMs / 2))->second, kRows);
  EXPECT_LE(left_at.rbegin()->first, 500 + kTtlMs + kTtlMs / 2);
  EXPECT_LE(most, 5000U);
}

TEST(StateAgeTest, GroupsGoAfterTheirValues) {
  Context context;
  TableSchema schema{.keys = {{"k", SqlType::integer().not_null()}}, .values = {}};
  AgedGroups age(kTtlMs);
  age.add_columns(schema, true);
  KeyedTable& groups = context.state().keyed_table("groups", schema);
  KeyedTable& values = context.state().keyed_table(
      "values", groups,
      {.keys = {{"v", SqlType::integer().not_null()}}, .values = {birth_field()}});
  age.open(context, groups);
  age.add_set(values);
  const std::vector<uint32_t> rows = add_keys(groups, 0, 100);
  ASSERT_TRUE(age.revive(rows, rows).empty());
  const std::vector<ColumnPtr> keys = {parent_row_column(rows), parent_row_column(rows)};
  std::vector<uint32_t> entries;
  ASSERT_TRUE(
      values.find_or_insert({.columns = keys, .num_rows = 100, .hashes = nullptr}, entries, nullptr)
          .ok());
  for (const uint32_t entry : entries) values.fixed<int64_t>(0)[entry] = 0;
  context.advance_to(600);
  age.write(std::span(rows).first(10));
  int64_t forgotten = 0;
  while (context.to_next_timer()) {
    ASSERT_TRUE(age.sweep([&](uint32_t) { ++forgotten; }).ok());
    EXPECT_LE(values.num_rows(), groups.num_rows());
    EXPECT_TRUE(groups.num_rows() >= 10 || context.now_ms() >= 1600);
  }
  EXPECT_EQ(forgotten, 100);
  EXPECT_EQ(values.num_rows(), 0);
  EXPECT_EQ(groups.num_rows(), 0);
}

TEST(StateAgeTest, AGroupThatIsEmptiedBehindTheLookAtItsValuesWaitsForTheNextLook) {
  Context context;
  TableSchema schema{.keys = {{"k", SqlType::integer().not_null()}}, .values = {}};
  AgedGroups age(kTtlMs);
  age.add_columns(schema, true);
  KeyedTable& groups = context.state().keyed_table("groups", schema);
  KeyedTable& values = context.state().keyed_table(
      "values", groups,
      {.keys = {{"v", SqlType::integer().not_null()}}, .values = {birth_field()}});
  age.open(context, groups);
  age.add_set(values);
  const std::vector<uint32_t> first = add_keys(groups, 0, 1);
  age.revive(first, first);
  age.write(first);
  const auto sweep_until = [&](int64_t ms) {
    while (context.now_ms() < ms && context.to_next_timer()) {
      ASSERT_TRUE(age.sweep([](uint32_t) {}).ok());
      EXPECT_LE(values.num_rows(), groups.num_rows());
    }
  };
  sweep_until(250);
  context.advance_to(300);
  const std::vector<uint32_t> group = add_keys(groups, 1, 2);
  age.revive(group, group);
  age.write(group);
  const std::vector<ColumnPtr> keys = {parent_row_column(group), parent_row_column(group)};
  std::vector<uint32_t> entries;
  ASSERT_TRUE(
      values.find_or_insert({.columns = keys, .num_rows = 1, .hashes = nullptr}, entries, nullptr)
          .ok());
  values.fixed<int64_t>(0)[entries[0]] = 300;
  sweep_until(1250);  // the look has passed the value; the group is alive until 1300
  ASSERT_EQ(context.now_ms(), 1250);
  ASSERT_EQ(values.num_rows(), 1);
  context.advance_to(1350);
  EXPECT_EQ(age.revive(group, {}), group);
  age.write(group);
  ASSERT_TRUE(age.erase(group).ok());
  sweep_until(3000);
  EXPECT_EQ(values.num_rows(), 0);
  EXPECT_EQ(groups.num_rows(), 0);
}

TEST(StateAgeTest, RowsOfAStateThatDidNotAgeCountAsWrittenNow) {
  Context context;
  KeyedTable& table = context.state().keyed_table("t", numbers_with_age());
  StateAge age(kTtlMs);
  age.open(context);
  age.keep(table, 0);
  const std::vector<uint32_t> rows = add_keys(table, 0, 2);
  table.nulls(0)[rows[0]] = 1;
  context.advance_to(1000);
  age.adopt();
  EXPECT_EQ(age.expired_among(rows), std::vector<uint32_t>{rows[1]});
  EXPECT_EQ(age.last_writes()[rows[0]], 1000);
}

}  // namespace
}  // namespace hw
