// SPDX-License-Identifier: Apache-2.0

#include "operators/lookup_join.h"

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "operators/aggregate_fixture.h"
#include "operators/lookup_cache.h"
#include "operators/lookup_copy.h"
#include "operators/lookup_retry.h"
#include "operators/lookup_timeout.h"
#include "testkit/batch_source.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kInput = "id INT, k INT, word STRING";
constexpr std::string_view kFound = "k INT, name STRING";

/// A copy of a table in two splits, whose reading has to wait now and then.
LookupReaderFactory copy_of(std::string_view first, std::string_view second) {
  LookupCopySpec spec;
  spec.schema = *parse_schema(kFound);
  spec.keys = {0};
  spec.source = make_batch_source(
      {.splits = {{*parse_batch(spec.schema, first)}, {*parse_batch(spec.schema, second)}},
       .waits = true});
  return [spec](OperatorContext& context) { return make_lookup_copy(spec, context); };
}

/// A table of one row, which says in which ten milliseconds it was read.
class ClockSource final : public Source {
 public:
  explicit ClockSource(SchemaPtr schema) : schema_(std::move(schema)) {}
  bool bounded() const override { return true; }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext& context) override {
    return shown_at(context)->make_enumerator(context);
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext& context) override {
    return shown_at(context)->make_reader(split, context);
  }
  Description describe() const override { return {.name = "Clock", .details = {}}; }

 private:
  std::shared_ptr<Source> shown_at(const SourceContext& context) {
    const std::string row = "+ 1 at" + std::to_string(context.env->wall_ms() / 10 * 10);
    now_ = make_batch_source({.splits = {{*parse_batch(schema_, row)}}});
    return now_;
  }

  const SchemaPtr schema_;
  std::shared_ptr<Source> now_;
};

LookupReaderFactory clock_copy(ReloadRule reload) {
  LookupCopySpec spec;
  spec.schema = *parse_schema(kFound);
  spec.keys = {0};
  spec.source = std::make_shared<ClockSource>(spec.schema);
  spec.reload = std::move(reload);
  return [spec](OperatorContext& context) { return make_lookup_copy(spec, context); };
}

LookupReaderFactory small_copy() { return copy_of("+ 1 a | + 2 b | + null x", "+ 1 c"); }

/// The table is read for each batch of keys.
LookupReaderFactory small_read() {
  LookupCopySpec spec;
  spec.schema = *parse_schema(kFound);
  spec.keys = {0};
  spec.source = make_batch_source({.splits = {{*parse_batch(spec.schema, "+ 1 a | + 2 b")},
                                              {*parse_batch(spec.schema, "+ null x | + 1 c")}},
                                   .waits = true});
  spec.reload.each_time = true;
  return [spec](OperatorContext& context) { return make_lookup_copy(spec, context); };
}

LookupReaderFactory cached(LookupReaderFactory reader, LookupCacheRule rule) {
  const LookupCacheSpec spec{.rule = rule, .schema = *parse_schema(kFound), .keys = {0}};
  return [reader, spec](OperatorContext& context) -> Result<std::unique_ptr<LookupReader>> {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<LookupReader> made, reader(context));
    return make_lookup_cache(std::move(made), spec, context);
  };
}

/// Keys that find nothing are asked for again.
LookupReaderFactory asked_again(LookupReaderFactory reader, LookupRetry rule) {
  return [reader, rule](OperatorContext& context) -> Result<std::unique_ptr<LookupReader>> {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<LookupReader> made, reader(context));
    return make_lookup_retry(std::move(made), rule, context);
  };
}

/// Finds nothing the first times it is asked, then `small_read`.
class ShyReader final : public LookupReader {
 public:
  ShyReader(std::unique_ptr<LookupReader> reader, int silent)
      : reader_(std::move(reader)), silent_(silent) {}
  Status ask(const LookupKeys& keys) override {
    return --silent_ >= 0 ? Status::OK() : reader_->ask(keys);
  }
  Result<Flow> poll(LookupMatches& matches) override {
    matches = {};
    return silent_ >= 0 ? Flow::kNeedInput : reader_->poll(matches);
  }

 private:
  const std::unique_ptr<LookupReader> reader_;
  int silent_;
};

LookupReaderFactory shy_read(int silent) {
  return [silent](OperatorContext& context) -> Result<std::unique_ptr<LookupReader>> {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<LookupReader> made, small_read()(context));
    return std::make_unique<ShyReader>(std::move(made), silent);
  };
}

/// Never answers.
class DeafReader final : public LookupReader {
 public:
  Status ask(const LookupKeys&) override { return Status::OK(); }
  Result<Flow> poll(LookupMatches&) override { return Flow::kWaiting; }
};

