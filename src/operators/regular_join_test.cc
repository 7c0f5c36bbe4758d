// SPDX-License-Identifier: Apache-2.0

#include "operators/regular_join.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "operators/aggregate_fixture.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kLeftColumns = "k INT, l STRING";
constexpr std::string_view kRightColumns = "k INT, r STRING";

struct Query {
  JoinKind kind = JoinKind::kInner;
  bool left_retracts = false;
  bool right_retracts = false;
  bool cross = false;
  /// Only pairs with l < r.
  bool ordered = false;
  bool nulls_equal = false;
  bool null_aware = false;
  /// Columns; empty = none.
  std::vector<int> left_unique = {};
  std::vector<int> right_unique = {};
};

RegularJoinSpec spec_of(const Query& query) {
  RegularJoinSpec spec;
  spec.kind = query.kind;
  spec.left.schema = *parse_schema(kLeftColumns);
  spec.right.schema = *parse_schema(kRightColumns);
  if (!query.cross) spec.left.keys = spec.right.keys = {0};
  spec.nulls_equal = query.nulls_equal;
  spec.null_aware = query.null_aware;
  spec.left.retracts = query.left_retracts;
  spec.right.retracts = query.right_retracts;
  spec.left.unique_key = query.left_unique;
  spec.right.unique_key = query.right_unique;
  if (query.ordered) {
    const ScalarFunction* less = test_functions().scalar("<");
    spec.residual = BoundExpr::call(less,
                                    {BoundExpr::column(1, SqlType::string(), "l"),
                                     BoundExpr::column(3, SqlType::string(), "r")},
                                    SqlType::boolean());
  }
  const bool left_only = query.kind == JoinKind::kSemi || query.kind == JoinKind::kAnti;
  spec.output_columns = left_only ? std::vector<int>{0, 1} : std::vector<int>{0, 1, 3};
  spec.output = *parse_schema(left_only ? "k INT, l STRING" : "k INT, l STRING, r STRING");
  return spec;
}

OperatorHarness joined(const Query& query) {
  const RegularJoinSpec spec = spec_of(query);
  return OperatorHarness({std::string(kLeftColumns), std::string(kRightColumns)},
                         [spec] { return make_regular_join(spec); });
}

TEST(RegularJoinTest, JoinsWhateverComesFirst) {
  joined({})
      .keyed_by({0})
      .input(0, "+ 1 a | + 2 b")
      .input(1, "+ 1 x | + 3 y")
      .expect("+ 1 a x")
      .input(0, "+ 3 c | + 1 d")
      .expect("+ 3 c y | + 1 d x")
      .input(1, "+ 1 z")
      .expect_in_any_order("+ 1 a z | + 1 d z");
}

TEST(RegularJoinTest, MatchesNullWithNothing) {
  joined({}).keyed_by({0}).input(0, "+ null a").input(1, "+ null x").expect("");
  joined({.kind = JoinKind::kFull})
      .keyed_by({0})
      .input(0, "+ null a")
      .input(1, "+ null x")
      .expect("+ null a null | + null null x");
}

TEST(RegularJoinTest, MatchesNullWithNullWhereItIsToldTo) {
  joined({.kind = JoinKind::kSemi, .right_retracts = true, .nulls_equal = true})
      .keyed_by({0})
      .input(0, "+ null a | + 1 b | + 2 c")
      .input(1, "+ null x | + 1 y | + null z")
      .expect("+ null a | + 1 b")
      .input(1, "- null x | - 1 y")
      .expect("- 1 b");
}

TEST(RegularJoinTest, TakesNullForAnythingInNotIn) {
  joined(
      {.kind = JoinKind::kAnti, .left_retracts = true, .right_retracts = true, .null_aware = true})
      .single_instance()
      .input(0, "+ null a | + 1 b | + 2 c")
      .expect("+ null a | + 1 b | + 2 c")
      .input(1, "+ 1 x")
      .expect_in_any_order("- null a | - 1 b")
      .input(0, "+ null d | + 3 e")
      .expect("+ 3 e")
      .input(1, "+ null y")
      .expect_in_any_order("- 2 c | - 3 e")
      .input(1, "- 1 x")
      .expect("")
      .input(0, "- 3 e | + 1 f")
      .expect("")
      .input(1, "- null y")
      .expect_in_any_order("+ null a | + null d | + 1 b | + 1 f | + 2 c");
}

