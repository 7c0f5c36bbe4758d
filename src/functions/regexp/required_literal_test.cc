// SPDX-License-Identifier: Apache-2.0

#include "functions/regexp/required_literal.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace hw {
namespace {

TEST(RequiredLiteral, IsTheLongestPieceOutsideOfParentheses) {
  EXPECT_EQ(required_literal("(&|^)channel_id=([^&]*)"), "channel_id=");
  EXPECT_EQ(required_literal("abc"), "abc");
  EXPECT_EQ(required_literal("^ab.cde$"), "cde");
  EXPECT_EQ(required_literal("c"), "c");
}

TEST(RequiredLiteral, HasNoCharacterThatMayBeMissing) {
  EXPECT_EQ(required_literal("ab?c"), "a");
  EXPECT_EQ(required_literal("abc*d"), "ab");
  EXPECT_EQ(required_literal("ab{0,2}"), "a");
  EXPECT_EQ(required_literal("x+"), "");
  EXPECT_EQ(required_literal("(abc)?"), "");
}

TEST(RequiredLiteral, IsEmptyWhereSomethingIsUnusual) {
  for (const char* pattern : {"ab|cd", "(?i)abc", "a\\d+b", "\\Qab\\E", "[[:alpha:]]ab", "[]]ab",
                              "", "[^]]ab", "a(b(?:c))", "caf\xC3\xA9+x"}) {
    EXPECT_EQ(required_literal(pattern), "") << pattern;
  }
}

TEST(RequiredLiteral, EveryMatchHasIt) {
  const std::vector<std::string> parts = {"a",     "b",    "ab", "c?",    "(a|b)", "[ab]",
                                          "[^a]*", "a{2}", "b+", "(ab)*", ".",     "^",
                                          "$",     "a*?",  "{",  "b{1,}"};
  const std::vector<std::string> texts = {"",     "a",   "b",    "ab", "ba",    "aab",   "abab",
                                          "bbaa", "cab", "aabb", "a{", "b{1,}", "abcabc"};
  RE2::Options quiet;
  quiet.set_log_errors(false);
  int matches = 0;
  for (const std::string& first : parts) {
    for (const std::string& second : parts) {
      for (const std::string& third : parts) {
        const std::string pattern = first + second + third;
        const RE2 compiled(pattern, quiet);
        if (!compiled.ok()) continue;
        const std::string literal = required_literal(pattern);
        for (const std::string& text : texts) {
          if (!RE2::PartialMatch(text, compiled)) continue;
          ++matches;
          EXPECT_NE(text.find(literal), std::string::npos) << pattern << " in " << text;
        }
      }
    }
  }
  EXPECT_GT(matches, 1000);
}

}  // namespace
}  // namespace hw
