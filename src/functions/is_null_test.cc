// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(IsNullTest, IsNeverNullItself) {
  const Batch batch =
      *parse_batch(*parse_schema("s STRING, n INT NOT NULL"), "+ a 1 | + null 2 | + '' 3");
  EXPECT_EQ(values_of(fn("IS NULL", {col(batch, "s")}), batch), "FALSE | TRUE | FALSE");
  EXPECT_EQ(values_of(fn("IS NOT NULL", {col(batch, "s")}), batch), "TRUE | FALSE | TRUE");
  EXPECT_EQ(values_of(fn("IS NULL", {col(batch, "n")}), batch), "FALSE | FALSE | FALSE");
  EXPECT_EQ(values_of(fn("IS NULL", {col(batch, "s")}), batch.slice(1, 2)), "TRUE | FALSE");
}

TEST(IsNullTest, DistinctTreatsNullAsAValue) {
  const Batch batch = *parse_batch(*parse_schema("a INT, b INT"),
                                   "+ 1 1 | + 1 2 | + null 2 | + 1 null | + null null");
  EXPECT_EQ(values_of(fn("IS DISTINCT FROM", {col(batch, "a"), col(batch, "b")}), batch),
            "FALSE | TRUE | TRUE | TRUE | FALSE");
  EXPECT_EQ(values_of(fn("IS NOT DISTINCT FROM", {col(batch, "a"), col(batch, "b")}), batch),
            "TRUE | FALSE | FALSE | FALSE | TRUE");
  EXPECT_EQ(values_of(fn("IS DISTINCT FROM", {col(batch, "a"), lit(1)}), batch),
            "FALSE | FALSE | TRUE | FALSE | TRUE");
}

}  // namespace
}  // namespace hw