TEST(RegularJoinTest, TakesJoinedRowsBackWithEitherSide) {
  joined({.left_retracts = true, .right_retracts = true})
      .keyed_by({0})
      .input(0, "+ 1 a | + 1 a | + 1 b")
      .input(1, "+ 1 x")
      .expect_in_any_order("+ 1 a x | + 1 a x | + 1 b x")
      .input(0, "- 1 a | - 2 q")
      .expect("- 1 a x")
      .input(1, "- 1 x")
      .expect_in_any_order("- 1 a x | - 1 b x");
}

TEST(RegularJoinTest, KeepsTheHalvesOfAnUpdateTogether) {
  joined({.left_retracts = true})
      .keyed_by({0})
      .input(1, "+ 1 x | + 1 y")
      .input(0, "+ 1 a")
      .expect("+ 1 a x | + 1 a y")
      .input(0, "-U 1 a | +U 1 b")
      .expect("-U 1 a x | +U 1 b x | -U 1 a y | +U 1 b y");
}

TEST(RegularJoinTest, PadsLeftRowsUntilTheirFirstMatch) {
  joined({.kind = JoinKind::kLeft, .left_retracts = true, .right_retracts = true})
      .keyed_by({0})
      .input(0, "+ 1 a | + 2 b")
      .expect("+ 1 a null | + 2 b null")
      .input(1, "+ 1 x | + 1 y | + 3 z")
      .expect("- 1 a null | + 1 a x | + 1 a y")
      .input(0, "+ 3 c | + 1 d")
      .expect_in_any_order("+ 3 c z | + 1 d x | + 1 d y")
      .input(1, "- 1 x")
      .expect_in_any_order("- 1 a x | - 1 d x")
      .input(1, "- 1 y | - 9 q")
      .expect_in_any_order("- 1 a y | - 1 d y | + 1 a null | + 1 d null")
      .input(0, "- 1 a | - 2 b | - 3 c")
      .expect_in_any_order("- 1 a null | - 2 b null | - 3 c z");
}

// The key of the left is the join's, that of the right is not.
TEST(RegularJoinTest, FindsRowsByTheirUniqueKeys) {
  for (const bool left : {false, true}) {
    for (const bool right : {false, true}) {
      Query query{.kind = JoinKind::kLeft, .left_retracts = true, .right_retracts = true};
      if (left) query.left_unique = {0};
      if (right) query.right_unique = {1};
      joined(query)
          .keyed_by({0})
          .input(0, "+ 1 a | + 2 b")
          .expect("+ 1 a null | + 2 b null")
          .input(1, "+ 1 x | + 1 y | + 2 y")
          .expect_in_any_order("- 1 a null | + 1 a x | + 1 a y | - 2 b null | + 2 b y")
          .input(0, "-U 1 a | +U 1 c")
          .expect_in_any_order("- 1 a x | - 1 a y | + 1 c x | + 1 c y")
          .input(1, "-U 2 y | +U 1 z")
          .expect_in_any_order("- 2 b y | + 2 b null | + 1 c z")
          .input(0, "-U 2 b | +U 3 b | -U 3 b | +U 3 d")
          .expect_in_any_order("- 2 b null | + 3 b null | - 3 b null | + 3 d null")
          .input(1, "- 1 x | - 1 y | - 1 z | + 3 x")
          .expect_in_any_order("- 1 c x | - 1 c y | - 1 c z | + 1 c null | - 3 d null | + 3 d x");
    }
  }
}

TEST(RegularJoinTest, NamesTheFormOfASide) {
  JoinSide side;
  side.keys = {1, 2};
  EXPECT_EQ(join_state_form(side, false), JoinStateForm::kRows);
  side.unique_key = {2};
  EXPECT_EQ(join_state_form(side, false), JoinStateForm::kRows) << "nothing is taken back";
  side.retracts = true;
  EXPECT_EQ(join_state_form(side, false), JoinStateForm::kRowPerKey);
  EXPECT_EQ(join_state_form(side, true), JoinStateForm::kRows);
  side.unique_key = {0, 2};
  EXPECT_EQ(join_state_form(side, false), JoinStateForm::kByUniqueKey);
}

