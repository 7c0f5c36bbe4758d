// SPDX-License-Identifier: Apache-2.0
//
// Exact arithmetic on unscaled DECIMAL values of at most 38 digits. Rounding is HALF_UP (away from
// zero at a tie); what does not fit is nullopt, which SQL shows as NULL.

#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "expr/row_value.h"

namespace hw {

constexpr int kDecimalDigitsMax = 38;

namespace decimal_detail {
constexpr std::array<Int128, kDecimalDigitsMax + 1> powers() {
  std::array<Int128, kDecimalDigitsMax + 1> all{};
  all[0] = 1;
  for (size_t i = 1; i < all.size(); ++i) all[i] = all[i - 1] * 10;
  return all;
}
}  // namespace decimal_detail

inline constexpr std::array<Int128, kDecimalDigitsMax + 1> kPowersOfTen =
    decimal_detail::powers();

/// 10^n. Requires: 0 <= n <= 38.
inline Int128 power_of_ten(int n) { return kPowersOfTen[static_cast<size_t>(n)]; }

inline bool fits_digits(Int128 value, int digits) {
  const Int128 bound = power_of_ten(digits);
  return value < bound && value > -bound;
}

/// value / divisor, rounded. Requires: divisor > 0.
inline Int128 divide_half_up(Int128 value, Int128 divisor) {
  const Int128 quotient = value / divisor;
  const Int128 rest = value % divisor;
  if (rest >= 0) return rest >= divisor - rest ? quotient + 1 : quotient;
  return -rest >= divisor + rest ? quotient - 1 : quotient;
}

/// The value with `to` instead of `from` digits behind the point, if it then has at most `digits`.
std::optional<Int128> rescale_decimal(Int128 value, int from, int to, int digits);

/// a * b without its last `dropped` digits.
std::optional<Int128> multiply_decimals(Int128 a, Int128 b, int dropped, int digits);

/// a + b where both are first multiplied by 10^shift, then the last `dropped` digits rounded away.
std::optional<Int128> add_decimals(Int128 a, int shift_a, Int128 b, int shift_b, int dropped,
                                   int digits);

/// a * 10^shift / b, first rounded to 38 significant digits as Java's MathContext(38) does, then
/// to a whole number. `shift` may be negative. Requires: b != 0.
std::optional<Int128> divide_decimals(Int128 a, Int128 b, int shift, int digits);

/// The remainder of a * 10^shift_a / (b * 10^shift_b), with a's sign. Requires: b != 0.
std::optional<Int128> modulo_decimals(Int128 a, int shift_a, Int128 b, int shift_b, int digits);

/// Order of a * 10^shift_a and b * 10^shift_b: -1, 0, 1.
int compare_decimals(Int128 a, int shift_a, Int128 b, int shift_b);

/// The nearest double to value / 10^scale.
double decimal_to_double(Int128 value, int scale);

}  // namespace hw
