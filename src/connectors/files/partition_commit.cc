// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/partition_commit.h"

#include <algorithm>
#include <array>
#include <optional>

#include "columnar/text/calendar.h"

namespace hw {
namespace {

constexpr std::string_view kLetters = "yMdHmsS";
constexpr int kFractionDigitsMax = 9;
/// A year of more digits is outside of what milliseconds can say.
constexpr size_t kYearDigitsMax = 6;

/// Year … second and a fraction, as far as the pattern has them.
struct TimeParts {
  std::array<int64_t, kLetters.size()> values = {1970, 1, 1, 0, 0, 0, 0};
  int fraction_digits = 0;
};

/// Reads as many digits as the pattern's letters, or as there are when nothing else limits them.
bool read_number(std::string_view& text, size_t digits_max, int64_t* value, int* digits) {
  *value = 0;
  *digits = 0;
  while (!text.empty() && static_cast<size_t>(*digits) < digits_max && text[0] >= '0' &&
         text[0] <= '9') {
    *value = *value * 10 + (text[0] - '0');
    text.remove_prefix(1);
    ++*digits;
  }
  return *digits > 0;
}

std::optional<TimeParts> read_time(std::string_view text, std::string_view format) {
  TimeParts parts;
  while (!format.empty()) {
    const char letter = format[0];
    const size_t kind = kLetters.find(letter);
    if (kind == std::string_view::npos) {
      // Without the time of day behind it, a date is its midnight.
      if (text.empty() && letter == ' ') return parts;
      if (letter == '\'') {
        format.remove_prefix(1);
        continue;
      }
      if (text.empty() || text[0] != letter) return std::nullopt;
      text.remove_prefix(1);
      format.remove_prefix(1);
      continue;
    }
    const size_t count = std::min(format.find_first_not_of(letter), format.size());
    int digits = 0;
    const size_t digits_max = letter == 'y' ? std::clamp<size_t>(count, 4, kYearDigitsMax)
                                            : std::clamp<size_t>(count, 2, kFractionDigitsMax);
    if (!read_number(text, digits_max, &parts.values[kind], &digits)) {
      return std::nullopt;
    }
    if (letter == 'S') parts.fraction_digits = std::min(digits, kFractionDigitsMax);
    format.remove_prefix(count);
  }
  return text.empty() ? std::optional(parts) : std::nullopt;
}

std::optional<int64_t> local_ms(const TimeParts& parts) {
  const auto& [year, month, day, hour, minute, second, fraction] = parts.values;
  const bool sound = month >= 1 && month <= 12 && day >= 1 &&
                     day <= days_in_month(year, static_cast<int32_t>(month)) && hour < 24 &&
                     minute < 60 && second < 60;
  if (!sound) return std::nullopt;
  int64_t ms = fraction;
  for (int digits = parts.fraction_digits; digits > 3; --digits) ms /= 10;
  for (int digits = parts.fraction_digits; digits < 3; ++digits) ms *= 10;
  const int64_t days = days_from_civil(year, static_cast<int32_t>(month), day);
  return ((days * 24 + hour) * 60 + minute) * 60'000 + second * 1'000 + ms;
}

}  // namespace

Status check_time_format(std::string_view format) {
  for (const char c : format) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter && c != 'T' && kLetters.find(c) == std::string_view::npos) {
      return Status::Invalid(
          "option 'partition.time-extractor.timestamp-formatter' has the letters y M d H m s S, "
          "but '",
          format, "' has '", std::string(1, c), "'");
    }
  }
  return Status::OK();
}

Result<int64_t> partition_time_ms(const PartitionCommitPolicy& policy,
                                  const std::vector<std::string>& keys,
                                  const std::vector<std::string>& values) {
  std::string text = policy.pattern.empty() ? values[0] : policy.pattern;
  if (!policy.pattern.empty()) {
    // Longer names first: `$day` is not `$d` and "ay".
    std::vector<size_t> order(keys.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return keys[a].size() > keys[b].size(); });
    for (const size_t key : order) {
      const std::string name = "$" + keys[key];
      for (size_t at = text.find(name); at != std::string::npos;
           at = text.find(name, at + values[key].size())) {
        text.replace(at, name.size(), values[key]);
      }
    }
  }
  const std::optional<TimeParts> parts = read_time(text, policy.format);
  const std::optional<int64_t> local = parts ? local_ms(*parts) : std::nullopt;
  if (!local) {
    return Status::Invalid("the time of a partition is written as '", policy.format, "', but '",
                           text,
                           "' is not; 'partition.time-extractor.timestamp-pattern' says how it is "
                           "made of the partition's values");
  }
  TimeZone zone = policy.zone;
  return zone.to_instant(*local, 1'000);
}

void OpenPartitions::add(const std::string& folder, int64_t since_ms, int64_t time_ms) {
  open_.try_emplace(folder, Partition{.since_ms = since_ms, .time_ms = time_ms});
}

bool OpenPartitions::complete(const Partition& partition, int64_t now_ms) const {
  // All time has passed: nothing comes any more.
  if (watermark_ms_ == INT64_MAX) return true;
  if (policy_.by_partition_time) return watermark_ms_ > partition.time_ms + policy_.delay_ms;
  return policy_.delay_ms == 0 || now_ms > partition.since_ms + policy_.delay_ms;
}

std::vector<std::string> OpenPartitions::take_complete(int64_t now_ms) {
  std::vector<std::string> folders;
  for (auto it = open_.begin(); it != open_.end();) {
    if (complete(it->second, now_ms)) {
      folders.push_back(it->first);
      it = open_.erase(it);
    } else {
      ++it;
    }
  }
  return folders;
}

std::map<std::string, int64_t> OpenPartitions::rest() const {
  std::map<std::string, int64_t> rest;
  for (const auto& [folder, partition] : open_) rest.emplace(folder, partition.since_ms);
  return rest;
}

}  // namespace hw
