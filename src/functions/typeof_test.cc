// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(TypeofTest, NamesTheTypeWithoutEvaluating) {
  EXPECT_EQ(value_of(fn("TYPEOF", {fn("/", {lit(1), lit(0)})})), "INT NOT NULL");
  EXPECT_EQ(value_of(fn("TYPEOF", {lit("STRING", "a")})), "STRING");
  EXPECT_EQ(value_of(fn("TYPEOF", {lit("STRING", "a"), lit(true)})), "VARCHAR(2147483647)");
  EXPECT_EQ(value_of(fn("TYPEOF", {lit("ARRAY<INT NOT NULL>", "[1]")})), "ARRAY<INT NOT NULL>");
}

}  // namespace
}  // namespace hw
