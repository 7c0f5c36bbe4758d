// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

std::string compare(std::string_view op, BoundExprPtr a, BoundExprPtr b) {
  return value_of(fn(op, {std::move(a), std::move(b)}));
}

TEST(ComparisonTest, ComparesNumbersOfDifferentTypes) {
  EXPECT_EQ(compare("=", lit(1), lit("DECIMAL(3, 2)", "1.00")), "TRUE");
  EXPECT_EQ(compare("<", lit("TINYINT", "1"), lit("BIGINT", "300")), "TRUE");
  EXPECT_EQ(compare(">", lit(0.5), lit("DECIMAL(3, 2)", "0.49")), "TRUE");
  EXPECT_EQ(compare("=", lit(0.1), lit("DECIMAL(3, 2)", "0.10")), "TRUE");
  EXPECT_EQ(compare("<>", lit(1), lit(2)), "TRUE");
}

TEST(ComparisonTest, ComparesDecimalsExactlyWhateverTheirScales) {
  const BoundExprPtr large = lit("DECIMAL(38, 0)", "99999999999999999999999999999999999999");
  const BoundExprPtr fine = lit("DECIMAL(38, 38)", "0.00000000000000000000000000000000000001");
  EXPECT_EQ(compare(">", large, fine), "TRUE");
  EXPECT_EQ(compare("<=", large, fine), "FALSE");
  EXPECT_EQ(compare("<", fn("NEGATE", {large}), fine), "TRUE");
  const Batch batch = *parse_batch(*parse_schema("p DECIMAL(23, 3), n BIGINT"),
                                   "+ 1000000.001 1000000 | + 999999.999 1000001 | + null 1");
  EXPECT_EQ(values_of(fn(">", {col(batch, "p"), lit(1000000)}), batch), "TRUE | FALSE | NULL");
  EXPECT_EQ(values_of(fn("<", {lit(1000000), col(batch, "p")}), batch), "TRUE | FALSE | NULL");
  EXPECT_EQ(values_of(fn("=", {col(batch, "p"), lit("DECIMAL(8, 4)", "999.9990")}), batch),
            "FALSE | FALSE | NULL");
  EXPECT_EQ(values_of(fn(">", {col(batch, "p"), col(batch, "n")}), batch), "TRUE | FALSE | NULL");
}

TEST(ComparisonTest, NanEqualsNothing) {
  const BoundExprPtr nan = lit("DOUBLE", "NaN");
  EXPECT_EQ(compare("=", nan, nan), "FALSE");
  EXPECT_EQ(compare("<>", nan, nan), "TRUE");
  EXPECT_EQ(compare("<", nan, lit(1.0)), "FALSE");
  EXPECT_EQ(compare("=", lit(0.0), lit(-0.0)), "TRUE");
}

TEST(ComparisonTest, ComparesTextByItsBytes) {
  EXPECT_EQ(compare("<", lit("Z"), lit("a")), "TRUE");
  EXPECT_EQ(compare("<", lit("a"), lit("ab")), "TRUE");
  EXPECT_EQ(compare("<", lit("z"), lit("ä")), "TRUE");
  EXPECT_EQ(compare("=", lit("a"), lit("a ")), "FALSE");
}

TEST(ComparisonTest, ConvertsTextToDatesAndTimes) {
  EXPECT_EQ(compare("=", lit("DATE", "2024-02-01"), lit("2024-02-01")), "TRUE");
  EXPECT_EQ(
      compare("<", lit("2024-01-31 23:59:59"), lit("TIMESTAMP(3)", "'2024-02-01 00:00:00.000'")),
      "TRUE");
  EXPECT_EQ(
      compare(">", lit("TIMESTAMP(3)", "'2024-02-01 00:00:00.001'"), lit("DATE", "2024-02-01")),
      "TRUE");
  EXPECT_EQ(compare("=", lit("TIME", "10:00:00"), lit("10:00:00")), "TRUE");
}

TEST(ComparisonTest, RemaindersAreTestedForZeroWithoutDivision) {
  std::string rows;
  for (int i = -300; i <= 300; ++i) rows += (i > -300 ? " | + " : "+ ") + std::to_string(i);
  const Batch batch = *parse_batch(*parse_schema("n INT"), rows + " | + null");
  const BoundExprPtr remainder = fn("MOD", {col(batch, "n"), lit(-12)});
  const std::string fused = values_of(fn("=", {remainder, lit(0)}), batch);
  const std::string plain = values_of(fn("NOT", {fn("<>", {remainder, lit(0)})}), batch);
  EXPECT_EQ(fused, plain);
  EXPECT_NE(fused.find("TRUE"), std::string::npos);
  EXPECT_TRUE(fused.ends_with("NULL"));
}

TEST(ComparisonTest, ComparesConstructedValues) {
  const Batch batch = *parse_batch(
      *parse_schema("a ARRAY<INT>, b ARRAY<INT>, m MAP<STRING, INT>, n MAP<STRING, INT>"),
      "+ [1, 2] [1, 2] {a=1, b=2} {b=2, a=1} | + [1] [2] {a=1} {a=2} | + null [1] null null");
  EXPECT_EQ(values_of(fn("=", {col(batch, "a"), col(batch, "b")}), batch), "TRUE | FALSE | NULL");
  EXPECT_EQ(values_of(fn("<>", {col(batch, "m"), col(batch, "n")}), batch), "FALSE | TRUE | NULL");
  EXPECT_TRUE(try_fn("<", {col(batch, "a"), col(batch, "b")}).status().IsTypeError());
}

}  // namespace
}  // namespace hw
