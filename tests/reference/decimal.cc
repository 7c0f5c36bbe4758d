// SPDX-License-Identifier: Apache-2.0

#include "reference/decimal.h"

namespace hw::reference {
namespace {

constexpr int kDigitsMax = 38;

/// numerator / denominator, rounded half away from zero. Requires: denominator > 0.
BigInt round_half_up(const BigInt& numerator, const BigInt& denominator) {
  const BigInt size = abs(numerator);
  BigInt rounded = (size * 2 + denominator) / (denominator * 2);
  return numerator < 0 ? BigInt(-rounded) : rounded;
}

BigInt with_scale(const Exact& number, int scale) {
  if (scale >= number.scale) return number.digits * power_of_ten(scale - number.scale);
  return round_half_up(number.digits, power_of_ten(number.scale - scale));
}

/// Digits of a number that is not 0.
int count_digits(const BigInt& number) {
  return static_cast<int>(BigInt(abs(number)).str().size());
}

}  // namespace

BigInt power_of_ten(int exponent) {
  BigInt power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

BigInt to_big(Unscaled value) {
  const bool negative = value < 0;
  // The smallest value has no positive twin, but no DECIMAL holds it.
  const Unscaled size = negative ? -value : value;
  BigInt big = static_cast<uint64_t>(size >> 64);
  big = (big << 64) + static_cast<uint64_t>(size);
  return negative ? BigInt(-big) : big;
}

Exact exact_of(const Value& value, const SqlType& type) {
  if (type.is(TypeKind::kDecimal)) return {to_big(value.as<Unscaled>()), type.scale()};
  return {BigInt(value.as<int64_t>()), 0};
}

Value decimal_of(const Exact& number, const SqlType& type) {
  const BigInt digits = with_scale(number, type.scale());
  if (abs(digits) >= power_of_ten(type.precision())) return Value::null();
  const BigInt size = abs(digits);
  const auto high = static_cast<uint64_t>(size >> 64);
  const auto low = static_cast<uint64_t>(size & BigInt(UINT64_MAX));
  const Unscaled plain = (static_cast<Unscaled>(high) << 64) | static_cast<Unscaled>(low);
  return Value::decimal(digits < 0 ? -plain : plain);
}

Value divide(const Exact& a, const Exact& b, const SqlType& type) {
  if (a.digits == 0) return Value::decimal(0);
  BigInt numerator = a.digits;
  BigInt denominator = b.digits;
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  // The least scale at which the whole quotient has 38 digits.
  int shift = kDigitsMax + count_digits(denominator) - count_digits(numerator);
  const auto quotient_at = [&](int places) {
    return places >= 0 ? round_half_up(numerator * power_of_ten(places), denominator)
                       : round_half_up(numerator, denominator * power_of_ten(-places));
  };
  BigInt quotient = quotient_at(shift);
  if (count_digits(quotient) > kDigitsMax) quotient = quotient_at(--shift);
  Exact result{quotient, shift + a.scale - b.scale};
  if (result.scale < 0) {
    result.digits *= power_of_ten(-result.scale);
    result.scale = 0;
  }
  return decimal_of(result, type);
}

int compare(const Exact& a, const Exact& b) {
  const int scale = std::max(a.scale, b.scale);
  const BigInt x = with_scale(a, scale);
  const BigInt y = with_scale(b, scale);
  return int{x > y} - int{x < y};
}

}  // namespace hw::reference
