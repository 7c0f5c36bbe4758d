// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(CharacterClassTest, NullAndEmptyAreFalse) {
  const Batch t = *parse_batch(*parse_schema("s STRING"),
                               "+ 12 | + -1.5 | + ab | + '' | + null | + '.5' | + 1. | + a1");
  EXPECT_EQ(values_of(fn("IS_DIGIT", {col(t, "s")}), t),
            "TRUE | FALSE | FALSE | FALSE | FALSE | FALSE | FALSE | FALSE");
  EXPECT_EQ(values_of(fn("IS_DECIMAL", {col(t, "s")}), t),
            "TRUE | TRUE | FALSE | FALSE | FALSE | FALSE | FALSE | FALSE");
  EXPECT_EQ(values_of(fn("IS_ALPHA", {col(t, "s")}), t),
            "FALSE | FALSE | TRUE | FALSE | FALSE | FALSE | FALSE | FALSE");
}

}  // namespace
}  // namespace hw
