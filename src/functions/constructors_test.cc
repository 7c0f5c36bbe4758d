// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

Batch table() {
  return *parse_batch(*parse_schema("a INT, s STRING"), "+ 1 x | + null y | + 3 null");
}

TEST(ConstructorsTest, BuildsRows) {
  const Batch t = table();
  const BoundExprPtr row = fn("ROW", {col(t, "a"), col(t, "s"), lit(9)});
  EXPECT_EQ(values_of(row, t), "(1, x, 9) | (NULL, y, 9) | (3, NULL, 9)");
  EXPECT_EQ(row->type().to_sql(), "ROW<EXPR$0 INT, EXPR$1 STRING, EXPR$2 INT NOT NULL> NOT NULL");
  EXPECT_EQ(values_of(BoundExpr::field(row, 1), t), "x | y | NULL");
}

TEST(ConstructorsTest, BuildsArraysOfTheCommonType) {
  const Batch t = table();
  EXPECT_EQ(values_of(fn("ARRAY", {col(t, "a"), lit("BIGINT", "5")}), t),
            "[1, 5] | [NULL, 5] | [3, 5]");
  EXPECT_EQ(value_of(fn("ARRAY", {lit("a"), lit("bcd")})), "[a, bcd]");
  EXPECT_TRUE(try_fn("ARRAY", {lit(1), lit("a")}).status().IsTypeError());
  EXPECT_TRUE(try_fn("ARRAY", {}).status().IsTypeError());
}

TEST(ConstructorsTest, MapsKeepTheLastValueOfAKey) {
  const Batch t = table();
  EXPECT_EQ(values_of(fn("MAP", {lit("k"), col(t, "a"), lit("s"), lit(2)}), t),
            "{k=1, s=2} | {k=NULL, s=2} | {k=3, s=2}");
  EXPECT_EQ(values_of(fn("MAP", {lit(1), lit("one"), col(t, "a"), lit("two")}), t.slice(0, 1)),
            "{1=two}");
  EXPECT_TRUE(try_fn("MAP", {lit(1)}).status().IsTypeError());
}

TEST(ConstructorsTest, ASliceBuildsTheSameRows) {
  const Batch t = table();
  EXPECT_EQ(values_of(fn("ROW", {col(t, "a"), lit(true)}), t.slice(1, 2)),
            "(NULL, TRUE) | (3, TRUE)");
}

}  // namespace
}  // namespace hw
