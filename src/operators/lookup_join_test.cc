// SPDX-License-Identifier: Apache-2.0

#include "operators/lookup_join.h"

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "operators/aggregate_fixture.h"
#include "operators/lookup_copy.h"
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

LookupReaderFactory clock_copy(int64_t reload_ms) {
  LookupCopySpec spec;
  spec.schema = *parse_schema(kFound);
  spec.keys = {0};
  spec.source = std::make_shared<ClockSource>(spec.schema);
  spec.reload.interval_ms = reload_ms;
  return [spec](OperatorContext& context) { return make_lookup_copy(spec, context); };
}

LookupReaderFactory small_copy() { return copy_of("+ 1 a | + 2 b | + null x", "+ 1 c"); }

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
  looked_up(JoinKind::kInner, clock_copy(10))
      .input("+ 10 1 w")
      .expect("+ 10 1 w 1 at0")
      .advance_clock(12)
      .input("+ 11 1 w")
      .expect("+ 11 1 w 1 at10")
      .advance_clock(5)
      .input("+ 12 1 w")
      .expect("+ 12 1 w 1 at10");
}

}  // namespace
}  // namespace hw
