// SPDX-License-Identifier: Apache-2.0

#include "expr/evaluator.h"

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

Batch rows(std::string_view columns, std::string_view text) {
  return *parse_batch(*parse_schema(columns), text);
}

Selection every_second(int64_t num_rows) {
  Selection rows;
  for (int32_t i = 0; i < num_rows; i += 2) rows.push_back(i);
  return rows;
}

TEST(EvaluatorTest, PassesAColumnThroughWithoutACopy) {
  const Batch batch = rows("n INT", "+ 1 | + 2");
  Evaluator evaluator = *Evaluator::make({col(batch, "n")}, {});
  const auto columns = *evaluator.evaluate(batch, {});
  EXPECT_EQ(columns[0], batch.column(0));
}

TEST(EvaluatorTest, ComputesOnlyTheMeantRows) {
  const Batch batch = rows("n INT", "+ 1 | + 2 | + 3 | + 4 | + 5");
  const Batch odd = batch.narrowed_to(std::make_shared<Selection>(every_second(5)));
  EXPECT_EQ(values_of(fn("*", {col(batch, "n"), lit(10)}), odd), "10 | 30 | 50");
}

TEST(EvaluatorTest, KeepsAConstantResultConstant) {
  const Batch batch = rows("n INT", "+ 1 | + 2 | + 3");
  Evaluator evaluator = *Evaluator::make({fn("+", {lit(1), lit(2)})}, {});
  const auto columns = *evaluator.evaluate(batch, {});
  EXPECT_TRUE(columns[0]->is_constant());
  EXPECT_EQ(column_text(*columns[0]), "3 | 3 | 3");
}

TEST(EvaluatorTest, EvaluatesTheRightSideOfAndOnlyWhereTheLeftIsNotFalse) {
  const Batch batch = rows("n INT", "+ 0 | + 2 | + null");
  // 10 / n > 1 fails for 0, which n <> 0 keeps away.
  const BoundExprPtr guarded =
      conjunction({fn("<>", {col(batch, "n"), lit(0)}),
                   fn(">", {fn("/", {lit(10), col(batch, "n")}), lit(1)})});
  EXPECT_EQ(values_of(guarded, batch), "FALSE | TRUE | NULL");
  const BoundExprPtr unguarded =
      conjunction({fn(">", {fn("/", {lit(10), col(batch, "n")}), lit(1)}),
                   fn("<>", {col(batch, "n"), lit(0)})});
  EXPECT_EQ(values_of(unguarded, batch), "division by zero");
}

TEST(EvaluatorTest, EvaluatesTheRightSideOfOrOnlyWhereTheLeftIsNotTrue) {
  const Batch batch = rows("n INT", "+ 0 | + 2 | + 20");
  const BoundExprPtr either = BoundExpr::special(
      BoundExpr::Kind::kOr,
      {fn("=", {col(batch, "n"), lit(0)}), fn(">", {fn("/", {lit(10), col(batch, "n")}), lit(1)})},
      SqlType::boolean());
  EXPECT_EQ(values_of(either, batch), "TRUE | TRUE | FALSE");
}

TEST(EvaluatorTest, AndFollowsThreeValuedLogic) {
  const Batch batch = rows("a BOOLEAN, b BOOLEAN",
                           "+ TRUE TRUE | + TRUE FALSE | + TRUE null | + FALSE TRUE | + FALSE "
                           "FALSE | + FALSE null | + null TRUE | + null FALSE | + null null");
  const BoundExprPtr both = conjunction({col(batch, "a"), col(batch, "b")});
  EXPECT_EQ(values_of(both, batch),
            "TRUE | FALSE | NULL | FALSE | FALSE | FALSE | NULL | FALSE | NULL");
  const BoundExprPtr either = BoundExpr::special(
      BoundExpr::Kind::kOr, {col(batch, "a"), col(batch, "b")}, SqlType::boolean());
  EXPECT_EQ(values_of(either, batch),
            "TRUE | TRUE | TRUE | TRUE | FALSE | NULL | TRUE | NULL | NULL");
}

