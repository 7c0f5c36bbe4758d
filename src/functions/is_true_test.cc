// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(IsTrueTest, FollowsTheTruthTable) {
  const Batch batch = *parse_batch(*parse_schema("b BOOLEAN"), "+ TRUE | + FALSE | + null");
  const auto test = [&](std::string_view name) {
    return values_of(fn(name, {col(batch, "b")}), batch);
  };
  EXPECT_EQ(test("NOT"), "FALSE | TRUE | NULL");
  EXPECT_EQ(test("IS TRUE"), "TRUE | FALSE | FALSE");
  EXPECT_EQ(test("IS NOT TRUE"), "FALSE | TRUE | TRUE");
  EXPECT_EQ(test("IS FALSE"), "FALSE | TRUE | FALSE");
  EXPECT_EQ(test("IS NOT FALSE"), "TRUE | FALSE | TRUE");
  EXPECT_EQ(test("IS UNKNOWN"), "FALSE | FALSE | TRUE");
  EXPECT_EQ(test("IS NOT UNKNOWN"), "TRUE | TRUE | FALSE");
}

}  // namespace
}  // namespace hw
