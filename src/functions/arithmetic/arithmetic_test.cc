// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "expr/civil_date.h"
#include "expr/decimal_math.h"
#include "functions/arithmetic/modulo_by_constant.h"
#include "testkit/expressions.h"

namespace hw {
namespace {

std::string type_of(const BoundExprPtr& expr) { return expr->type().to_sql(); }

TEST(ArithmeticTest, IntegersWrapInTheWiderType) {
  EXPECT_EQ(value_of(fn("+", {lit(2147483647), lit(1)})), "-2147483648");
  EXPECT_EQ(value_of(fn("+", {lit("TINYINT", "127"), lit("TINYINT", "1")})), "-128");
  EXPECT_EQ(type_of(fn("+", {lit("TINYINT NOT NULL", "1"), lit(1)})), "INT NOT NULL");
  EXPECT_EQ(value_of(fn("*", {lit("BIGINT", "4611686018427387904"), lit(2)})),
            "-9223372036854775808");
  EXPECT_EQ(value_of(fn("/", {lit("BIGINT", "-9223372036854775808"), lit(-1)})),
            "-9223372036854775808");
}

TEST(ArithmeticTest, IntegerDivisionCutsAndFailsOnZero) {
  EXPECT_EQ(value_of(fn("/", {lit(-7), lit(2)})), "-3");
  EXPECT_EQ(value_of(fn("%", {lit(-7), lit(3)})), "-1");
  EXPECT_EQ(value_of(fn("/", {lit(7), lit(0)})), "division by zero");
  EXPECT_NE(value_of(fn("MOD", {lit(7), lit(0)})).find("division by zero"), std::string::npos);
}

TEST(ArithmeticTest, ADivisorThatIsNotZeroCannotFail) {
  const Batch batch = *parse_batch(*parse_schema("n BIGINT"), "+ 1");
  EXPECT_FALSE(fn("MOD", {col(batch, "n"), lit(123)})->can_fail());
  EXPECT_TRUE(fn("MOD", {lit(123), col(batch, "n")})->can_fail());
}

TEST(ArithmeticTest, DecimalTypesFollowTheTable) {
  const BoundExprPtr a = lit("DECIMAL(10, 2) NOT NULL", "1.50");
  const BoundExprPtr b = lit("DECIMAL(5, 3) NOT NULL", "2.125");
  EXPECT_EQ(type_of(fn("+", {a, b})), "DECIMAL(12, 3) NOT NULL");
  EXPECT_EQ(type_of(fn("*", {a, b})), "DECIMAL(16, 5) NOT NULL");
  EXPECT_EQ(type_of(fn("/", {a, b})), "DECIMAL(19, 8) NOT NULL");
  EXPECT_EQ(type_of(fn("%", {a, b})), "DECIMAL(5, 3) NOT NULL");
  EXPECT_EQ(type_of(fn("*", {lit("BIGINT NOT NULL", "5"), lit("DECIMAL(3, 3) NOT NULL", "0.908")})),
            "DECIMAL(23, 3) NOT NULL");
  EXPECT_EQ(value_of(fn("+", {a, b})), "3.625");
  EXPECT_EQ(value_of(fn("-", {a, b})), "-0.625");
  EXPECT_EQ(value_of(fn("*", {a, b})), "3.18750");
  EXPECT_EQ(value_of(fn("/", {a, b})), "0.70588235");
  EXPECT_EQ(value_of(fn("%", {a, b})), "1.500");
}

TEST(ArithmeticTest, DecimalOverflowIsNull) {
  const BoundExprPtr big = lit("DECIMAL(38, 0)", "99999999999999999999999999999999999999");
  EXPECT_EQ(value_of(fn("+", {big, lit(1)})), "NULL");
  EXPECT_EQ(value_of(fn("*", {big, big})), "NULL");
  EXPECT_EQ(value_of(fn("-", {big, big})), "0");
}

TEST(ArithmeticTest, DecimalDivisionByZeroFails) {
  EXPECT_EQ(value_of(fn("/", {lit("DECIMAL(3, 1)", "1.0"), lit(0)})), "division by zero");
}

TEST(ArithmeticTest, FloatsFollowIeee) {
  EXPECT_EQ(value_of(fn("/", {lit(1.0), lit(0)})), "Infinity");
  EXPECT_EQ(value_of(fn("+", {lit(0.5), lit(1)})), "1.5");
  EXPECT_EQ(type_of(fn("+", {lit("FLOAT NOT NULL", "1"), lit("DECIMAL(3, 1) NOT NULL", "1.0")})),
            "DOUBLE NOT NULL");
}

TEST(ArithmeticTest, MovesDatesAndTimesByIntervals) {
  const BoundExprPtr month = integer_literal(1, SqlType::interval_month());
  const BoundExprPtr day = integer_literal(kMillisPerDay, SqlType::interval_day());
  const BoundExprPtr second = integer_literal(1000, SqlType::interval_day());
  EXPECT_EQ(value_of(fn("+", {lit("DATE", "2024-01-31"), month})), "2024-02-29");
  EXPECT_EQ(value_of(fn("+", {day, lit("DATE", "2024-02-28")})), "2024-02-29");
  EXPECT_EQ(value_of(fn("-", {lit("TIMESTAMP(3)", "'1970-01-01 00:00:00.000'"), second})),
            "1969-12-31 23:59:59.000");
  EXPECT_EQ(value_of(fn("-", {lit("TIME", "00:00:00"), second})), "23:59:59");
  EXPECT_EQ(value_of(fn("+", {lit("DATE", "2024-02-28"), second})), "2024-02-28 00:00:01.000");
  EXPECT_EQ(value_of(fn("*", {lit(36), integer_literal(3600000, SqlType::interval_day())})),
            "+1 12:00:00.000");
}

TEST(ArithmeticTest, RefusesTextWithAProposal) {
  const Status status = try_fn("+", {lit("a"), lit(1)}).status();
  EXPECT_TRUE(status.IsTypeError());
  EXPECT_EQ(status.message(),
            "operator + is not defined for (CHAR(1), INT); CAST the text to a number, or "
            "concatenate with ||");
}

TEST(ModuloByConstantTest, AgreesWithTheMachineForEveryDivisorAndDividend) {
  const std::vector<int64_t> edges = {0,
                                      1,
                                      2,
                                      3,
                                      5,
                                      7,
                                      10,
                                      64,
                                      123,
                                      1000,
                                      12345678901,
                                      INT32_MAX,
                                      INT64_MAX - 1,
                                      INT64_MAX,
                                      INT64_MIN,
                                      INT64_MIN + 1,
                                      1LL << 62};
  std::vector<int64_t> values;
  for (const int64_t edge : edges) {
    for (int64_t delta = -2; delta <= 2; ++delta) {
      const auto moved =
          static_cast<int64_t>(static_cast<uint64_t>(edge) + static_cast<uint64_t>(delta));
      values.push_back(moved);
      values.push_back(static_cast<int64_t>(0 - static_cast<uint64_t>(moved)));
    }
  }
  for (const int64_t divisor : values) {
    if (divisor == 0) continue;
    const ModuloByConstant modulo(divisor);
    const DivisibleByConstant divisible(divisor);
    for (const int64_t x : values) {
      const int64_t expected = divisor == -1 ? 0 : x % divisor;
      ASSERT_EQ(modulo(x), expected) << x << " % " << divisor;
      ASSERT_EQ(divisible(x), expected == 0) << x << " % " << divisor;
    }
  }
}

TEST(DecimalMathTest, DividesLongNumbersThroughTheirFirst38Digits) {
  const Int128 big = power_of_ten(37) * 9;
  EXPECT_TRUE(divide_decimals(big, 3, 0, 38) == power_of_ten(37) * 3);
  EXPECT_TRUE(divide_decimals(1, 3, 38, 38) == Int128{3} * ((power_of_ten(38) - 1) / 9));
  EXPECT_TRUE(divide_decimals(-2, 3, 6, 38) == Int128{-666667});
  EXPECT_TRUE(divide_decimals(big, 7, 6, 38) == std::nullopt);
  // 1.5 less a trifle: the first step rounds to 1.5, the second up.
  const Int128 divisor = power_of_ten(37) * 6 + 1;
  EXPECT_TRUE(divide_decimals(divisor / 2 * 3 + 1, divisor, 0, 38) == Int128{2});
}

TEST(CivilDateTest, GoesThereAndBack) {
  for (int64_t day = -800000; day <= 3000000; day += 37) {
    const CivilDate date = civil_from_days(day);
    ASSERT_EQ(days_from_civil(date.year, date.month, date.day), day);
  }
  EXPECT_EQ(add_months(days_from_civil(2023, 3, 31), -1), days_from_civil(2023, 2, 28));
}

}  // namespace
}  // namespace hw
