// SPDX-License-Identifier: Apache-2.0
//
// Dates for the reference interpreter, by the C++ library's calendar: the engine has one of its
// own.

#pragma once

#include <chrono>
#include <cstdint>

namespace hw::reference {

struct Date {
  int64_t year = 1970;
  int64_t month = 1;
  int64_t day = 1;
};

/// Days since 1970-01-01 to a date; years that the library has (±32767).
inline Date date_of(int64_t days) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(days)}}};
  return {int{date.year()}, unsigned{date.month()}, unsigned{date.day()}};
}

inline int64_t days_of(const Date& date) {
  const std::chrono::year_month_day day{std::chrono::year{static_cast<int>(date.year)},
                                        std::chrono::month{static_cast<unsigned>(date.month)},
                                        std::chrono::day{static_cast<unsigned>(date.day)}};
  return std::chrono::sys_days{day}.time_since_epoch().count();
}

/// The last day of the date's month.
inline int64_t last_day(const Date& date) {
  const Date next =
      date.month == 12 ? Date{date.year + 1, 1, 1} : Date{date.year, date.month + 1, 1};
  return date_of(days_of(next) - 1).day;
}

/// Rounds toward minus infinity. Requires: b > 0.
inline int64_t floor_divide(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

}  // namespace hw::reference
