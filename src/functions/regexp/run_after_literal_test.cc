// SPDX-License-Identifier: Apache-2.0

#include "functions/regexp/run_after_literal.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace hw {
namespace {

const std::vector<std::string> kPatterns = {
    "(&|^)channel_id=([^&]*)", "(^|&)id=([^&]*)", "id=([^ ]*)", "a([^a]*)", "(a|^)ba([^b]*)",
};

TEST(RunAfterLiteral, KnowsItsFormOnly) {
  for (const std::string& pattern : kPatterns) {
    EXPECT_TRUE(RunAfterLiteral::of(pattern).has_value()) << pattern;
  }
  for (const char* pattern : {"", "a", "([^a]*)", "(a|^)a([^&]*)", "(a|b)c([^&]*)", "(.|^)a([^&]*)",
                              "a.([^&]*)", "a([^&]+)", "a([^&]*)b", "a([^^]*)", "a([^a-z]*)",
                              "a?([^&]*)", "(&|$)a([^&]*)", "(^&)a([^&]*)", "a([^é]*)", "é([^&]*)",
                              "a([^\\d]*)", "(&|^)(a)([^&]*)", "a([^&]*)([^b]*)"}) {
    EXPECT_FALSE(RunAfterLiteral::of(pattern).has_value()) << pattern;
  }
}

// Every text of up to eight of a few characters, and some longer ones.
TEST(RunAfterLiteral, FindsWhatRe2Finds) {
  std::vector<std::string> texts = {"",
                                    "url?a=1&channel_id=42&b",
                                    "channel_id=7",
                                    "xchannel_id=7",
                                    "xchannel_id=7&channel_id=",
                                    "id=1 id=2",
                                    "&id=\n&id=3"};
  const std::string letters = "ab&id= ";
  for (size_t number = 0; number < 20000; ++number) {
    std::string text;
    for (size_t rest = number * 2654435761u % 5764801u; rest > 0; rest /= 7)
      text += letters[rest % 7];
    texts.push_back(text);
  }
  for (const std::string& pattern : kPatterns) {
    const RunAfterLiteral way = *RunAfterLiteral::of(pattern);
    const re2::RE2 compiled(pattern);
    for (const std::string& text : texts) {
      re2::StringPiece groups[3];
      const int num_groups = compiled.NumberOfCapturingGroups();
      const bool expected =
          compiled.Match(text, 0, text.size(), re2::RE2::UNANCHORED, groups, num_groups + 1);
      const RunAfterLiteral::Match match = way.find(text);
      ASSERT_EQ(match.found, expected) << pattern << " in " << text;
      ASSERT_FALSE(match.unsure);
      for (int group = 0; expected && group <= num_groups; ++group) {
        ASSERT_EQ(way.group(match, group),
                  std::string_view(groups[group].data(), groups[group].size()))
            << pattern << " in " << text << ", group " << group;
      }
    }
  }
}

TEST(RunAfterLiteral, LeavesOtherAlphabetsToRe2) {
  const RunAfterLiteral way = *RunAfterLiteral::of("id=([^&]*)");
  EXPECT_TRUE(way.find("id=ü").unsure);
  EXPECT_FALSE(way.find("ü id=a&ü").unsure);
}

}  // namespace
}  // namespace hw
