// SPDX-License-Identifier: Apache-2.0
//
// Names of the files and folders of a topic: numbers with leading zeros, so that they sort.
// Internal to log/.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hw {

/// `number` with at least `digits` digits. Requires: number >= 0.
inline std::string numbered(int64_t number, size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

inline std::string chain_folder(const std::string& topic_path) { return topic_path + "/chain"; }
inline std::string record_name(int64_t record) { return numbered(record, 16) + ".rec"; }
inline std::string state_name(int64_t record) { return numbered(record, 16) + ".state"; }
inline std::string partition_folder(const std::string& topic_path, int64_t partition) {
  return topic_path + "/p" + numbered(partition, 5);
}
/// Locked by writer `number` while it lives.
inline std::string writer_lock(const std::string& topic_path, int64_t partition, int64_t number) {
  return partition_folder(topic_path, partition) + "/" + numbered(number, 16) + ".lock";
}

/// The number before the suffix, or nothing when the name is not of that form.
inline std::optional<int64_t> number_of(std::string_view name, std::string_view suffix) {
  constexpr size_t kDigitsMax = 18;
  if (!name.ends_with(suffix)) return std::nullopt;
  name.remove_suffix(suffix.size());
  if (name.empty() || name.size() > kDigitsMax) return std::nullopt;
  int64_t number = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace hw
