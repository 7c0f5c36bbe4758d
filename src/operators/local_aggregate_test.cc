// SPDX-License-Identifier: Apache-2.0

#include "operators/local_aggregate.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/gather.h"
#include "columnar/literal.h"
#include "operators/aggregate_fixture.h"
#include "operators/group_aggregate.h"
#include "runtime/operator.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr const char* kColumns = "k STRING, n BIGINT, f BOOLEAN";

/// COUNT(*), MAX(n), COUNT(DISTINCT n), COUNT(DISTINCT n) FILTER (WHERE f), by k.
LocalAggregateSpec spec() {
  const SchemaPtr input = *parse_schema(kColumns);
  return {.input = input,
          .keys = {0},
          .aggregates = {aggregate_call("COUNT", {}, *input), aggregate_call("MAX", {1}, *input),
                         aggregate_call("COUNT", {1}, *input, {.distinct = true}),
                         aggregate_call("COUNT", {1}, *input, {.filter = 2, .distinct = true})},
          .session = {}};
}

/// What it sends of a batch goes, as one, to the operator that keeps the groups.
class TwoPhases final : public Operator {
 public:
  TwoPhases(std::unique_ptr<Operator> local, std::unique_ptr<Operator> groups)
      : local_(std::move(local)), groups_(std::move(groups)) {}

  Status open(OperatorContext& context) override {
    HW_TRY(local_->open(context));
    return groups_->open(context);
  }
  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    if (!sent_) {
      Sent sent;
      Flow flow = Flow::kMoreOutput;
      while (flow == Flow::kMoreOutput) {
        HW_ASSIGN_OR_RETURN(flow, local_->on_batch(0, batch, sent));
      }
      if (sent.batches.empty()) return Flow::kNeedInput;
      HW_ASSIGN_OR_RETURN(sent_, concatenate(sent.batches));
    }
    HW_ASSIGN_OR_RETURN(const Flow flow, groups_->on_batch(0, *sent_, output));
    if (flow != Flow::kMoreOutput) sent_.reset();
    return flow;
  }
  Description describe() const override { return {.name = "TwoPhases", .details = {}}; }

 private:
  struct Sent final : public Output {
    void emit(Batch batch, int port) override { batches.push_back(std::move(batch)); }
    std::vector<Batch> batches;
  };
  const std::unique_ptr<Operator> local_;
  const std::unique_ptr<Operator> groups_;
  std::optional<Batch> sent_;
};

GroupAggregateSpec merging() {
  return {.input = spec().input,
          .keys = spec().keys,
          .aggregates = spec().aggregates,
          .output = *parse_schema(
              "k STRING, c BIGINT NOT NULL, m BIGINT, d BIGINT NOT NULL, df BIGINT NOT NULL"),
          .partial = true,
          .session = {}};
}

OperatorHarness two_phases(const LocalAggregateSpec& first) {
  return OperatorHarness(kColumns, [first]() -> Result<std::unique_ptr<Operator>> {
    HW_ASSIGN_OR_RETURN(auto local, make_local_aggregate(first));
    HW_ASSIGN_OR_RETURN(auto groups, make_group_aggregate(merging()));
    return std::make_unique<TwoPhases>(std::move(local), std::move(groups));
  });
}

TEST(LocalAggregateTest, InTwoPhasesResultsAreThoseOfOne) {
  two_phases(spec())
      .keyed_by({0})
      .input(
          "+ a 1 f | + b 5 t | + a 1 f | + a 2 t | wm 1 | + a 1 t | + a 2 t | + b null f | "
          "+ b null t | + null 3 null | wm 2 | + null 3 t | + c null t")
      .expect(
          "+ a 3 2 2 1 | + b 1 5 1 1 | -U a 3 2 2 1 | +U a 5 2 2 2 | -U b 1 5 1 1 | "
          "+U b 3 5 1 1 | + null 1 3 1 0 | -U null 1 3 1 0 | +U null 2 3 1 1 | + c 1 null 0 0");
}

TEST(LocalAggregateTest, WhatWasForgottenComesAgainAndCountsOnce) {
  LocalAggregateSpec forgetful = spec();
  forgetful.values_max = 2;
  forgetful.groups_max = 1;
  two_phases(forgetful)
      .keyed_by({0})
      .input(
          "+ a 1 t | + a 2 f | + a 3 f | wm 1 | + a 1 f | + a 2 t | wm 2 | + b 1 f | + a 3 f | wm "
          "3 "
          "| + a 1 t | + a 4 f")
      .expect(
          "+ a 3 3 3 1 | -U a 3 3 3 1 | +U a 5 3 3 2 | + b 1 1 1 0 | -U a 5 3 3 2 | +U a 6 3 3 2 "
          "| -U a 6 3 3 2 | +U a 8 4 4 2");
}

/// The second phase alone. Of a row: k, whether it has accumulators, COUNT(*), MAX(n) and whether
/// there is one, the value, the filters (1 = all, 2 = f).
OperatorHarness merged() {
  return OperatorHarness(
      "k STRING, has BOOLEAN NOT NULL, c BIGINT, m BIGINT, hm BOOLEAN, n BIGINT, "
      "filters BIGINT NOT NULL",
      [] { return make_group_aggregate(merging()); });
}

TEST(LocalAggregateTest, GroupsTakeWhatItSends) {
  merged()
      .keyed_by({0})
      .input(
          "+ a t 3 2 t 1 1 | + a f null null null 2 3 | + b t 1 5 t 5 3 | wm 1 | "
          "+ a t 2 2 t 1 2 | + b t 1 0 f null 0")
      .expect(
          "+ a 3 2 2 1 | + b 1 5 1 1 | -U a 3 2 2 1 | +U a 5 2 2 2 | -U b 1 5 1 1 | +U b 2 5 1 1");
}

TEST(LocalAggregateTest, AValueThatComesTwiceCountsOnce) {
  merged()
      .keyed_by({0})
      .input("+ a t 1 7 t 7 1 | wm 1 | + a t 1 7 t 7 3 | wm 2 | + a t 1 7 t 7 1")
      .expect("+ a 1 7 1 0 | -U a 1 7 1 0 | +U a 2 7 1 1 | -U a 2 7 1 1 | +U a 3 7 1 1");
}

TEST(LocalAggregateTest, OnlyWhatMergesInAnyOrderIsTaken) {
  const SchemaPtr input = *parse_schema("n BIGINT, d DOUBLE, b BOOLEAN, s STRING");
  const auto merges = [&](std::string_view name, std::vector<int> args, CallOptions options = {}) {
    return merge_from_parts({aggregate_call(name, std::move(args), *input, options)}, *input);
  };
  EXPECT_TRUE(merges("COUNT", {}));
  EXPECT_TRUE(merges("COUNT", {1}, {.distinct = true}));
  EXPECT_TRUE(merges("MAX", {3}));
  EXPECT_TRUE(merges("SUM", {0}, {.filter = 2}));
  EXPECT_FALSE(merges("SUM", {1})) << "sums of DOUBLE depend on their order";
  EXPECT_FALSE(merges("MIN", {1})) << "so does which zero comes first";
  EXPECT_FALSE(merges("FIRST_VALUE", {0}));
  const AggregateCall distinct = aggregate_call("COUNT", {0}, *input, {.distinct = true});
  EXPECT_TRUE(merge_from_parts(std::vector<AggregateCall>(63, distinct), *input));
  EXPECT_FALSE(merge_from_parts(std::vector<AggregateCall>(64, distinct), *input));
}

}  // namespace
}  // namespace hw
