// SPDX-License-Identifier: Apache-2.0

#include "plan/catalog/near_names.h"

#include <algorithm>
#include <vector>

#include "base/did_you_mean.h"

namespace hw {
namespace {

constexpr size_t kListedMax = 8;

}  // namespace

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  std::string text;
  for (const std::string& near : nearest(name, candidates)) {
    const int longer = static_cast<int>(std::max(name.size(), near.size()));
    if (edit_distance(name, near, longer) >= longer) continue;  // no letter in common
    text += (text.empty() ? "; did you mean '" : " or '") + near + "'";
  }
  return text.empty() ? text : text + "?";
}

std::string did_you_mean_or(std::string_view lead, std::string_view name,
                            std::span<const std::string> candidates) {
  std::string text = did_you_mean(name, candidates);
  if (!text.empty()) return text;
  std::vector<std::string> listed;
  for (const std::string& candidate : candidates) {
    if (std::find(listed.begin(), listed.end(), candidate) != listed.end()) continue;
    if (listed.size() == kListedMax) return text + ", …";
    text += (listed.empty() ? "; " + std::string(lead) + " " : ", ") + candidate;
    listed.push_back(candidate);
  }
  return text;
}

}  // namespace hw
