// SPDX-License-Identifier: Apache-2.0

#include "operators/calc.h"

#include <gtest/gtest.h>

#include "testkit/expressions.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kColumns = "n INT, word STRING";

BoundExprPtr n() { return BoundExpr::column(0, SqlType::integer(), "n"); }
BoundExprPtr word() { return BoundExpr::column(1, SqlType::string(), "word"); }

CalcSpec spec(BoundExprPtr condition, std::vector<BoundExprPtr> projections,
              std::string_view schema) {
  return {std::move(condition), std::move(projections), *parse_schema(schema), {}};
}

OperatorHarness n_above_3() {
  return OperatorHarness(kColumns, [] {
    return make_calc(spec(fn(">", {n(), lit(3)}), {n(), word()}, "n INT, word STRING"));
  });
}

TEST(CalcTest, KeepsInsertsAndRetractionsThatPass) {
  n_above_3().input("+ 1 a | + 5 b | - 5 b").expect("+ 5 b | - 5 b");
}

TEST(CalcTest, DropsNullLikeFalse) { n_above_3().input("+ null a | + 4 b").expect("+ 4 b"); }

TEST(CalcTest, LetsHalfAnUpdatePassAlone) {
  n_above_3().parts_updates().input("+ 5 b | -U 5 b | +U 2 b").expect("+ 5 b | -U 5 b");
}

TEST(CalcTest, LetsTheWatermarkPassWhenNoRowDoes) {
  n_above_3().input("+ 1 a | wm 10 | + 2 b").expect("wm 10");
}

TEST(CalcTest, ComputesColumnsOfTheRowsThatPass) {
  OperatorHarness(
      kColumns,
      [] {
        // 12 / n fails for 0, which the condition keeps away.
        return make_calc(spec(fn("<>", {n(), lit(0)}), {word(), fn("/", {lit(12), n()})},
                              "word STRING, share INT"));
      })
      .input("+ 0 a | + 4 b | - 4 b | + null c")
      .expect("+ b 3 | - b 3");
}

TEST(CalcTest, WithoutConditionKeepsEveryRow) {
  OperatorHarness(
      kColumns,
      [] { return make_calc(spec(nullptr, {fn("*", {n(), lit(2)}), n()}, "twice INT, n INT")); })
      .input("+ 1 a | +I 2 b | -U 2 b | +U 3 b")
      .expect("+ 2 1 | + 4 2 | -U 4 2 | +U 6 3");
}

TEST(CalcTest, PassesColumnsOnWithoutCopying) {
  const std::unique_ptr<Operator> calc =
      *make_calc(spec(nullptr, {word(), n()}, "word STRING, n INT"));
  EXPECT_EQ(calc->describe().name, "Calc");
  EXPECT_EQ(calc->describe().details[0].second, "word, n");
}

TEST(CalcTest, ReportsARowThatFails) {
  OperatorHarness(kColumns,
                  [] { return make_calc(spec(nullptr, {fn("/", {lit(1), n()})}, "x INT")); })
      .input("+ 0 a")
      .expect_error("division by zero");
}

TEST(CalcTest, DescribesItself) {
  const std::unique_ptr<Operator> calc = *make_calc(
      spec(fn(">", {n(), lit(3)}), {fn("+", {n(), lit(1)}), word()}, "next INT, word STRING"));
  const Description description = calc->describe();
  EXPECT_EQ(description.details[0],
            std::pair(std::string("select"), std::string("n + 1 AS next, word")));
  EXPECT_EQ(description.details[1], std::pair(std::string("where"), std::string("n > 3")));
}

TEST(CalcTest, RefusesAConditionThatIsNotBoolean) {
  const Status status = make_calc(spec(word(), {n()}, "n INT")).status();
  EXPECT_TRUE(status.IsTypeError());
  EXPECT_EQ(status.message(), "a condition must be BOOLEAN, but word is STRING");
}

}  // namespace
}  // namespace hw
