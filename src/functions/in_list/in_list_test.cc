// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(InListTest, FollowsThreeValuedLogic) {
  const Batch batch = *parse_batch(*parse_schema("n INT"), "+ 1 | + 2 | + null");
  const BoundExprPtr n = col(batch, "n");
  EXPECT_EQ(values_of(fn("IN", {n, lit(1), lit(5)}), batch), "TRUE | FALSE | NULL");
  EXPECT_EQ(values_of(fn("IN", {n, lit(1), null_literal()}), batch), "TRUE | NULL | NULL");
  EXPECT_EQ(values_of(fn("NOT", {fn("IN", {n, lit(1), null_literal()})}), batch),
            "FALSE | NULL | NULL");
}

TEST(InListTest, ConvertsToTheCommonType) {
  const Batch batch =
      *parse_batch(*parse_schema("n TINYINT, d DATE, s STRING"), "+ 7 2024-02-01 ab | + 8 null b");
  EXPECT_EQ(values_of(fn("IN", {col(batch, "n"), lit("BIGINT", "300"), lit(7)}), batch),
            "TRUE | FALSE");
  EXPECT_EQ(values_of(fn("IN", {col(batch, "n"), lit("DECIMAL(3, 1)", "8.0"), lit(9)}), batch),
            "FALSE | TRUE");
  EXPECT_EQ(values_of(fn("IN", {col(batch, "d"), lit("2024-02-01")}), batch), "TRUE | NULL");
  EXPECT_EQ(values_of(fn("IN", {col(batch, "s"), lit("b"), lit("abc")}), batch), "FALSE | TRUE");
  EXPECT_TRUE(try_fn("IN", {col(batch, "n"), lit("x")}).status().IsTypeError());
}

TEST(InListTest, TakesExpressionsBesideLiterals) {
  const Batch batch = *parse_batch(*parse_schema("a INT, b INT"), "+ 1 9 | + 5 5 | + 6 null");
  const BoundExprPtr expr = fn("IN", {col(batch, "a"), lit(1), col(batch, "b")});
  EXPECT_EQ(values_of(expr, batch), "TRUE | TRUE | NULL");
}

TEST(InListTest, LooksUpEveryStorageType) {
  EXPECT_EQ(value_of(fn("IN", {lit(1.5), lit(2.5), lit(1.5)})), "TRUE");
  EXPECT_EQ(value_of(fn("IN", {lit("DOUBLE", "NaN"), lit("DOUBLE", "NaN")})), "FALSE");
  EXPECT_EQ(value_of(fn("IN", {lit(-0.0), lit(0.0)})), "TRUE");
  EXPECT_EQ(value_of(fn("IN", {lit(true), lit(false)})), "FALSE");
  EXPECT_EQ(value_of(fn("IN", {lit("DECIMAL(4, 2)", "1.50"), lit("DECIMAL(4, 1)", "1.5")})),
            "TRUE");
  EXPECT_EQ(value_of(fn("IN", {lit("ARRAY<INT>", "[1, 2]"), lit("ARRAY<INT>", "[2, 1]"),
                               lit("ARRAY<INT>", "[1, 2]")})),
            "TRUE");
}

TEST(InListTest, ComparesInLowerCaseWithoutWritingIt) {
  // The sign of kelvin is longer than the k that it becomes.
  const Batch batch =
      *parse_batch(*parse_schema("s STRING"),
                   "+ GooGLe | + google | + googles | + '' | + null | + 'Ma\xC3\x9F\xC3\x96' | "
                   "+ 'ABCDEFGHIJ@[' | + '\xE2\x84\xAA' | + Facebook");
  const BoundExprPtr lower = fn("LOWER", {col(batch, "s")});
  EXPECT_EQ(values_of(fn("=", {lower, lit("google")}), batch),
            "TRUE | TRUE | FALSE | FALSE | NULL | FALSE | FALSE | FALSE | FALSE");
  EXPECT_EQ(values_of(fn("=", {lit("ma\xC3\x9F\xC3\xB6"), lower}), batch),
            "FALSE | FALSE | FALSE | FALSE | NULL | TRUE | FALSE | FALSE | FALSE");
  EXPECT_EQ(
      values_of(fn("IN", {lower, lit("abcdefghij@["), lit("facebook"), lit("k"), lit("")}), batch),
      "FALSE | FALSE | FALSE | TRUE | NULL | FALSE | TRUE | TRUE | TRUE");
  EXPECT_EQ(values_of(fn("IN", {lower, lit("Google"), lit("googles")}), batch),
            "FALSE | FALSE | TRUE | FALSE | NULL | FALSE | FALSE | FALSE | FALSE");
  EXPECT_EQ(values_of(fn("IN", {lower, lit("google"), null_literal()}), batch.slice(0, 3)),
            "TRUE | TRUE | NULL");
}

TEST(InListTest, TakesAHundredThousandItems) {
  std::vector<BoundExprPtr> args = {lit(77777)};
  for (int i = 0; i < 100000; ++i) args.push_back(lit(i * 7 % 1000003));
  EXPECT_EQ(value_of(fn("IN", args)), "TRUE");
  args[0] = lit(77778);
  EXPECT_EQ(value_of(fn("IN", args)), "FALSE");
}

}  // namespace
}  // namespace hw
