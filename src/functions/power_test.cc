// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(PowerTest, TakesEveryNumber) {
  EXPECT_EQ(value_of(fn("POWER", {lit(2), lit("DECIMAL(3, 1)", "3.0")})), "8.0");
  EXPECT_EQ(value_of(fn("SQRT", {lit("BIGINT", "144")})), "12.0");
  EXPECT_EQ(value_of(fn("LOG", {lit(10), lit(1000)})), "2.9999999999999996");
  EXPECT_EQ(value_of(fn("LN", {lit(-1)})), "NaN");
  EXPECT_EQ(value_of(fn("LOG10", {lit("INT", "null")})), "NULL");
}

}  // namespace
}  // namespace hw