OperatorHarness looked_up(JoinKind kind, LookupReaderFactory reader, BoundExprPtr residual = {}) {
  LookupJoinSpec spec;
  spec.kind = kind;
  spec.input = *parse_schema(kInput);
  spec.keys = {1};
  spec.reader = std::move(reader);
  spec.found = *parse_schema(kFound);
  spec.residual = std::move(residual);
  spec.output = *parse_schema("id INT, k INT, word STRING, k0 INT, name STRING");
  return OperatorHarness(kInput, [spec] { return make_lookup_join(spec); });
}

TEST(LookupJoinTest, PutsEachFoundRowBesideTheRow) {
  looked_up(JoinKind::kInner, small_copy())
      .input("+ 10 1 w | + 11 3 w | + 12 null w | + 13 2 w")
      .expect("+ 10 1 w 1 a | + 10 1 w 1 c | + 13 2 w 2 b");
}

TEST(LookupJoinTest, PadsARowThatFindsNothing) {
  looked_up(JoinKind::kLeft, small_copy())
      .input("+ 10 1 w | + 11 3 w | + 12 null w | + 13 2 w")
      .expect(
          "+ 10 1 w 1 a | + 10 1 w 1 c | + 11 3 w null null | + 12 null w null null | "
          "+ 13 2 w 2 b");
}

TEST(LookupJoinTest, PadsARowWhoseMatchesAllFailTheCondition) {
  const BoundExprPtr word_below_name =
      BoundExpr::call(test_functions().scalar("<"),
                      {BoundExpr::column(2, SqlType::string(), "word"),
                       BoundExpr::column(4, SqlType::string(), "name")},
                      SqlType::boolean());
  looked_up(JoinKind::kLeft, small_copy(), word_below_name)
      .input("+ 10 1 d | + 11 1 b | + 12 2 null | + 13 1 A")
      .expect(
          "+ 10 1 d null null | + 11 1 b 1 c | + 12 2 null null null | + 13 1 A 1 a | "
          "+ 13 1 A 1 c");
}

TEST(LookupJoinTest, KeepsAnUpdateWhoseHalvesFindOneRowEach) {
  looked_up(JoinKind::kInner, small_copy())
      .parts_updates()
      .input("+ 10 2 w | -U 10 2 w | +U 11 2 w | -U 11 2 w | +U 11 3 w")
      .expect("+ 10 2 w 2 b | -U 10 2 w 2 b | +U 11 2 w 2 b | -U 11 2 w 2 b");
}

TEST(LookupJoinTest, MakesDeletesAndInsertsOfAnUpdateThatFindsSeveral) {
  looked_up(JoinKind::kInner, small_copy())
      .input("+ 10 2 w | -U 10 2 w | +U 10 1 w | - 10 1 w")
      .expect(
          "+ 10 2 w 2 b | - 10 2 w 2 b | + 10 1 w 1 a | + 10 1 w 1 c | - 10 1 w 1 a | "
          "- 10 1 w 1 c");
}

TEST(LookupJoinTest, FindsNothingInAnEmptyTable) {
  looked_up(JoinKind::kLeft, copy_of("", "")).input("+ 1 1 w").expect("+ 1 1 w null null");
  looked_up(JoinKind::kInner, copy_of("", "")).input("+ 1 1 w").expect("");
}

TEST(LookupJoinTest, ReadsTheTableAgainAfterTheInterval) {
  looked_up(JoinKind::kInner, clock_copy({.interval_ms = 10}))
      .input("+ 10 1 w")
      .expect("+ 10 1 w 1 at0")
      .advance_clock(12)
      .input("+ 11 1 w")
      .expect("+ 11 1 w 1 at10")
      .advance_clock(5)
      .input("+ 12 1 w")
      .expect("+ 12 1 w 1 at10");
}

TEST(LookupJoinTest, ReadsTheTableAgainByATimetable) {
  // At 12, 24, 36, ..
  const auto twelves = [](std::optional<int64_t>, int64_t now_ms) {
    return (now_ms / 12 + 1) * 12;
  };
  looked_up(JoinKind::kInner, clock_copy({.timetable = twelves}))
      .input("+ 10 1 w")
      .expect("+ 10 1 w 1 at0")
      .advance_clock(9)
      .input("+ 11 1 w")
      .expect("+ 11 1 w 1 at0")
      .advance_clock(3)
      .input("+ 12 1 w")
      .expect("+ 12 1 w 1 at10")
      .advance_clock(7)
      .input("+ 13 1 w")
      .expect("+ 13 1 w 1 at10");
}

