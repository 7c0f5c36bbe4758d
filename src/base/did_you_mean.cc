// SPDX-License-Identifier: Apache-2.0

#include "base/did_you_mean.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace hw {
namespace {

constexpr size_t kSuggestionsMax = 3;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// A short word allows one error, a long one a third of its letters.
int tolerance(size_t length) { return std::max(1, static_cast<int>(length) / 3); }

}  // namespace

int edit_distance(std::string_view a, std::string_view b, int limit) {
  if (std::abs(static_cast<int>(a.size()) - static_cast<int>(b.size())) > limit) return limit + 1;
  const size_t width = b.size() + 1;
  std::vector<int> before(width), above(width), row(width);
  for (size_t j = 0; j < width; ++j) above[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    int best = row[0];
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
      best = std::min(best, row[j]);
    }
    if (best > limit) return limit + 1;
    std::swap(before, above);
    std::swap(above, row);
  }
  return std::min(above[b.size()], limit + 1);
}

std::vector<std::string> nearest(std::string_view name, std::span<const std::string> candidates) {
  const int limit = tolerance(name.size());
  std::vector<std::pair<int, const std::string*>> found;
  for (const std::string& candidate : candidates) {
    const int distance = edit_distance(name, candidate, limit);
    if (distance <= limit) found.emplace_back(distance, &candidate);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  std::vector<std::string> names;
  for (const auto& [distance, candidate] : found) {
    if (names.size() == kSuggestionsMax) break;
    if (std::find(names.begin(), names.end(), *candidate) == names.end()) {
      names.push_back(*candidate);
    }
  }
  return names;
}

}  // namespace hw
