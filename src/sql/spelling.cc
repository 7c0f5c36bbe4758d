// SPDX-License-Identifier: Apache-2.0

#include "sql/spelling.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hw {
namespace {

// Longer words are not compared.
constexpr size_t kWordLengthMax = 63;

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// Counts insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
size_t distance(std::string_view a, std::string_view b) {
  std::array<std::array<size_t, kWordLengthMax + 1>, 3> rows{};
  for (size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    const auto& two_above = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = upper(a[i - 1]) == upper(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && upper(a[i - 1]) == upper(b[j - 2]) &&
          upper(a[i - 2]) == upper(b[j - 1])) {
        row[j] = std::min(row[j], two_above[j - 2] + 1);
      }
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() <= 2 || word.size() > kWordLengthMax) return {};
  size_t best = word.size() >= 5 ? 3 : 2;
  std::string_view nearest;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kWordLengthMax) continue;
    const size_t found = distance(word, candidate);
    if (found == 0) return {};
    if (found < best) {
      best = found;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace hw
