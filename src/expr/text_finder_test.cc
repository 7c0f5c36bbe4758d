// SPDX-License-Identifier: Apache-2.0

#include "expr/text_finder.h"

#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(TextFinder, FindsWhatStringFindFinds) {
  const TextFinder finder("a_b");
  EXPECT_EQ(finder.find("a_b"), 0u);
  EXPECT_EQ(finder.find("xx a_b a_b"), 3u);
  EXPECT_EQ(finder.find("xx a_b a_b", 4), 7u);
  EXPECT_EQ(finder.find("a_b", 1), std::string_view::npos);
  EXPECT_EQ(finder.find("a_b", 4), std::string_view::npos);
  EXPECT_EQ(finder.find("_b"), std::string_view::npos);
  EXPECT_EQ(finder.find("a_"), std::string_view::npos);
  EXPECT_EQ(finder.find(""), std::string_view::npos);
  EXPECT_EQ(TextFinder("").find("abc", 2), 2u);
}

// Few letters, so that the rarest byte is often there without the rest of the text.
TEST(TextFinder, AgreesWithStringFindOnRandomTexts) {
  std::mt19937 random(7);
  const auto text_of = [&](size_t size_max) {
    std::string text(random() % (size_max + 1), ' ');
    for (char& c : text) c = "a_b"[random() % 3];
    return text;
  };
  for (int round = 0; round < 20'000; ++round) {
    const std::string wanted = text_of(5), text = text_of(60);
    const TextFinder finder(wanted);
    const size_t from = random() % (text.size() + 2);
    ASSERT_EQ(finder.find(text, from), text.find(wanted, from)) << wanted << " in " << text;
  }
}

}  // namespace
}  // namespace hw