TEST(EvaluatorTest, CaseTakesTheFirstTrueBranchPerRow) {
  const Batch batch = rows("n INT", "+ 1 | + 2 | + 3 | + 0 | + null");
  const BoundExprPtr n = col(batch, "n");
  const BoundExprPtr expr = BoundExpr::special(
      BoundExpr::Kind::kCase,
      {fn("=", {n, lit(0)}), lit(-1), fn("<", {fn("/", {lit(6), n}), lit(3)}), n},
      SqlType::integer());
  EXPECT_EQ(values_of(expr, batch), "NULL | NULL | 3 | -1 | NULL");
}

TEST(EvaluatorTest, CaseJoinsTextFromSeveralBranches) {
  const Batch batch = rows("n INT, s STRING", "+ 1 a | + 2 b | + 3 c");
  const BoundExprPtr expr = BoundExpr::special(
      BoundExpr::Kind::kCase,
      {fn("=", {col(batch, "n"), lit(2)}), cast(lit("two"), SqlType::string()), col(batch, "s")},
      SqlType::string());
  EXPECT_EQ(values_of(expr, batch), "a | two | c");
}

TEST(EvaluatorTest, CoalesceEvaluatesLaterArgumentsWhereTheEarlierAreNull) {
  const Batch batch = rows("a INT, b INT", "+ 5 0 | + null 2 | + null null");
  const BoundExprPtr expr =
      fn("COALESCE", {col(batch, "a"), fn("/", {lit(10), col(batch, "b")}), lit(7)});
  EXPECT_EQ(values_of(expr, batch), "5 | 5 | 7");
}

TEST(EvaluatorTest, ReadsFieldsOfARowAndMergesItsNulls) {
  const Batch batch =
      rows("r ROW<a INT, b STRING>", "+ (1, x) | + null | + (NULL, y) | + (4, NULL)");
  const BoundExprPtr r = col(batch, "r");
  EXPECT_EQ(values_of(BoundExpr::field(r, 0), batch), "1 | NULL | NULL | 4");
  EXPECT_EQ(values_of(BoundExpr::field(r, 1), batch), "x | NULL | y | NULL");
  const Batch tail = batch.slice(1, 3);
  EXPECT_EQ(values_of(BoundExpr::field(r, 0), tail), "NULL | NULL | 4");
  const Batch picked = batch.narrowed_to(std::make_shared<Selection>(Selection{1, 3}));
  EXPECT_EQ(values_of(BoundExpr::field(r, 0), picked), "NULL | 4");
}

TEST(EvaluatorTest, FilterNumbersStoredRowsThatAreTrue) {
  const Batch batch = rows("n INT", "+ 1 | + 2 | + null | + 4 | + 5 | + 6");
  Evaluator evaluator = *Evaluator::make({fn(">", {col(batch, "n"), lit(3)})}, {});
  bool all_pass = true;
  const SelectionPtr kept = *evaluator.filter(batch, {}, &all_pass);
  EXPECT_FALSE(all_pass);
  EXPECT_EQ(*kept, (Selection{3, 4, 5}));
  const Batch even = batch.narrowed_to(std::make_shared<Selection>(Selection{1, 3, 5}));
  EXPECT_EQ(**evaluator.filter(even, {}, &all_pass), (Selection{3, 5}));
  const Batch large = batch.slice(3, 3);
  EXPECT_EQ(*evaluator.filter(large, {}, &all_pass), nullptr);
  EXPECT_TRUE(all_pass);
}

