// SPDX-License-Identifier: Apache-2.0

#include "expr/bound_expr.h"

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

Batch table() {
  return *parse_batch(*parse_schema("a INT, b BIGINT, s STRING, r ROW<x INT>"), "+ 1 2 t (3)");
}

TEST(BoundExprTest, EqualsByStructureTypeAndValue) {
  const Batch t = table();
  const BoundExprPtr sum = fn("+", {col(t, "a"), lit(1)});
  EXPECT_TRUE(sum->equals(*fn("+", {col(t, "a"), lit(1)})));
  EXPECT_EQ(sum->hash(), fn("+", {col(t, "a"), lit(1)})->hash());
  EXPECT_TRUE(sum->equals(*sum->with_position({4, 2})));
  EXPECT_FALSE(sum->equals(*fn("+", {col(t, "a"), lit(2)})));
  EXPECT_FALSE(sum->equals(*fn("-", {col(t, "a"), lit(1)})));
  EXPECT_FALSE(lit(1)->equals(*lit("BIGINT NOT NULL", "1")));
  EXPECT_FALSE(null_literal(SqlType::integer())->equals(*lit("INT", "0")));
}

TEST(BoundExprTest, PrintsSqlWithParenthesesOnlyWhereNeeded) {
  const Batch t = table();
  const BoundExprPtr a = col(t, "a");
  EXPECT_EQ(fn("*", {fn("+", {a, lit(1)}), lit(2)})->to_sql(), "(a + 1) * 2");
  EXPECT_EQ(fn("+", {fn("*", {a, lit(1)}), lit(2)})->to_sql(), "a * 1 + 2");
  EXPECT_EQ(fn("-", {a, fn("-", {a, lit(2)})})->to_sql(), "a - (a - 2)");
  EXPECT_EQ(conjunction({fn("=", {a, lit(1)}), fn("IS NULL", {col(t, "s")})})->to_sql(),
            "a = 1 AND s IS NULL");
  EXPECT_EQ(fn("NOT", {fn("IN", {a, lit(1), lit(2)})})->to_sql(), "NOT a IN (1, 2)");
  EXPECT_EQ(fn("LIKE", {col(t, "s"), lit("it's%")})->to_sql(), "s LIKE 'it''s%'");
  EXPECT_EQ(BoundExpr::field(col(t, "r"), 0)->to_sql(), "r.x");
  EXPECT_EQ(cast(a, SqlType::string())->to_sql(), "CAST(a AS STRING)");
  EXPECT_EQ(fn("IF", {fn(">", {a, lit(0)}), a, lit(-1)})->to_sql(),
            "CASE WHEN a > 0 THEN a ELSE -1 END");
}

TEST(BoundExprTest, KnowsWhetherItIsDeterministicAndMayFail) {
  const Batch t = table();
  EXPECT_TRUE(fn("+", {col(t, "a"), lit(1)})->deterministic());
  EXPECT_FALSE(fn("+", {fn("RAND", {}), lit(1)})->deterministic());
  EXPECT_FALSE(fn("RAND", {})->repeatable());
  EXPECT_TRUE(fn("/", {lit(1), col(t, "a")})->can_fail());
  EXPECT_FALSE(fn("/", {col(t, "a"), lit(2)})->can_fail());
  EXPECT_TRUE(cast(col(t, "s"), SqlType::integer())->can_fail());
  EXPECT_FALSE(cast(col(t, "s"), SqlType::integer(), true)->can_fail());
}

TEST(BoundExprTest, RewritesColumnsAndKeepsSharing) {
  const Batch t = table();
  const BoundExprPtr shared = fn("+", {col(t, "b"), lit(1)});
  const BoundExprPtr product = fn("*", {shared, shared});
  EXPECT_EQ(columns_read(*product), (std::vector<int>{1}));
  const BoundExprPtr moved = renumber_columns(product, {-1, 0, -1, -1});
  EXPECT_EQ(columns_read(*moved), (std::vector<int>{0}));
  EXPECT_EQ(moved->args()[0], moved->args()[1]);
  const BoundExprPtr replaced =
      substitute_columns(product, {nullptr, fn("-", {lit("BIGINT", "9"), lit(1)})});
  EXPECT_EQ(value_of(replaced), "81");
}

TEST(BoundExprTest, SplitsAndJoinsConditions) {
  const Batch t = table();
  const BoundExprPtr p = fn("=", {col(t, "a"), lit(1)});
  const BoundExprPtr q = fn("=", {col(t, "b"), lit(2)});
  EXPECT_EQ(conjuncts(conjunction({p, conjunction({q, p})})).size(), 3u);
  EXPECT_EQ(conjunction({})->to_sql(), "TRUE");
  EXPECT_EQ(conjunction({p}), p);
}

TEST(BoundExprTest, AndOfTenThousandIsFlat) {
  const Batch t = table();
  std::vector<BoundExprPtr> many(10000, fn("=", {col(t, "a"), lit(1)}));
  const BoundExprPtr all = conjunction(std::move(many));
  EXPECT_EQ(values_of(all, t), "TRUE");
}

}  // namespace
}  // namespace hw
