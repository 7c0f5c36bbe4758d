// SPDX-License-Identifier: Apache-2.0

#include "expr/time_pattern.h"

#include "columnar/text/calendar.h"
#include "expr/time_pattern_names.h"

namespace hw {
namespace {

constexpr std::string_view kLetters = "yuMLdDEaHkhKmsSwzXx";

// A month outside of 1..12 rolls over into the year.
int64_t days_of(int64_t year, int64_t month, int64_t day) {
  return days_from_civil(year + floor_div(month - 1, 12),
                         static_cast<int32_t>(floor_mod(month - 1, 12)) + 1, day);
}

void append_padded(int64_t value, int width, std::string& out) {
  const std::string digits = std::to_string(value < 0 ? -value : value);
  if (value < 0) out += '-';
  if (static_cast<int>(digits.size()) < width) out.append(width - digits.size(), '0');
  out += digits;
}

int64_t days_of(const PatternFields& fields) {
  return days_of(fields.year, fields.month, fields.day);
}

// Weeks as in the US locale, Java's default here: they begin on Sunday, week 1 holds 1 January.
int64_t week_of_year(int64_t days) {
  const int64_t first = days - day_of_year(days) + 1;
  return (day_of_year(days) + day_of_week(first) - 2) / 7 + 1;
}

void append_offset(const PatternFields& fields, char letter, int count, std::string& out) {
  const int32_t offset = fields.offset_seconds.value_or(0);
  if (letter == 'X' && offset == 0) {
    out += 'Z';
    return;
  }
  const int32_t minutes = (offset < 0 ? -offset : offset) / 60;
  out += offset < 0 ? '-' : '+';
  append_padded(minutes / 60, 2, out);
  if (count == 1 && minutes % 60 == 0) return;
  if (count >= 3) out += ':';
  append_padded(minutes % 60, 2, out);
}

}  // namespace

PatternFields PatternFields::from_ticks(int64_t ticks, int64_t ticks_per_second) {
  const int64_t seconds = floor_div(ticks, ticks_per_second);
  const int64_t fraction = floor_mod(ticks, ticks_per_second);
  const int64_t of_day = floor_mod(seconds, kSecondsPerDay);
  const CivilDate date = civil_from_days(floor_div(seconds, kSecondsPerDay));
  PatternFields fields;
  fields.year = date.year;
  fields.month = date.month;
  fields.day = date.day;
  fields.hour = of_day / 3600;
  fields.minute = of_day / 60 % 60;
  fields.second = of_day % 60;
  fields.nanos = fraction * (1'000'000'000 / ticks_per_second);
  return fields;
}

int64_t PatternFields::to_ticks(int64_t ticks_per_second) const {
  const int64_t seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
  return seconds * ticks_per_second + floor_div(nanos, 1'000'000'000 / ticks_per_second);
}

Result<TimePattern> TimePattern::compile(std::string_view pattern, PatternStyle style) {
  TimePattern compiled;
  compiled.style_ = style;
  for (size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    Part part;
    if (letter) {
      if (kLetters.find(c) == std::string_view::npos) {
        return Status::Invalid("a date pattern has no letter '", std::string(1, c),
                               "' here; quote text as in 'T', pattern ", pattern);
      }
      part.letter = c;
      while (i < pattern.size() && pattern[i] == c) {
        ++part.count;
        ++i;
      }
    } else if (c == '\'') {
      const bool doubled = pattern.substr(i, 2) == "''";
      size_t end = i + 1;
      if (doubled) part.literal = "'";
      while (!doubled && end < pattern.size() &&
             (pattern[end] != '\'' || pattern.substr(end, 2) == "''")) {
        part.literal += pattern[end];
        end += pattern[end] == '\'' ? 2 : 1;
      }
      if (end >= pattern.size()) {
        return Status::Invalid("a quote in a date pattern must be closed, pattern ", pattern);
      }
      i = end + 1;
    } else {
      part.literal = c;
      ++i;
    }
    compiled.parts_.push_back(std::move(part));
  }
  for (size_t i = 0; i + 1 < compiled.parts_.size(); ++i) {
    compiled.parts_[i].adjacent =
        is_numeric(compiled.parts_[i]) && is_numeric(compiled.parts_[i + 1]);
  }
  return compiled;
}

bool TimePattern::is_numeric(const Part& part) {
  switch (part.letter) {
    case 0:
    case 'E':
    case 'a':
    case 'z':
    case 'X':
    case 'x':
      return false;
    case 'M':
    case 'L':
      return part.count <= 2;
    default:
      return true;
  }
}

int TimePattern::fraction_digits() const {
  int digits = 0;
  for (const Part& part : parts_) {
    if (part.letter == 'S') digits = part.count;
  }
  return digits;
}

void TimePattern::format(const PatternFields& fields, std::string_view zone,
                         std::string& out) const {
  for (const Part& part : parts_) format_part(part, fields, zone, out);
}

void TimePattern::format_part(const Part& part, const PatternFields& fields, std::string_view zone,
                              std::string& out) const {
  const int64_t hour12 = fields.hour % 12;
  switch (part.letter) {
    case 0:
      out += part.literal;
      return;
    case 'y':
    case 'u':
      if (part.count == 2) return append_padded(((fields.year % 100) + 100) % 100, 2, out);
      return append_padded(fields.year, part.count, out);
    case 'M':
    case 'L':
      if (part.count >= 3) {
        const std::string_view name = kMonthNames[static_cast<size_t>(fields.month - 1)];
        out += part.count == 3 ? name.substr(0, 3) : name;
        return;
      }
      return append_padded(fields.month, part.count, out);
    case 'd':
      return append_padded(fields.day, part.count, out);
    case 'D':
      return append_padded(day_of_year(days_of(fields)), part.count, out);
    case 'w':
      return append_padded(week_of_year(days_of(fields)), part.count, out);
    case 'E': {
      const std::string_view name =
          kDayNames[static_cast<size_t>(iso_day_of_week(days_of(fields)) - 1)];
      out += part.count <= 3 ? name.substr(0, 3) : name;
      return;
    }
    case 'a':
      out += fields.hour < 12 ? "AM" : "PM";
      return;
    case 'H':
      return append_padded(fields.hour, part.count, out);
    case 'k':
      return append_padded(fields.hour == 0 ? 24 : fields.hour, part.count, out);
    case 'h':
      return append_padded(hour12 == 0 ? 12 : hour12, part.count, out);
    case 'K':
      return append_padded(hour12, part.count, out);
    case 'm':
      return append_padded(fields.minute, part.count, out);
    case 's':
      return append_padded(fields.second, part.count, out);
    case 'S': {
      if (style_ == PatternStyle::kLenient) {
        return append_padded(fields.nanos / 1'000'000, part.count, out);
      }
      std::string digits = std::to_string(1'000'000'000 + fields.nanos).substr(1);
      digits.resize(static_cast<size_t>(part.count), '0');
      out += digits;
      return;
    }
    case 'z':
      out += zone;
      return;
    default:
      return append_offset(fields, part.letter, part.count, out);
  }
}

}  // namespace hw