TEST(EvaluatorTest, FiltersAndEvaluatesInOnePass) {
  const Batch batch = rows("n INT, s STRING", "+ 1 a | + 2 b | + null c | + 4 d | + 5 e | + 6 f");
  const BoundExprPtr tenfold = fn("*", {col(batch, "n"), lit(10)});
  Evaluator evaluator =
      *Evaluator::make({fn(">", {tenfold, lit(15)}), tenfold, col(batch, "s")}, {});
  const auto some = *evaluator.filter_and_evaluate(batch, {});
  EXPECT_EQ(*some.kept, (Selection{1, 3, 4, 5}));
  EXPECT_EQ(column_text(*some.columns[0]), "20 | 40 | 50 | 60");
  EXPECT_EQ(column_text(*some.columns[1]), "b | d | e | f");
  const Batch even = batch.narrowed_to(std::make_shared<Selection>(Selection{0, 2, 4}));
  const auto of_selected = *evaluator.filter_and_evaluate(even, {});
  EXPECT_EQ(*of_selected.kept, (Selection{4}));
  EXPECT_EQ(column_text(*of_selected.columns[1]), "e");
  const auto all = *evaluator.filter_and_evaluate(batch.slice(3, 3), {});
  EXPECT_EQ(all.kept, nullptr);
  EXPECT_EQ(column_text(*all.columns[0]), "40 | 50 | 60");
  EXPECT_TRUE((*evaluator.filter_and_evaluate(batch.slice(0, 1), {})).kept->empty());
}

TEST(EvaluatorTest, KeepsWhatPartOfTheRowsHasCost) {
  // The search is done for the rows that the cheap side leaves open, and again in CASE.
  const Batch batch =
      rows("k STRING, u STRING", "+ x id=1 | + a id=2 | + b zz | + null id=4 | + x zz | + c id=6");
  const BoundExprPtr found = fn("REGEXP_EXTRACT", {col(batch, "u"), lit("id=([0-9]+)"), lit(1)});
  const BoundExprPtr known = fn("=", {col(batch, "k"), lit("x")});
  const BoundExprPtr either = BoundExpr::special(
      BoundExpr::Kind::kOr, {fn("IS NOT NULL", {found}), known}, SqlType::boolean());
  const BoundExprPtr id =
      BoundExpr::special(BoundExpr::Kind::kCase, {known, lit("0"), found}, SqlType::string());
  Evaluator evaluator = *Evaluator::make({either, id}, {});
  const auto filtered = *evaluator.filter_and_evaluate(batch, {});
  EXPECT_EQ(*filtered.kept, (Selection{0, 1, 3, 4, 5}));
  EXPECT_EQ(column_text(*filtered.columns[0]), "0 | 2 | 4 | 0 | 6");
}

TEST(EvaluatorTest, NamesThePositionOfAFailingCall) {
  const Batch batch = rows("n INT", "+ 0");
  const BoundExprPtr bad = fn("/", {lit(1), col(batch, "n")})->with_position(SqlPosition{3, 14});
  Evaluator evaluator = *Evaluator::make({bad}, {});
  const Status status = evaluator.evaluate(batch, {}).status();
  EXPECT_EQ(position_of(status).line, 3);
  EXPECT_EQ(position_of(status).column, 14);
}

TEST(EvaluatorTest, AnEmptyBatchGivesEmptyColumns) {
  const Batch batch = rows("n INT, s STRING", "+ 1 a").slice(0, 0);
  EXPECT_EQ(values_of(fn("IF", {fn("=", {col(batch, "n"), lit(1)}), lit(1), lit(2)}), batch), "");
}

TEST(FoldConstantsTest, ReplacesWhatHasNoColumns) {
  const Batch batch = rows("n INT", "+ 1");
  const BoundExprPtr expr = fn("+", {col(batch, "n"), fn("*", {lit(6), lit(7)})});
  EXPECT_EQ(fold_constants(expr, {})->to_sql(), "n + 42");
}

TEST(FoldConstantsTest, LeavesWhatFailsToTheEvaluation) {
  const BoundExprPtr expr = fn("/", {lit(1), lit(0)});
  EXPECT_EQ(fold_constants(expr, {})->to_sql(), "1 / 0");
  EXPECT_EQ(value_of(expr), "division by zero");
}

TEST(FoldConstantsTest, DropsDecidedPartsOfConditions) {
  const Batch batch = rows("b BOOLEAN", "+ TRUE");
  const BoundExprPtr b = col(batch, "b");
  EXPECT_EQ(fold_constants(conjunction({lit(true), b}), {})->to_sql(), "b");
  EXPECT_EQ(fold_constants(conjunction({b, lit(false)}), {})->to_sql(), "FALSE");
}

}  // namespace
}  // namespace hw
