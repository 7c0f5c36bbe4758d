// SPDX-License-Identifier: Apache-2.0

#include "expr/text_code.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/fast_builders.h"

namespace hw {
namespace {

TEST(TextCode, IsThePlaceInTheList) {
  const TextCode code({"apple", "google", "", "Baidu", "ä"}, /*lower=*/false);
  EXPECT_EQ(code("apple"), 0);
  EXPECT_EQ(code("google"), 1);
  EXPECT_EQ(code(""), 2);
  EXPECT_EQ(code("Baidu"), 3);
  EXPECT_EQ(code("baidu"), TextCode::kNone);
  EXPECT_EQ(code("ä"), 4);
  EXPECT_EQ(code("Ä"), TextCode::kNone);
  EXPECT_EQ(code("applé"), TextCode::kNone);
}

TEST(TextCode, OfLowerMapsTheText) {
  const TextCode code({"apple", "Google", "ä", "i̇", "facebook-and-more"}, /*lower=*/true);
  EXPECT_EQ(code("APPle"), 0);
  // No text in lower case is equal to it.
  EXPECT_EQ(code("Google"), TextCode::kNone);
  EXPECT_EQ(code("Ä"), 2);
  EXPECT_EQ(code("ä"), 2);
  EXPECT_EQ(code("İ"), 3);
  EXPECT_EQ(code("Facebook-AND-more"), 4);
  EXPECT_EQ(code("Facebook@AND-more"), TextCode::kNone);
  EXPECT_EQ(code("{pple"), TextCode::kNone);
}

TEST(TextCode, AgreesWithASearchThroughTheList) {
  std::mt19937 random(11);
  const auto text_of = [&] {
    std::string text(random() % 20, ' ');
    for (char& c : text) c = "ab@Z"[random() % 4];
    if (random() % 2 == 0) text.resize(std::min<size_t>(text.size(), 3));
    return text;
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> texts;
    while (texts.size() < 1 + random() % TextCode::kTextsMax) {
      std::string text = text_of();
      if (std::ranges::count(texts, text) == 0) texts.push_back(std::move(text));
    }
    const TextCode plain(texts, false), lower(texts, true);
    BytesBuilder rows;
    for (int i = 0; i < 100; ++i) {
      const std::string text = i % 2 == 0 ? text_of() : texts[random() % texts.size()];
      std::string mapped = text;
      for (char& c : mapped) c = c == 'Z' ? 'z' : c;
      const auto place = [&](const std::string& wanted) {
        const auto found = std::ranges::find(texts, wanted);
        return found == texts.end() ? TextCode::kNone : static_cast<int8_t>(found - texts.begin());
      };
      ASSERT_EQ(plain(text), place(text)) << text;
      ASSERT_EQ(lower(text), place(mapped)) << text;
      rows.append(i % 7 == 0 ? text + "Ä" : text);
    }
    const ColumnPtr column = rows.finish(SqlType::string()).ValueOrDie()->slice(3, 97);
    for (const TextCode* code : {&plain, &lower}) {
      std::vector<int8_t> codes(97);
      code->of_rows(*column, 97, codes.data());
      for (int64_t row = 0; row < 97; ++row) {
        ASSERT_EQ(codes[static_cast<size_t>(row)], (*code)(column->value<std::string_view>(row)));
      }
    }
  }
}

}  // namespace
}  // namespace hw
