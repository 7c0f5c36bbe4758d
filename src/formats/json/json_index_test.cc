// SPDX-License-Identifier: Apache-2.0

#include "formats/json/json_index.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hw {
namespace {

/// What build() finds, done one byte after the other.
JsonIndex::Outcome plainly(std::string_view text, JsonIndex::Lines lines,
                           std::vector<uint32_t>* offsets) {
  bool in_string = false, escaped = false, after_plain = false, control = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool was_escaped = escaped;
    escaped = c == '\\' && !was_escaped;
    const bool quote = c == '"' && !was_escaped;
    const bool inside = in_string;
    if (quote) in_string = !in_string;
    if ((inside || quote) && in_string && static_cast<uint8_t>(c) < 0x20) control = true;
    const bool line = c == '\n' && lines == JsonIndex::Lines::kOffsets;
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    const bool op = c == '{' || c == '}' || c == '[' || c == ']' || c == ':' || c == ',' || line;
    const bool plain = !blank && !op && !quote;
    if (!inside && (op || (!blank && !after_plain))) offsets->push_back(static_cast<uint32_t>(i));
    after_plain = plain;
  }
  if (in_string || control) return JsonIndex::Outcome::kBrokenString;
  return offsets->empty() ? JsonIndex::Outcome::kBlank : JsonIndex::Outcome::kOk;
}

void check_lines(const std::string& text, JsonIndex::Lines lines) {
  std::vector<uint32_t> expected;
  const JsonIndex::Outcome outcome = plainly(text, lines, &expected);
  JsonIndex index;
  ASSERT_EQ(index.build(text, lines, 77), outcome) << text;
  if (outcome != JsonIndex::Outcome::kOk) return;
  const std::vector<uint32_t> found(index.offsets(), index.offsets() + expected.size());
  EXPECT_EQ(found, expected) << text;
  for (int i = 0; i < JsonIndex::kSentinels; ++i) {
    EXPECT_EQ(index.offsets()[expected.size() + static_cast<size_t>(i)], 77u);
  }
}

void check(const std::string& text) {
  check_lines(text, JsonIndex::Lines::kBlanks);
  check_lines(text, JsonIndex::Lines::kOffsets);
}

TEST(JsonIndex, FindsBracketsQuotesAndTheBeginningsOfScalars) {
  check("{\"a\": [1, true, null], \"b\\\"\\\\\": \"c{,}\"}");
  check("");
  check("   \n\t ");
  check("\"open");
  check("\"\x01\"");
  check("\\\"x\" , \"y\"");
}

TEST(JsonIndex, AgreesWithThePlainWayWhereverBlocksEnd) {
  // Every text is moved through the block borders.
  for (const std::string base : {"{\"k\":\"v\\\\\\\"w\",\"n\":-12.5e3}",
                                 "[[\"\\\\\"],{\"\":\"\\\\\\\\\"}]", "\"\\u00e9\\n\" 17 x\"y"}) {
    for (size_t shift = 0; shift < 130; ++shift) check(std::string(shift, ' ') + base + base);
    for (size_t shift = 0; shift < 130; ++shift) {
      check("\"" + std::string(shift, '\\') + "\" , " + base);
    }
  }
}

TEST(JsonIndex, AgreesWithThePlainWayOnRandomText) {
  constexpr std::string_view kLetters = "\"\\{}[]:, \nab1";
  uint64_t state = 7;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const size_t size = state % 200;
    for (size_t i = 0; i < size; ++i) {
      state = state * 6364136223846793005 + 1442695040888963407;
      text += kLetters[(state >> 33) % kLetters.size()];
    }
    state = state * 6364136223846793005 + 1442695040888963407;
    check(text);
    if (HasFatalFailure()) return;
  }
}

TEST(JsonIndex, TellsInvalidUtf8ButKeepsTheOffsets) {
  JsonIndex index;
  EXPECT_EQ(index.build("{\"a\":\"ä\"}", JsonIndex::Lines::kBlanks, 0), JsonIndex::Outcome::kOk);
  EXPECT_EQ(index.build("{\"a\":\"\xff\"}", JsonIndex::Lines::kBlanks, 0),
            JsonIndex::Outcome::kInvalidUtf8);
  EXPECT_EQ(index.offsets()[2], 4u);
}

}  // namespace
}  // namespace hw