TEST(LookupJoinTest, ReadsTheTableForEachBatchOfKeys) {
  looked_up(JoinKind::kLeft, small_read())
      .input("+ 10 1 w | + 11 3 w | + 12 null w | + 13 2 w | + 14 1 w")
      .expect(
          "+ 10 1 w 1 a | + 10 1 w 1 c | + 11 3 w null null | + 12 null w null null | "
          "+ 13 2 w 2 b | + 14 1 w 1 a | + 14 1 w 1 c");
  looked_up(JoinKind::kInner, clock_copy({.each_time = true}))
      .input("+ 10 1 w")
      .expect("+ 10 1 w 1 at0")
      .advance_clock(12)
      .input("+ 11 1 w")
      .expect("+ 11 1 w 1 at10");
}

TEST(LookupJoinTest, FindsTheSameThroughACacheOfAnySize) {
  for (const int64_t rows_max : {0, 1, 2, 100}) {
    for (const bool misses : {true, false}) {
      looked_up(JoinKind::kLeft, cached(small_read(), {.rows_max = rows_max, .misses = misses}))
          .input("+ 10 1 w | + 11 3 w | + 12 null w | + 13 2 w | + 14 1 w")
          .input("+ 15 3 w | + 16 1 w | + 17 4 w")
          .expect(
              "+ 10 1 w 1 a | + 10 1 w 1 c | + 11 3 w null null | + 12 null w null null | "
              "+ 13 2 w 2 b | + 14 1 w 1 a | + 14 1 w 1 c | + 15 3 w null null | "
              "+ 16 1 w 1 a | + 16 1 w 1 c | + 17 4 w null null");
    }
  }
}

TEST(LookupJoinTest, KeepsWhatWasFoundForATime) {
  looked_up(JoinKind::kInner, cached(clock_copy({.each_time = true}), {.after_write_ms = 10}))
      .input("+ 10 1 w")
      .expect("+ 10 1 w 1 at0")
      .advance_clock(9)
      .input("+ 11 1 w")
      .expect("+ 11 1 w 1 at0")
      .advance_clock(1)
      .input("+ 12 1 w")
      .expect("+ 12 1 w 1 at10");
  looked_up(JoinKind::kInner, cached(clock_copy({.each_time = true}), {.after_access_ms = 6}))
      .input("+ 10 1 w")
      .expect("+ 10 1 w 1 at0")
      .advance_clock(5)
      .input("+ 11 1 w")
      .expect("+ 11 1 w 1 at0")
      .advance_clock(4)
      .input("+ 12 1 w")
      .expect("+ 12 1 w 1 at0")
      .advance_clock(6)
      .input("+ 13 1 w")
      .expect("+ 13 1 w 1 at10");
}

TEST(LookupJoinTest, ForgetsTheKeyThatWasUsedLongestAgo) {
  // Each batch of keys drops what was too much before it.
  looked_up(JoinKind::kLeft, cached(clock_copy({.each_time = true}), {.rows_max = 1}))
      .single_instance()
      .input("+ 10 1 w")
      .expect("+ 10 1 w 1 at0")
      .advance_clock(20)
      .input("+ 11 2 w")
      .expect("+ 11 2 w null null")
      .input("+ 12 1 w")
      .expect("+ 12 1 w 1 at20");
}

TEST(LookupJoinTest, FailsWhenAnAnswerTakesTooLong) {
  looked_up(JoinKind::kInner,
            [](OperatorContext& context) -> Result<std::unique_ptr<LookupReader>> {
              return make_lookup_timeout(std::make_unique<DeafReader>(),
                                         {.timeout_ms = 0, .table = "names"}, context);
            })
      .input("+ 10 1 w")
      .expect_error("no answer to a lookup in names within 0 ms");
}

TEST(LookupJoinTest, AsksAgainForKeysThatFindNothing) {
  const LookupRetry now{.delay_ms = 0, .attempts = 2};
  looked_up(JoinKind::kLeft, asked_again(small_read(), now))
      .input("+ 10 3 w | + 11 1 w | + 12 null w | + 13 2 w")
      .expect(
          "+ 10 3 w null null | + 11 1 w 1 a | + 11 1 w 1 c | + 12 null w null null | "
          "+ 13 2 w 2 b");
  looked_up(JoinKind::kInner, asked_again(shy_read(2), now))
      .input("+ 10 3 w | + 11 1 w | + 12 null w | + 13 2 w")
      .expect("+ 11 1 w 1 a | + 11 1 w 1 c | + 13 2 w 2 b");
}

}  // namespace
}  // namespace hw
