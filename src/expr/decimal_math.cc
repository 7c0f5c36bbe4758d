// SPDX-License-Identifier: Apache-2.0

#include "expr/decimal_math.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/util/decimal.h>

#include "base/assert.h"
#include "base/status.h"

namespace hw {
namespace {

using Wide = arrow::Decimal256;

/// Digits that a 256-bit number holds for sure.
constexpr int kWideDigits = 76;

Wide widen(Int128 value) {
  const auto low = static_cast<uint64_t>(value);
  const auto high = static_cast<uint64_t>(value >> 64);
  const uint64_t sign = value < 0 ? ~uint64_t{0} : 0;
  return Wide(Wide::LittleEndianArray, {low, high, sign, sign});
}

std::optional<Int128> narrow(const Wide& value, int digits) {
  if (!value.FitsInPrecision(digits)) return std::nullopt;
  const std::array<uint64_t, 4> words = value.little_endian_array();
  return static_cast<Int128>((static_cast<UInt128>(words[1]) << 64) | words[0]);
}

Wide wide_power(int n) {
  // Two factors, because one table holds powers up to 38 only.
  const int first = std::min(n, kDecimalDigitsMax);
  Wide power = widen(power_of_ten(first));
  if (n > first) power *= widen(power_of_ten(n - first));
  return power;
}

Wide absolute(Wide value) { return value.Abs(); }

Wide remainder(const Wide& value, const Wide& divisor) {
  // Fails for a zero divisor only, which every caller excludes.
  const Result<std::pair<Wide, Wide>> divided = value.Divide(divisor);
  HW_CHECK(divided.ok());
  return divided->second;
}

/// Rounded quotient. Requires: divisor > 0.
Wide divide_half_up(const Wide& value, const Wide& divisor) {
  const Result<std::pair<Wide, Wide>> divided = value.Divide(divisor);
  HW_CHECK(divided.ok());
  auto [quotient, rest] = *divided;
  const Wide size = absolute(rest);
  if (size >= divisor + (-size)) quotient += value < Wide(0) ? Wide(-1) : Wide(1);
  return quotient;
}

int num_digits(const Wide& value) {
  int low = 1, high = kWideDigits + 1;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (value.FitsInPrecision(std::min(middle, kWideDigits))) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

std::optional<Int128> divide_wide(Int128 a, Int128 b, int shift, int digits) {
  if (a == 0) return Int128{0};
  const bool negative = (a < 0) != (b < 0);
  const Wide numerator = absolute(widen(a));
  const Wide divisor = absolute(widen(b));
  // First 38 significant digits, rounded: 38 + digits(b) of the numerator are enough for 38 or 39.
  int scale_up = kDecimalDigitsMax + num_digits(divisor) - num_digits(numerator);
  scale_up = std::clamp(scale_up, 0, kWideDigits - num_digits(numerator));
  const Wide scaled = numerator * wide_power(scale_up);
  const int surplus = num_digits(scaled / divisor) - kDecimalDigitsMax;
  // a / b = significant * 10^(dropped - scale_up).
  int dropped = std::max(0, surplus);
  Wide significant = dropped > 0 ? divide_half_up(scaled, divisor * wide_power(dropped))
                                 : divide_half_up(scaled, divisor);
  const int exponent = shift + dropped - scale_up;
  if (exponent >= 0) {
    if (num_digits(significant) + exponent > kWideDigits) return std::nullopt;
    significant *= wide_power(exponent);
  } else if (-exponent > kWideDigits) {
    return Int128{0};
  } else {
    significant = divide_half_up(significant, wide_power(-exponent));
  }
  std::optional<Int128> result = narrow(significant, digits);
  if (result && negative) result = -*result;
  return result;
}

}  // namespace

std::optional<Int128> rescale_decimal(Int128 value, int from, int to, int digits) {
  if (to < from) {
    if (from - to > kDecimalDigitsMax) return Int128{0};
    value = divide_half_up(value, power_of_ten(from - to));
  } else if (to > from) {
    if (__builtin_mul_overflow(value, power_of_ten(std::min(to - from, kDecimalDigitsMax)),
                               &value)) {
      return std::nullopt;
    }
  }
  if (!fits_digits(value, digits)) return std::nullopt;
  return value;
}

std::optional<Int128> multiply_decimals(Int128 a, Int128 b, int dropped, int digits) {
  Int128 product;
  if (!__builtin_mul_overflow(a, b, &product)) {
    if (dropped > 0) {
      product = dropped > kDecimalDigitsMax ? 0
                                            : hw::divide_half_up(product, power_of_ten(dropped));
    }
    if (!fits_digits(product, digits)) return std::nullopt;
    return product;
  }
  Wide wide = widen(a) * widen(b);
  if (dropped > 0) wide = divide_half_up(wide, wide_power(dropped));
  return narrow(wide, digits);
}

std::optional<Int128> add_decimals(Int128 a, int shift_a, Int128 b, int shift_b, int dropped,
                                   int digits) {
  Int128 x, y, sum;
  if (!__builtin_mul_overflow(a, power_of_ten(shift_a), &x) &&
      !__builtin_mul_overflow(b, power_of_ten(shift_b), &y) &&
      !__builtin_add_overflow(x, y, &sum)) {
    if (dropped > 0) sum = hw::divide_half_up(sum, power_of_ten(dropped));
    if (!fits_digits(sum, digits)) return std::nullopt;
    return sum;
  }
  Wide wide = widen(a) * wide_power(shift_a) + widen(b) * wide_power(shift_b);
  if (dropped > 0) wide = divide_half_up(wide, wide_power(dropped));
  return narrow(wide, digits);
}

std::optional<Int128> divide_decimals(Int128 a, Int128 b, int shift, int digits) {
  // While divisor and quotient have at most 18 digits, a fraction that is not a tie is so far from
  // one that rounding to 38 digits first cannot change the result.
  constexpr Int128 kSmall = 1'000'000'000'000'000'000;
  Int128 scaled;
  if (shift >= 0 && shift <= kDecimalDigitsMax && b < kSmall && b > -kSmall &&
      !__builtin_mul_overflow(a, power_of_ten(shift), &scaled)) {
    const Int128 quotient =
        b > 0 ? hw::divide_half_up(scaled, b) : -hw::divide_half_up(scaled, -b);
    if (quotient < kSmall && quotient > -kSmall) {
      if (!fits_digits(quotient, digits)) return std::nullopt;
      return quotient;
    }
  }
  return divide_wide(a, b, shift, digits);
}

std::optional<Int128> modulo_decimals(Int128 a, int shift_a, Int128 b, int shift_b, int digits) {
  Int128 x, y;
  if (!__builtin_mul_overflow(a, power_of_ten(shift_a), &x) &&
      !__builtin_mul_overflow(b, power_of_ten(shift_b), &y)) {
    const Int128 rest = x % y;
    if (!fits_digits(rest, digits)) return std::nullopt;
    return rest;
  }
  const Wide dividend = widen(a) * wide_power(shift_a);
  const Wide divisor = widen(b) * wide_power(shift_b);
  return narrow(remainder(dividend, divisor), digits);
}

int compare_decimals(Int128 a, int shift_a, Int128 b, int shift_b) {
  Int128 x, y;
  const bool a_large = __builtin_mul_overflow(a, power_of_ten(shift_a), &x);
  const bool b_large = __builtin_mul_overflow(b, power_of_ten(shift_b), &y);
  // One shift is 0, so at most one side is too large, and its sign decides.
  if (a_large) return a < 0 ? -1 : 1;
  if (b_large) return b < 0 ? 1 : -1;
  return x < y ? -1 : x > y ? 1 : 0;
}

double decimal_to_double(Int128 value, int scale) {
  // Exact inputs give one correctly rounded division; longer ones go through the decimal text's
  // rounding in Arrow.
  constexpr Int128 kExact = Int128{1} << 53;
  if (scale <= 22 && value < kExact && value > -kExact) {
    return static_cast<double>(static_cast<int64_t>(value)) /
           static_cast<double>(power_of_ten(scale));
  }
  const auto low = static_cast<uint64_t>(value);
  const auto high = static_cast<int64_t>(value >> 64);
  return arrow::Decimal128(high, low).ToDouble(scale);
}

}  // namespace hw
