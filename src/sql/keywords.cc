// SPDX-License-Identifier: Apache-2.0

#include "sql/keywords.h"

#include <cstddef>

namespace hw {
namespace {

constexpr size_t longest_keyword() {
  size_t longest = 0;
  for (const std::string_view word : kKeywords) longest = std::max(longest, word.size());
  return longest;
}

constexpr auto kIsReserved = [] {
  std::array<bool, kKeywords.size()> flags{};
  for (const std::string_view word : kReservedWords) {
    flags[std::ranges::lower_bound(kKeywords, word) - kKeywords.begin()] = true;
  }
  return flags;
}();

}  // namespace

Keyword Keyword::find(std::string_view word) {
  std::array<char, longest_keyword()> upper;
  if (word.size() > upper.size()) return {};
  for (size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    upper[i] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  Keyword keyword;
  keyword.index_ = index_of({upper.data(), word.size()});
  return keyword;
}

bool Keyword::reserved() const { return known() && kIsReserved[index_]; }

std::string_view Keyword::text() const { return known() ? kKeywords[index_] : std::string_view(); }

}  // namespace hw
