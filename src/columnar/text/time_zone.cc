// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/time_zone.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <stdexcept>

#include <date/tz.h>

#include "columnar/text/calendar.h"

namespace hw {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
/// No clock was ever moved by more than a day and a bit.
constexpr int64_t kSafetySeconds = 2 * kSecondsPerDay;

/// The compiled database lists clock changes up to 2037. Later ones follow the last rules ("the
/// last Sunday of March"), so they are looked up in a listed year whose days from March on have
/// the same weekdays: these eight have them all. Nearer years may be exceptions: in 2026 Cuba left
/// its clocks alone in autumn.
constexpr int64_t kLastRuleYear = 2037;
constexpr int64_t kFirstRuleYear = 2030;
constexpr int64_t kUnlisted = days_from_civil(kLastRuleYear, 1, 1) * kSecondsPerDay;
constexpr int64_t kNeverEnds = days_from_civil(2200, 1, 1) * kSecondsPerDay;

std::optional<int32_t> digits(std::string_view text) {
  if (text.empty() || text.size() > 2) return std::nullopt;
  int32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// `+h`, `+hh`, `+hhmm`, `+hh:mm`, `+hh:mm:ss` in seconds.
std::optional<int32_t> parse_offset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int32_t sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  std::optional<int32_t> hours, minutes = 0, seconds = 0;
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    hours = digits(text.substr(0, colon));
    const std::string_view rest = text.substr(colon + 1);
    const size_t second_colon = rest.find(':');
    minutes = digits(rest.substr(0, second_colon));
    if (second_colon != std::string_view::npos) seconds = digits(rest.substr(second_colon + 1));
  } else if (text.size() == 4) {
    hours = digits(text.substr(0, 2));
    minutes = digits(text.substr(2));
  } else {
    hours = digits(text);
  }
  if (!hours || !minutes || !seconds || *minutes > 59 || *seconds > 59) return std::nullopt;
  const int32_t total = *hours * 3'600 + *minutes * 60 + *seconds;
  if (total > 18 * 3'600) return std::nullopt;
  return sign * total;
}

/// Nothing when the name is not one of a fixed offset.
std::optional<int32_t> fixed_offset(std::string_view name) {
  if (name == "UTC" || name == "Z" || name == "GMT" || name == "UT") return 0;
  if (name.starts_with("UTC") || name.starts_with("GMT")) return parse_offset(name.substr(3));
  if (name.starts_with("UT")) return parse_offset(name.substr(2));
  return parse_offset(name);
}

/// The year from March to February that a time lies in, and how many seconds earlier the one like
/// it begins.
struct RuleYear {
  int64_t begin;
  int64_t end;
  int64_t shift;
};
RuleYear rule_year_of(int64_t seconds) {
  const CivilDate date = civil_from_days(floor_div(seconds, kSecondsPerDay));
  const int64_t year = date.month < 3 ? date.year - 1 : date.year;
  const int64_t begin = days_from_civil(year, 3, 1);
  int64_t like = kLastRuleYear;
  while (like > kFirstRuleYear && floor_mod(begin - days_from_civil(like, 3, 1), 7) != 0) --like;
  return {begin * kSecondsPerDay, days_from_civil(year + 1, 3, 1) * kSecondsPerDay,
          (begin - days_from_civil(like, 3, 1)) * kSecondsPerDay};
}

int64_t seconds_of(date::sys_seconds time) { return time.time_since_epoch().count(); }

date::sys_info info_at(const date::time_zone& zone, int64_t epoch_seconds) {
  return zone.get_info(date::sys_seconds(std::chrono::seconds(epoch_seconds)));
}

date::local_info info_at_local(const date::time_zone& zone, int64_t local_seconds) {
  return zone.get_info(date::local_seconds(std::chrono::seconds(local_seconds)));
}

}  // namespace

struct TimeZone::Zone {
  const date::time_zone* zone;
};

Result<TimeZone> TimeZone::find(std::string_view name) {
  TimeZone found;
  found.name_ = std::string(name);
  if (const std::optional<int32_t> offset = fixed_offset(name)) {
    found.fixed_offset_ = *offset;
    return found;
  }
  try {
    const date::time_zone* zone = date::locate_zone(std::string(name));
    found.zone_ = std::make_shared<const Zone>(Zone{zone});
    found.look_up(0);
    return found;
  } catch (const std::exception&) {
    return Status::Invalid(
        "a time zone is a name such as 'Europe/Berlin' or an offset such as '+02:00', but it is '",
        name, "'");
  }
}

void TimeZone::look_up(int64_t epoch_seconds) {
  date::sys_info info = info_at(*zone_->zone, epoch_seconds);
  instant_begin_ = seconds_of(info.begin);
  instant_end_ = seconds_of(info.end);
  if (epoch_seconds >= kUnlisted && instant_end_ > kNeverEnds) {
    const RuleYear year = rule_year_of(epoch_seconds);
    info = info_at(*zone_->zone, epoch_seconds - year.shift);
    instant_begin_ = std::max(year.begin, seconds_of(info.begin) + year.shift);
    instant_end_ = std::min(year.end, seconds_of(info.end) + year.shift);
  }
  cached_offset_ = static_cast<int32_t>(info.offset.count());
  local_begin_ = instant_begin_ < kMin + kSafetySeconds ? kMin : instant_begin_ + kSafetySeconds;
  local_end_ = instant_end_ - kSafetySeconds;
}

int32_t TimeZone::look_up_local(int64_t local_seconds) {
  // Before a change of the clock for a skipped or repeated time: shifted forward, or earlier.
  const date::local_info info = info_at_local(*zone_->zone, local_seconds);
  int64_t offset = info.first.offset.count();
  if (local_seconds >= kUnlisted && seconds_of(info.first.end) > kNeverEnds) {
    const RuleYear year = rule_year_of(local_seconds);
    offset = info_at_local(*zone_->zone, local_seconds - year.shift).first.offset.count();
  }
  // Fills the cache with what holds at the instant, which may be the next interval.
  look_up(local_seconds - offset);
  return static_cast<int32_t>(offset);
}

int64_t TimeZone::to_local(int64_t instant, int64_t ticks_per_second) {
  const int64_t offset = offset_at(floor_div(instant, ticks_per_second));
  int64_t local = 0;
  if (__builtin_add_overflow(instant, offset * ticks_per_second, &local)) {
    return offset < 0 ? kMin : kMax;
  }
  return local;
}

int64_t TimeZone::to_instant(int64_t local, int64_t ticks_per_second) {
  const int64_t offset = offset_at_local(floor_div(local, ticks_per_second));
  int64_t instant = 0;
  if (__builtin_sub_overflow(local, offset * ticks_per_second, &instant)) {
    return offset < 0 ? kMax : kMin;
  }
  return instant;
}

}  // namespace hw
