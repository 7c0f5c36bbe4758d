// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(GreatestTest, IsNullWhenAnArgumentIs) {
  const Batch t =
      *parse_batch(*parse_schema("a INT, b BIGINT, s STRING"), "+ 1 2 m | + 5 null a | + 7 3 null");
  EXPECT_EQ(values_of(fn("GREATEST", {col(t, "a"), col(t, "b"), lit(4)}), t), "4 | NULL | 7");
  EXPECT_EQ(values_of(fn("LEAST", {col(t, "a"), col(t, "b"), lit(4)}), t), "1 | NULL | 3");
  EXPECT_EQ(values_of(fn("GREATEST", {col(t, "s"), lit("g")}), t), "m | g | NULL");
  EXPECT_EQ(value_of(fn("GREATEST", {lit(1.5), lit(2)})), "2.0");
  EXPECT_TRUE(try_fn("LEAST", {lit(1), lit("a")}).status().IsTypeError());
}

}  // namespace
}  // namespace hw
