// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "functions/like/like_pattern.h"
#include "testkit/expressions.h"

namespace hw {
namespace {

bool like(std::string_view text, std::string_view pattern, std::string_view escape = {}) {
  const Result<LikePattern> compiled = LikePattern::compile(pattern, escape);
  EXPECT_TRUE(compiled.ok()) << compiled.status().message();
  return compiled.ok() && compiled->matches(text);
}

TEST(LikeTest, MatchesTheCommonShapes) {
  EXPECT_TRUE(like("water", "water"));
  EXPECT_FALSE(like("water", "wate"));
  EXPECT_TRUE(like("water", "wat%"));
  EXPECT_TRUE(like("water", "%ter"));
  EXPECT_TRUE(like("water", "%ate%"));
  EXPECT_FALSE(like("water", "%x%"));
  EXPECT_TRUE(like("", "%"));
  EXPECT_TRUE(like("", ""));
  EXPECT_FALSE(like("a", ""));
  EXPECT_TRUE(like("line\nbreak", "line%break"));
}

TEST(LikeTest, PiecesDoNotOverlap) {
  EXPECT_FALSE(like("aba", "ab%ba"));
  EXPECT_TRUE(like("abba", "ab%ba"));
  EXPECT_TRUE(like("a-b-c", "a%b%c"));
  EXPECT_FALSE(like("a-c-b", "a%b%c"));
  EXPECT_TRUE(like("aaab", "%a%ab"));
  EXPECT_FALSE(like("ab", "%b%b"));
}

TEST(LikeTest, UnderscoreIsOneCharacterNotOneByte) {
  EXPECT_TRUE(like("Größe", "Gr_ße"));
  EXPECT_FALSE(like("Größe", "Gr__ße"));
  EXPECT_TRUE(like("xyz", "_y_"));
  EXPECT_TRUE(like("abcabd", "%ab_"));
  EXPECT_FALSE(like("abc", "%ab_c"));
  EXPECT_TRUE(like("aXbYc", "a_%_c"));
  EXPECT_FALSE(like("aXc", "a_%_c"));
}

TEST(LikeTest, EscapesTakeTheMeaningAway) {
  EXPECT_TRUE(like("50%", "50!%", "!"));
  EXPECT_FALSE(like("500", "50!%", "!"));
  EXPECT_TRUE(like("a_b", "a\\_b", "\\"));
  EXPECT_TRUE(like("a!b", "a!!b", "!"));
  EXPECT_TRUE(LikePattern::compile("a!b", "!").status().IsInvalid());
  EXPECT_TRUE(LikePattern::compile("a!", "!").status().IsInvalid());
  EXPECT_TRUE(LikePattern::compile("a", "xy").status().IsInvalid());
}

TEST(LikeTest, ReadsPatternsFromColumns) {
  const Batch batch = *parse_batch(*parse_schema("s STRING, p STRING"),
                                   "+ abc a% | + abc %b | + null a | + x null | + x x");
  EXPECT_EQ(values_of(fn("LIKE", {col(batch, "s"), col(batch, "p")}), batch),
            "TRUE | FALSE | NULL | NULL | TRUE");
  EXPECT_EQ(values_of(fn("LIKE", {col(batch, "s"), lit("%c")}), batch),
            "TRUE | TRUE | NULL | FALSE | FALSE");
}

}  // namespace
}  // namespace hw
