// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(TrigonometryTest, AgreesWithKnownAngles) {
  EXPECT_EQ(value_of(fn("COS", {fn("PI", {})})), "-1.0");
  EXPECT_EQ(value_of(fn("ATAN2", {lit(1), lit(1)})), "0.7853981633974483");
  EXPECT_EQ(value_of(fn("DEGREES", {fn("RADIANS", {lit(90)})})), "90.0");
  EXPECT_EQ(value_of(fn("ASIN", {lit(2)})), "NaN");
  EXPECT_EQ(value_of(fn("LN", {fn("E", {})})), "1.0");
}

}  // namespace
}  // namespace hw
