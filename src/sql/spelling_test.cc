// SPDX-License-Identifier: Apache-2.0

#include "sql/spelling.h"

#include <array>

#include <gtest/gtest.h>

namespace hw {
namespace {

constexpr auto kWords = std::to_array<std::string_view>({"SELECT", "FROM", "WHERE", "ON"});

TEST(SpellingTest, FindsTheNearestWord) {
  EXPECT_EQ(nearest_word("selct", kWords), "SELECT");
  EXPECT_EQ(nearest_word("FORM", kWords), "FROM");
  EXPECT_EQ(nearest_word("WHRE", kWords), "WHERE");
}

TEST(SpellingTest, ProposesNothingFar) {
  EXPECT_EQ(nearest_word("orders", kWords), "");
  EXPECT_EQ(nearest_word("of", kWords), "");
  EXPECT_EQ(nearest_word("from", kWords), "");
  EXPECT_EQ(nearest_word(std::string(100, 'x'), kWords), "");
}

}  // namespace
}  // namespace hw
