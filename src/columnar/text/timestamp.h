// SPDX-License-Identifier: Apache-2.0
//
// Text of DATE, TIME and TIMESTAMP: days, milliseconds of the day and ticks as the types store
// them, printed and read as CAST does it.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "columnar/text/integer.h"

namespace hw {

/// How the fraction of a second is printed.
enum class Fraction : uint8_t {
  kExact,     // all digits of the precision: `00:00:00.120`
  kAtLeast1,  // zeros at the end are cut, one digit stays: `.0`
  kCut,       // zeros at the end are cut, and the point if nothing is left
};

/// Units of a second by precision: 10^3, 10^6 or 10^9.
constexpr int64_t ticks_per_second_of(int precision) {
  if (precision <= 3) return 1'000;
  return precision <= 6 ? 1'000'000 : 1'000'000'000;
}

/// `2020-01-31`; years have at least four digits and a `-` before year 0.
void append_date(int64_t days, std::string& out);
/// `10:00:00` and a fraction, for precision 0 only with Fraction::kCut.
void append_time(int64_t millis_of_day, int precision, Fraction fraction, std::string& out);
/// `2020-01-31 10:00:00.123`.
void append_timestamp(int64_t ticks, int precision, Fraction fraction, std::string& out);

/// `y[-m[-d]]`; what follows a blank is ignored. Years 0 to 9999.
ParseOutcome parse_date(std::string_view text, int32_t& days);
/// `H[:m[:s[.f]]]`; the fraction is cut to the precision, and to milliseconds.
ParseOutcome parse_time(std::string_view text, int precision, int32_t& millis_of_day);
/// `yyyy-[M]M-[d]d[ [H]H:[m]m:[s]s[.fraction]]`; the fraction is cut to the precision. kOutOfRange
/// when the type's 64 bits do not hold it.
ParseOutcome parse_timestamp(std::string_view text, int precision, int64_t& ticks);

/// `value` cut down (toward the past) to the digits of a lower precision; both in their own ticks.
/// False when it does not fit the finer ticks.
bool change_precision(int64_t ticks, int from_precision, int to_precision, int64_t& out);

}  // namespace hw
