// SPDX-License-Identifier: Apache-2.0
//
// The proleptic Gregorian calendar without leap seconds: days since 1970-01-01 to year, month and
// day and back, for any year that fits. Also the floor arithmetic that times before 1970 need.

#pragma once

#include <cstdint>

namespace hw {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kMillisPerDay = 86'400'000;

/// Rounds toward negative infinity. Requires: divisor > 0.
constexpr int64_t floor_div(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return quotient - (value % divisor < 0);
}
/// In [0, divisor).
constexpr int64_t floor_mod(int64_t value, int64_t divisor) {
  const int64_t rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

struct CivilDate {
  int64_t year = 1970;
  int32_t month = 1;  // 1..12
  int32_t day = 1;    // 1..31
  constexpr bool operator==(const CivilDate&) const = default;
};

struct CivilTime {
  int32_t hour = 0;
  int32_t minute = 0;
  int32_t second = 0;
  int32_t nanos = 0;
};

constexpr bool is_leap_year(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int32_t days_in_month(int64_t year, int32_t month) {
  if (month == 2) return is_leap_year(year) ? 29 : 28;
  return 30 + ((month + (month > 7)) & 1);
}

/// Days since 1970-01-01. Requires: 1 <= month <= 12; the day may be out of range and rolls over.
constexpr int64_t days_from_civil(int64_t year, int32_t month, int64_t day) {
  // Years begin in March, so that the leap day is the last one; 400-year eras repeat exactly.
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = floor_div(y, 400);
  const int64_t year_of_era = y - era * 400;
  const int64_t month_from_march = month > 2 ? month - 3 : month + 9;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

constexpr CivilDate civil_from_days(int64_t days) {
  const int64_t shifted = days + 719'468;
  const int64_t era = floor_div(shifted, 146'097);
  const int64_t day_of_era = shifted - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int32_t>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const auto month =
      static_cast<int32_t>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2), month, day};
}

/// True for a day that exists; the year may be any.
constexpr bool is_valid_date(int64_t year, int64_t month, int64_t day) {
  return month >= 1 && month <= 12 && day >= 1 &&
         day <= days_in_month(year, static_cast<int32_t>(month));
}

/// The same day `months` later, the last one of its month where there is no such day.
constexpr int64_t add_months(int64_t days, int64_t months) {
  const CivilDate date = civil_from_days(days);
  const int64_t total = date.year * 12 + (date.month - 1) + months;
  const int64_t year = floor_div(total, 12);
  const auto month = static_cast<int32_t>(floor_mod(total, 12) + 1);
  const int32_t last = days_in_month(year, month);
  return days_from_civil(year, month, date.day < last ? date.day : last);
}

/// 1 = Sunday … 7 = Saturday.
constexpr int32_t day_of_week(int64_t days) {
  return static_cast<int32_t>(floor_mod(days + 4, 7)) + 1;
}
/// 1 = Monday … 7 = Sunday.
constexpr int32_t iso_day_of_week(int64_t days) {
  return static_cast<int32_t>(floor_mod(days + 3, 7)) + 1;
}

/// 1 = 1 January.
constexpr int32_t day_of_year(int64_t days) {
  return static_cast<int32_t>(days - days_from_civil(civil_from_days(days).year, 1, 1)) + 1;
}

struct IsoWeek {
  int64_t year;
  int32_t week;  // 1..53
};
/// The ISO week: it belongs to the year that its Thursday is in.
constexpr IsoWeek iso_week(int64_t days) {
  const int64_t thursday = days - iso_day_of_week(days) + 4;
  const int64_t year = civil_from_days(thursday).year;
  return {year, static_cast<int32_t>((thursday - days_from_civil(year, 1, 1)) / 7) + 1};
}

/// Takes the second of a day apart. `nanos` is left 0.
constexpr CivilTime civil_time(int64_t second_of_day) {
  const auto second = static_cast<int32_t>(second_of_day);
  return {second / 3'600, second / 60 % 60, second % 60, 0};
}

}  // namespace hw