TEST(RegularJoinTest, CountsMatchesAcrossUpdatesOfOneBatch) {
  joined({.kind = JoinKind::kLeft, .left_retracts = true, .right_retracts = true})
      .keyed_by({0})
      .input(0, "+ 1 a | + 1 a | - 1 a | -U 1 a | +U 1 b")
      .input(1, "+ 1 x | -U 1 x | +U 1 y")
      .expect_in_any_order(
          "+ 1 a null | + 1 a null | - 1 a null | - 1 a null | + 1 b null | - 1 b null | + 1 b x | "
          "- 1 b x | + 1 b null | - 1 b null | + 1 b y");
}

TEST(RegularJoinTest, PadsBothSidesOfAFullJoin) {
  joined({.kind = JoinKind::kFull, .left_retracts = true, .right_retracts = true})
      .keyed_by({0})
      .input(1, "+ 1 x")
      .expect("+ null null x")
      .input(0, "+ 1 a")
      .expect("- null null x | + 1 a x")
      .input(0, "- 1 a")
      .expect("- 1 a x | + null null x");
  joined({.kind = JoinKind::kRight})
      .keyed_by({0})
      .input(1, "+ 1 x")
      .input(0, "+ 1 a | + 2 b")
      .expect("+ null null x | - null null x | + 1 a x");
}

TEST(RegularJoinTest, ShowsLeftRowsWithOrWithoutAMatch) {
  joined({.kind = JoinKind::kSemi, .left_retracts = true, .right_retracts = true})
      .keyed_by({0})
      .input(0, "+ 1 a | + 2 b")
      .input(1, "+ 1 x | + 1 y")
      .expect("+ 1 a")
      .input(0, "+ 1 c")
      .expect("+ 1 c")
      .input(1, "- 1 x | - 1 y")
      .expect_in_any_order("- 1 a | - 1 c");
  joined({.kind = JoinKind::kAnti, .left_retracts = true, .right_retracts = true})
      .keyed_by({0})
      .input(0, "+ 1 a | + 2 b | + null c")
      .input(1, "+ 1 x | + 1 y")
      .expect("+ 1 a | + 2 b | + null c | - 1 a")
      .input(1, "- 1 x | - 1 y")
      .expect("+ 1 a");
}

TEST(RegularJoinTest, AppliesTheFurtherCondition) {
  joined({.kind = JoinKind::kLeft, .right_retracts = true, .ordered = true})
      .keyed_by({0})
      .input(0, "+ 1 m")
      .input(1, "+ 1 a | + 1 z | + 1 null")
      .expect("+ 1 m null | - 1 m null | + 1 m z")
      .input(1, "- 1 a | - 1 z")
      .expect("- 1 m z | + 1 m null");
}

TEST(RegularJoinTest, TriesEveryPairWithoutKeys) {
  joined({.cross = true, .ordered = true})
      .single_instance()
      .input(0, "+ 1 a | + 2 x")
      .input(1, "+ 7 b | + 8 y")
      .expect_in_any_order("+ 1 a b | + 1 a y | + 2 x y");
}

void expect_batch(JoinKind kind, std::string_view rows) {
  joined({.kind = kind})
      .keyed_by({0})
      .batch_mode()
      .input(1, "+ 1 x | + 1 y | + 2 z | + null n | end")
      .input(0, "+ 1 a | + 3 b | + null c | end")
      .expect_in_any_order(rows);
}

TEST(RegularJoinTest, BuildsTheRightSideFirstInBatchMode) {
  expect_batch(JoinKind::kInner, "+ 1 a x | + 1 a y | end");
  expect_batch(JoinKind::kLeft, "+ 1 a x | + 1 a y | + 3 b null | + null c null | end");
  expect_batch(JoinKind::kRight,
               "+ 1 a x | + 1 a y | wm max | + null null z | + null null n | stop");
  expect_batch(JoinKind::kFull,
               "+ 1 a x | + 1 a y | + 3 b null | + null c null | wm max | + null null z | + null "
               "null n | stop");
  expect_batch(JoinKind::kSemi, "+ 1 a | end");
  expect_batch(JoinKind::kAnti, "+ 3 b | + null c | end");
}

TEST(RegularJoinTest, RefusesUpsertStreams) {
  RegularJoinSpec spec = spec_of({});
  spec.left.upserts = true;
  EXPECT_TRUE(make_regular_join(spec).status().IsNotImplemented());
}

}  // namespace
}  // namespace hw
