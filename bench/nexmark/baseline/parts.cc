// SPDX-License-Identifier: Apache-2.0

#include "baseline/parts.h"

namespace hw::bench {
namespace {

void two_digits(char* at, int64_t value) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

DayText::DayText(int64_t day) {
  // Civil date from days since 1970, in eras of 400 years that begin in March.
  const int64_t shifted = day + 719'468;
  const int64_t era = shifted / 146'097;
  const int64_t in_era = shifted % 146'097;
  const int64_t year_in_era = (in_era - in_era / 1'460 + in_era / 36'524 - in_era / 146'096) / 365;
  const int64_t in_year = in_era - (365 * year_in_era + year_in_era / 4 - year_in_era / 100);
  const int64_t march_month = (5 * in_year + 2) / 153;
  const int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  const int64_t year = year_in_era + era * 400 + (month <= 2 ? 1 : 0);
  two_digits(text_.data(), year / 100);
  two_digits(text_.data() + 2, year % 100);
  text_[4] = text_[7] = '-';
  two_digits(text_.data() + 5, month);
  two_digits(text_.data() + 8, in_year - (153 * march_month + 2) / 5 + 1);
}

MinuteText::MinuteText(int64_t time_ms) {
  const int64_t minute = time_ms % kDayMs / 60'000;
  two_digits(text_.data(), minute / 60);
  text_[2] = ':';
  two_digits(text_.data() + 3, minute % 60);
}

}  // namespace hw::bench
