// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cctype>

#include "columnar/text/calendar.h"
#include "expr/time_pattern.h"
#include "expr/time_pattern_names.h"

namespace hw {
namespace {

// More digits would not fit 64 bits; no field needs them.
constexpr int kDigitsMax = 18;

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) ==
                  std::tolower(static_cast<unsigned char>(b));
         });
}

// Index of the name that `rest` begins with (whole, else its first three letters), or -1.
template <size_t N>
int match_name(const std::array<std::string_view, N>& names, std::string_view& rest) {
  for (size_t i = 0; i < N; ++i) {
    for (const std::string_view name : {names[i], names[i].substr(0, 3)}) {
      if (!starts_with_ignoring_case(rest, name)) continue;
      rest.remove_prefix(name.size());
      return static_cast<int>(i);
    }
  }
  return -1;
}

bool parse_offset(std::string_view& rest, std::optional<int32_t>& offset) {
  for (const std::string_view utc : {"UTC", "GMT", "Z"}) {
    if (!starts_with_ignoring_case(rest, utc)) continue;
    rest.remove_prefix(utc.size());
    offset = 0;
    if (utc == "Z" || rest.empty() || (rest[0] != '+' && rest[0] != '-')) return true;
    break;
  }
  if (rest.empty() || (rest[0] != '+' && rest[0] != '-')) return false;
  const int sign = rest[0] == '-' ? -1 : 1;
  rest.remove_prefix(1);
  int digits[4] = {0, 0, 0, 0};
  int count = 0;
  while (count < 4 && !rest.empty()) {
    if (count == 2 && rest[0] == ':') {
      rest.remove_prefix(1);
      continue;
    }
    if (rest[0] < '0' || rest[0] > '9') break;
    digits[count++] = rest[0] - '0';
    rest.remove_prefix(1);
  }
  if (count != 2 && count != 4) return false;
  offset = sign * ((digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60);
  return true;
}

}  // namespace

struct TimePattern::ParseState {
  PatternFields fields;
  std::optional<int64_t> hour12;
  std::optional<int64_t> day_of_year;
  bool pm = false;
  bool has_pm = false;
};

std::optional<PatternFields> TimePattern::parse(std::string_view text) const {
  ParseState state;
  std::string_view rest = text;
  if (style_ == PatternStyle::kLenient) {
    while (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
  }
  for (const Part& part : parts_) {
    if (!parse_part(part, rest, state)) return std::nullopt;
  }
  if (style_ == PatternStyle::kStrict && !rest.empty()) return std::nullopt;
  return resolve(state);
}

bool TimePattern::parse_part(const Part& part, std::string_view& rest, ParseState& state) const {
  switch (part.letter) {
    case 0:
      if (!rest.starts_with(part.literal)) return false;
      rest.remove_prefix(part.literal.size());
      return true;
    case 'E':
      return match_name(kDayNames, rest) >= 0;
    case 'a':
      if (!starts_with_ignoring_case(rest, "AM") && !starts_with_ignoring_case(rest, "PM")) {
        return false;
      }
      state.pm = rest[0] == 'p' || rest[0] == 'P';
      state.has_pm = true;
      rest.remove_prefix(2);
      return true;
    case 'z':
    case 'X':
    case 'x':
      return parse_offset(rest, state.fields.offset_seconds);
    case 'M':
    case 'L':
      if (part.count >= 3) {
        const int month = match_name(kMonthNames, rest);
        state.fields.month = month + 1;
        return month >= 0;
      }
      return parse_number(part, rest, state);
    default:
      return parse_number(part, rest, state);
  }
}

bool TimePattern::parse_number(const Part& part, std::string_view& rest, ParseState& state) const {
  const bool strict = style_ == PatternStyle::kStrict;
  const bool year = part.letter == 'y' || part.letter == 'u';
  bool negative = false;
  if (!rest.empty() && rest[0] == '-' && (!strict || year)) {
    negative = true;
    rest.remove_prefix(1);
  }
  // A field followed by another takes exactly its letters' width; a strict one of two or more
  // letters too, but for a year of four, which may be longer.
  int width_max = kDigitsMax;
  if (part.adjacent) width_max = part.count;
  if (strict && part.count >= 2 && !(year && part.count >= 3)) width_max = part.count;
  const int width_min = strict ? part.count : 1;
  int64_t value = 0;
  int width = 0;
  while (width < width_max && !rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
    value = value * 10 + (rest[0] - '0');
    rest.remove_prefix(1);
    ++width;
  }
  if (width < width_min || width == 0) return false;
  if (negative) value = -value;
  switch (part.letter) {
    case 'y':
    case 'u':
      if (part.count == 2 && width == 2) value += strict || value < 46 ? 2000 : 1900;
      state.fields.year = value;
      return true;
    case 'M':
    case 'L':
      state.fields.month = value;
      return true;
    case 'd':
      state.fields.day = value;
      return true;
    case 'D':
      state.day_of_year = value;
      return true;
    case 'H':
      state.fields.hour = value;
      return true;
    case 'k':
      state.fields.hour = value % 24;
      return true;
    case 'h':
    case 'K':
      state.hour12 = value % 12;
      return !strict || value <= 12;
    case 'm':
      state.fields.minute = value;
      return true;
    case 's':
      state.fields.second = value;
      return true;
    case 'S':
      if (strict) {
        for (; width < 9; ++width) value *= 10;
        for (; width > 9; --width) value /= 10;
        state.fields.nanos = value;
      } else {
        state.fields.nanos = value * 1'000'000;
      }
      return true;
    default:
      return true;  // w: read and not used
  }
}

std::optional<PatternFields> TimePattern::resolve(const ParseState& state) const {
  PatternFields fields = state.fields;
  if (state.hour12) fields.hour = *state.hour12 + (state.has_pm && state.pm ? 12 : 0);
  if (state.day_of_year) {
    fields.month = 1;
    fields.day = *state.day_of_year;
  }
  if (style_ == PatternStyle::kLenient) return fields;
  if (fields.month < 1 || fields.month > 12 || fields.hour > 23 || fields.minute > 59 ||
      fields.second > 59) {
    return std::nullopt;
  }
  if (state.day_of_year) return fields;
  if (fields.day < 1 || fields.day > 31) return std::nullopt;
  // Java's SMART resolution: 30 February becomes the last day of February.
  fields.day =
      std::min<int64_t>(fields.day, days_in_month(fields.year, static_cast<int32_t>(fields.month)));
  return fields;
}

}  // namespace hw
