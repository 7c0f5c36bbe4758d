// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(SignTest, TheSmallestIntegerIsItsOwnNegative) {
  EXPECT_EQ(value_of(fn("NEGATE", {lit("TINYINT", "-128")})), "-128");
  EXPECT_EQ(value_of(fn("ABS", {lit("BIGINT", "-9223372036854775808")})), "-9223372036854775808");
  EXPECT_EQ(value_of(fn("ABS", {lit("DECIMAL(4, 2)", "-1.50")})), "1.50");
  EXPECT_EQ(value_of(fn("ABS", {lit(-0.0)})), "0.0");
}

TEST(SignTest, SignHasTheArgumentsType) {
  EXPECT_EQ(value_of(fn("SIGN", {lit("DECIMAL(4, 2)", "-7.25")})), "-1.00");
  EXPECT_EQ(value_of(fn("SIGN", {lit("DECIMAL(2, 2)", "0.25")})), "NULL");
  EXPECT_EQ(value_of(fn("SIGN", {lit(-0.5)})), "-1.0");
  EXPECT_EQ(value_of(fn("SIGN", {lit("SMALLINT", "300")})), "1");
}

}  // namespace
}  // namespace hw
