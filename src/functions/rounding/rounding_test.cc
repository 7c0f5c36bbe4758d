// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "functions/rounding/float_rounding.h"
#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(RoundingTest, RoundsDecimalsHalfAwayFromZero) {
  const BoundExprPtr x = lit("DECIMAL(5, 3) NOT NULL", "2.345");
  EXPECT_EQ(value_of(fn("ROUND", {x, lit(2)})), "2.35");
  EXPECT_EQ(value_of(fn("ROUND", {fn("NEGATE", {x}), lit(2)})), "-2.35");
  EXPECT_EQ(value_of(fn("ROUND", {x})), "2");
  EXPECT_EQ(value_of(fn("ROUND", {x, lit(9)})), "2.345");
  EXPECT_EQ(fn("ROUND", {x, lit(2)})->type().to_sql(), "DECIMAL(5, 2) NOT NULL");
  EXPECT_EQ(fn("ROUND", {x})->type().to_sql(), "DECIMAL(3, 0) NOT NULL");
  EXPECT_EQ(value_of(fn("ROUND", {lit("DECIMAL(5, 1)", "1250.5"), lit(-2)})), "1300");
  EXPECT_EQ(value_of(fn("TRUNCATE", {x, lit(2)})), "2.34");
}

TEST(RoundingTest, RoundsIntegersInFrontOfThePoint) {
  EXPECT_EQ(value_of(fn("ROUND", {lit(1250), lit(-2)})), "1300");
  EXPECT_EQ(value_of(fn("ROUND", {lit(-1250), lit(-2)})), "-1300");
  EXPECT_EQ(value_of(fn("ROUND", {lit(1250), lit(3)})), "1250");
  EXPECT_EQ(value_of(fn("TRUNCATE", {lit(1299), lit(-2)})), "1200");
  EXPECT_EQ(value_of(fn("ROUND", {lit(7), lit(-30)})), "0");
}

TEST(RoundingTest, RoundsFloatsByTheirShortestText) {
  EXPECT_EQ(round_to_places(2.675, 2, true), 2.68);
  EXPECT_EQ(round_to_places(-2.5, 0, true), -3.0);
  EXPECT_EQ(round_to_places(9.999, 2, true), 10.0);
  EXPECT_EQ(round_to_places(0.04, 1, true), 0.0);
  EXPECT_EQ(round_to_places(0.05, 1, true), 0.1);
  EXPECT_EQ(round_to_places(0.004, 1, true), 0.0);
  EXPECT_EQ(round_to_places(1e300, 2, true), 1e300);
  EXPECT_EQ(round_to_places(15.0, -1, true), 20.0);
  EXPECT_EQ(round_to_places(4.0, -1, true), 0.0);
  EXPECT_EQ(round_to_places(2.999, 1, false), 2.9);
  EXPECT_EQ(round_to_places(2.345f, 2, true), 2.35f);
}

TEST(RoundingTest, CeilAndFloorGoTowardTheInfinities) {
  EXPECT_EQ(value_of(fn("CEIL", {lit("DECIMAL(3, 1)", "-1.2")})), "-1");
  EXPECT_EQ(value_of(fn("FLOOR", {lit("DECIMAL(3, 1)", "-1.2")})), "-2");
  EXPECT_EQ(value_of(fn("CEILING", {lit(1.2)})), "2.0");
  EXPECT_EQ(value_of(fn("FLOOR", {lit(5)})), "5");
  EXPECT_EQ(fn("CEIL", {lit("DECIMAL(5, 2)", "1.20")})->type().to_sql(), "DECIMAL(5, 0)");
}

TEST(RoundingTest, RoundsTimesToUnits) {
  const BoundExprPtr hour = bytes_literal("HOUR", SqlType::symbol());
  const BoundExprPtr time = lit("TIMESTAMP(3)", "'1969-12-31 22:30:00.000'");
  EXPECT_EQ(value_of(fn("FLOOR", {time, hour})), "1969-12-31 22:00:00.000");
  EXPECT_EQ(value_of(fn("CEIL", {time, hour})), "1969-12-31 23:00:00.000");
  EXPECT_TRUE(try_fn("FLOOR", {time, bytes_literal("FORTNIGHT", SqlType::symbol())})
                  .status()
                  .IsTypeError());
}

}  // namespace
}  // namespace hw
