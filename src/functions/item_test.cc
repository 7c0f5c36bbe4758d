// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

Batch table() {
  return *parse_batch(
      *parse_schema("a ARRAY<STRING>, i INT, m MAP<STRING, INT>, d MAP<DOUBLE, INT>"),
      "+ [x, y] 2 {k=1, l=2} {1.5=7} | + [z] 2 {k=NULL} {2.5=8} | + null 1 null null | + [] 1 {} "
      "{}");
}

TEST(ItemTest, CountsArrayElementsFromOne) {
  const Batch t = table();
  EXPECT_EQ(values_of(fn("ITEM", {col(t, "a"), lit(1)}), t), "x | z | NULL | NULL");
  EXPECT_EQ(values_of(fn("ITEM", {col(t, "a"), col(t, "i")}), t), "y | NULL | NULL | NULL");
  EXPECT_EQ(values_of(fn("ITEM", {col(t, "a"), lit(1)}), t.slice(1, 3)), "z | NULL | NULL");
  EXPECT_TRUE(try_fn("ITEM", {col(t, "a"), lit(0)}).status().IsInvalid());
}

TEST(ItemTest, FindsMapValuesByKey) {
  const Batch t = table();
  EXPECT_EQ(values_of(fn("ITEM", {col(t, "m"), lit("k")}), t), "1 | NULL | NULL | NULL");
  EXPECT_EQ(values_of(fn("ITEM", {col(t, "m"), lit("l")}), t), "2 | NULL | NULL | NULL");
  EXPECT_EQ(values_of(fn("ITEM", {col(t, "d"), lit(2.5)}), t), "NULL | 8 | NULL | NULL");
  EXPECT_TRUE(try_fn("ITEM", {col(t, "i"), lit(1)}).status().IsTypeError());
}

TEST(ItemTest, CardinalityOfNullIsNull) {
  const Batch t = table();
  EXPECT_EQ(values_of(fn("CARDINALITY", {col(t, "a")}), t), "2 | 1 | NULL | 0");
  EXPECT_EQ(values_of(fn("CARDINALITY", {col(t, "m")}), t), "2 | 1 | NULL | 0");
}

}  // namespace
}  // namespace hw
