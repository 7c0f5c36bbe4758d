// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

Batch numbers() {
  return *parse_batch(*parse_schema("a INT, b INT"), "+ 1 0 | + null 2 | + 3 3 | + null null");
}

TEST(ConditionalTest, IfTakesTheOtherBranchForNull) {
  const Batch t = numbers();
  const BoundExprPtr big = fn(">", {col(t, "a"), lit(2)});
  EXPECT_EQ(values_of(fn("IF", {big, lit("big"), lit("small")}), t), "small | small | big | small");
  EXPECT_EQ(fn("IF", {big, lit(1), lit("BIGINT NOT NULL", "2")})->type().to_sql(),
            "BIGINT NOT NULL");
}

TEST(ConditionalTest, IfDoesNotEvaluateTheBranchNotTaken) {
  const Batch t = numbers();
  const BoundExprPtr safe =
      fn("IF", {fn("=", {col(t, "b"), lit(0)}), lit(-1), fn("/", {lit(6), col(t, "b")})});
  EXPECT_EQ(values_of(safe, t), "-1 | 3 | 2 | NULL");
}

TEST(ConditionalTest, IfnullIsNotNullWhenItsReplacementIsNot) {
  const Batch t = numbers();
  const BoundExprPtr filled = fn("IFNULL", {col(t, "a"), lit(9)});
  EXPECT_EQ(values_of(filled, t), "1 | 9 | 3 | 9");
  EXPECT_FALSE(filled->type().nullable());
  EXPECT_TRUE(fn("IFNULL", {lit(9), col(t, "a")})->type().nullable() == false);
}

TEST(ConditionalTest, NullifKeepsTheFirstType) {
  const Batch t = numbers();
  const BoundExprPtr expr = fn("NULLIF", {col(t, "a"), lit("DECIMAL(3, 1)", "3.0")});
  EXPECT_EQ(values_of(expr, t), "1 | NULL | NULL | NULL");
  EXPECT_EQ(expr->type().to_sql(), "INT");
}

TEST(ConditionalTest, BetweenIncludesItsBounds) {
  const Batch t = numbers();
  EXPECT_EQ(values_of(fn("BETWEEN", {col(t, "a"), lit(1), lit(2)}), t),
            "TRUE | NULL | FALSE | NULL");
  EXPECT_EQ(values_of(fn("BETWEEN", {lit(5), col(t, "b"), lit(1)}), t),
            "FALSE | FALSE | FALSE | FALSE");
  EXPECT_EQ(values_of(fn("BETWEEN SYMMETRIC", {lit(1), lit(3), col(t, "b")}), t),
            "TRUE | FALSE | FALSE | NULL");
}

TEST(ConditionalTest, CoalesceFindsTheCommonType) {
  const Batch t = numbers();
  const BoundExprPtr expr = fn("COALESCE", {col(t, "a"), col(t, "b"), lit(1.5)});
  EXPECT_EQ(values_of(expr, t), "1.0 | 2.0 | 3.0 | 1.5");
  EXPECT_EQ(expr->type().to_sql(), "DOUBLE NOT NULL");
  EXPECT_TRUE(try_fn("COALESCE", {col(t, "a"), lit("x")}).status().IsTypeError());
}

}  // namespace
}  // namespace hw
