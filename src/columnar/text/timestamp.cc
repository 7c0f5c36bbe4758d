// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/timestamp.h"

#include <algorithm>

#include "columnar/text/calendar.h"

namespace hw {
namespace {

constexpr int64_t kYearMax = 9'999;

int64_t power_of_ten(int exponent) {
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

void put_2(char* to, int32_t value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

void append_clock(int64_t second_of_day, std::string& out) {
  const CivilTime time = civil_time(second_of_day);
  char text[8] = {'0', '0', ':', '0', '0', ':', '0', '0'};
  put_2(text, time.hour);
  put_2(text + 3, time.minute);
  put_2(text + 6, time.second);
  out.append(text, sizeof(text));
}

/// The first `digits` of `width` digits behind the point.
void append_fraction(int64_t part, int width, int digits, Fraction style, std::string& out) {
  char text[10];
  text[0] = '.';
  for (int i = width; i > 0; --i, part /= 10) text[i] = static_cast<char>('0' + part % 10);
  int length = std::min(digits, width);
  if (style != Fraction::kExact) {
    const int least = style == Fraction::kCut ? 0 : 1;
    while (length > least && text[length] == '0') --length;
  }
  if (length > 0) out.append(text, static_cast<size_t>(length) + 1);
}

/// Takes `[.]fraction` as ticks; digits that the ticks do not hold are cut.
bool take_fraction(std::string_view& text, int digits_kept, int64_t ticks_per_second,
                   int64_t& ticks) {
  ticks = 0;
  if (text.empty()) return true;
  if (text[0] != '.') return false;
  text.remove_prefix(1);
  int64_t unit = ticks_per_second / 10;
  int taken = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    if (taken < digits_kept) ticks += unit * (text[0] - '0');
    unit /= 10;
    ++taken;
    text.remove_prefix(1);
  }
  return text.empty();
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

/// Reads `y-m-d`, or with `partial` also `y` and `y-m`.
ParseOutcome parse_day(std::string_view text, bool partial, int64_t& days) {
  int64_t year = 0, month = 1, day = 1;
  if (!take_number(text, 9, year)) return ParseOutcome::kMalformed;
  const bool has_month = take_char(text, '-');
  if (has_month && !take_number(text, 2, month)) return ParseOutcome::kMalformed;
  const bool has_day = has_month && take_char(text, '-');
  if (has_day && !take_number(text, 2, day)) return ParseOutcome::kMalformed;
  if (!text.empty() || (!has_day && !partial)) return ParseOutcome::kMalformed;
  if (year > kYearMax || !is_valid_date(year, month, day)) return ParseOutcome::kOutOfRange;
  days = days_from_civil(year, static_cast<int32_t>(month), day);
  return ParseOutcome::kOk;
}

struct Clock {
  int64_t hour = 0, minute = 0, second = 0;
  int64_t fraction = 0;  // ticks
  bool in_range() const { return hour <= 23 && minute <= 59 && second <= 59; }
  int64_t seconds() const { return hour * 3'600 + minute * 60 + second; }
};

}  // namespace

void append_date(int64_t days, std::string& out) {
  const CivilDate date = civil_from_days(days);
  if (date.year >= 0 && date.year <= kYearMax) {
    char text[10] = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0'};
    put_2(text, static_cast<int32_t>(date.year / 100));
    put_2(text + 2, static_cast<int32_t>(date.year % 100));
    put_2(text + 5, date.month);
    put_2(text + 8, date.day);
    out.append(text, sizeof(text));
    return;
  }
  if (date.year < 0) out += '-';
  append_padded(static_cast<uint64_t>(std::abs(date.year)), 4, out);
  out += '-';
  append_padded(static_cast<uint64_t>(date.month), 2, out);
  out += '-';
  append_padded(static_cast<uint64_t>(date.day), 2, out);
}

void append_time(int64_t millis_of_day, int precision, Fraction fraction, std::string& out) {
  const int64_t millis = floor_mod(millis_of_day, kMillisPerDay);
  append_clock(millis / 1'000, out);
  if (precision > 0) append_fraction(millis % 1'000, 3, precision, fraction, out);
}

void append_timestamp(int64_t ticks, int precision, Fraction fraction, std::string& out) {
  const int64_t per_second = ticks_per_second_of(precision);
  const int64_t seconds = floor_div(ticks, per_second);
  append_date(floor_div(seconds, kSecondsPerDay), out);
  out += ' ';
  append_clock(floor_mod(seconds, kSecondsPerDay), out);
  if (precision == 0) return;
  const int width = precision <= 3 ? 3 : (precision <= 6 ? 6 : 9);
  append_fraction(floor_mod(ticks, per_second), width, precision, fraction, out);
}

ParseOutcome parse_date(std::string_view text, int32_t& days) {
  text = trimmed(text);
  text = text.substr(0, text.find(' '));
  int64_t wide = 0;
  const ParseOutcome outcome = parse_day(text, /*partial=*/true, wide);
  if (outcome == ParseOutcome::kOk) days = static_cast<int32_t>(wide);
  return outcome;
}

ParseOutcome parse_time(std::string_view text, int precision, int32_t& millis_of_day) {
  text = trimmed(text);
  Clock clock;
  if (!take_number(text, 2, clock.hour)) return ParseOutcome::kMalformed;
  if (!text.empty()) {
    if (!take_char(text, ':') || !take_number(text, 2, clock.minute)) {
      return ParseOutcome::kMalformed;
    }
    if (!text.empty()) {
      if (!take_char(text, ':') || !take_number(text, 2, clock.second)) {
        return ParseOutcome::kMalformed;
      }
      if (!take_fraction(text, std::min(precision, 3), 1'000, clock.fraction)) {
        return ParseOutcome::kMalformed;
      }
    }
  }
  if (!clock.in_range()) return ParseOutcome::kOutOfRange;
  millis_of_day = static_cast<int32_t>(clock.seconds() * 1'000 + clock.fraction);
  return ParseOutcome::kOk;
}

ParseOutcome parse_timestamp(std::string_view text, int precision, int64_t& ticks) {
  text = trimmed(text);
  const size_t blank = text.find(' ');
  int64_t days = 0;
  const ParseOutcome day = parse_day(text.substr(0, blank), /*partial=*/false, days);
  if (day != ParseOutcome::kOk) return day;
  Clock clock;
  const int64_t per_second = ticks_per_second_of(precision);
  if (blank != std::string_view::npos) {
    std::string_view rest = trimmed(text.substr(blank));
    const bool well_formed = take_number(rest, 2, clock.hour) && take_char(rest, ':') &&
                             take_number(rest, 2, clock.minute) && take_char(rest, ':') &&
                             take_number(rest, 2, clock.second) &&
                             take_fraction(rest, precision, per_second, clock.fraction);
    if (!well_formed) return ParseOutcome::kMalformed;
    if (!clock.in_range()) return ParseOutcome::kOutOfRange;
  }
  int64_t value = 0;
  if (__builtin_mul_overflow(days * kSecondsPerDay + clock.seconds(), per_second, &value) ||
      __builtin_add_overflow(value, clock.fraction, &value)) {
    return ParseOutcome::kOutOfRange;
  }
  ticks = value;
  return ParseOutcome::kOk;
}

bool change_precision(int64_t ticks, int from_precision, int to_precision, int64_t& out) {
  const int64_t from = ticks_per_second_of(from_precision);
  const int64_t to = ticks_per_second_of(to_precision);
  int64_t value = ticks;
  if (to < from) value = floor_div(ticks, from / to);
  if (to > from && __builtin_mul_overflow(ticks, to / from, &value)) return false;
  if (to_precision < from_precision) {
    const int width = to == 1'000 ? 3 : (to == 1'000'000 ? 6 : 9);
    const int64_t unit = power_of_ten(width - std::min(to_precision, width));
    value -= floor_mod(value, unit);
  }
  out = value;
  return true;
}

}  // namespace hw
