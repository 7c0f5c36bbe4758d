// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/decimal.h"

#include <algorithm>
#include <optional>

#include <arrow/util/decimal.h>

namespace hw {
namespace {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

constexpr int kDigitsMax = 38;

Int128 to_int128(const arrow::Decimal128& value) {
  return static_cast<Int128>(
      (static_cast<Uint128>(static_cast<uint64_t>(value.high_bits())) << 64) | value.low_bits());
}

arrow::Decimal128 to_decimal(Int128 value) {
  return arrow::Decimal128(static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value));
}

Uint128 power_of_ten(int exponent) {
  Uint128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

/// The digits of a value, most significant first, at least one.
struct Digits {
  char text[48];
  int count = 0;
  std::string_view view() const {
    return {text + sizeof(text) - count, static_cast<size_t>(count)};
  }
};

Digits digits_of(Uint128 value) {
  Digits digits;
  char* place = digits.text + sizeof(digits.text);
  // Splits off 19 digits at a time: 64-bit divisions are many times faster.
  constexpr uint64_t kChunk = 10'000'000'000'000'000'000u;
  while (value > UINT64_MAX) {
    auto chunk = static_cast<uint64_t>(value % kChunk);
    value /= kChunk;
    for (int i = 0; i < 19; ++i, chunk /= 10) *--place = static_cast<char>('0' + chunk % 10);
    digits.count += 19;
  }
  auto rest = static_cast<uint64_t>(value);
  do {
    *--place = static_cast<char>('0' + rest % 10);
    rest /= 10;
    ++digits.count;
  } while (rest > 0);
  return digits;
}

Uint128 magnitude(Int128 value) {
  return value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

void append_plain(std::string_view digits, int scale, std::string& out) {
  const auto fraction = static_cast<size_t>(scale);
  if (digits.size() <= fraction) {
    out += '0';
    if (scale == 0) return;
    out += '.';
    out.append(fraction - digits.size(), '0');
    out += digits;
    return;
  }
  out += digits.substr(0, digits.size() - fraction);
  if (scale == 0) return;
  out += '.';
  out += digits.substr(digits.size() - fraction);
}

/// A number text taken apart: value = 0.d1d2d3… * 10^point. Digits behind the 40th change nothing
/// that 38 digits rounded HALF_UP could show.
struct NumberText {
  bool negative = false;
  char digits[40];  // without leading zeros
  int count = 0;    // 0 = the number is 0
  int64_t point = 0;
};

std::optional<int64_t> parse_exponent(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  int64_t exponent = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    // Larger ones change nothing: the value is 0 or out of range anyway.
    exponent = std::min<int64_t>(exponent * 10 + (c - '0'), 4'000'000'000);
  }
  return negative ? -exponent : exponent;
}

std::optional<NumberText> take_apart(std::string_view text) {
  NumberText number;
  text = trimmed(text);
  number.negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  const size_t e = text.find_first_of("eE");
  if (e != std::string_view::npos) {
    const std::optional<int64_t> exponent = parse_exponent(text.substr(e + 1));
    if (!exponent) return std::nullopt;
    number.point = *exponent;
    text = text.substr(0, e);
  }
  bool seen_point = false;
  bool seen_digit = false;
  for (const char c : text) {
    if (c == '.' && !seen_point) {
      seen_point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    seen_digit = true;
    const bool leading_zero = number.count == 0 && c == '0';
    if (!leading_zero && number.count < 40) number.digits[number.count++] = c;
    if (!seen_point && !leading_zero) ++number.point;
    if (seen_point && leading_zero) --number.point;
  }
  if (!seen_digit) return std::nullopt;
  return number;
}

}  // namespace

void append_decimal(const arrow::Decimal128& unscaled, int scale, std::string& out) {
  const Int128 value = to_int128(unscaled);
  if (value < 0) out += '-';
  append_plain(digits_of(magnitude(value)).view(), scale, out);
}

void append_decimal_scientific(const arrow::Decimal128& unscaled, int scale, std::string& out) {
  const Int128 value = to_int128(unscaled);
  if (value == 0) {
    out += '0';
    return;
  }
  if (value < 0) out += '-';
  const Digits all = digits_of(magnitude(value));
  std::string_view digits = all.view();
  while (digits.back() == '0') {
    digits.remove_suffix(1);
    --scale;
  }
  const int exponent = static_cast<int>(digits.size()) - 1 - scale;
  if (scale >= 0 && exponent >= -6) return append_plain(digits, scale, out);
  out += digits[0];
  if (digits.size() > 1) {
    out += '.';
    out += digits.substr(1);
  }
  out += exponent < 0 ? "E" : "E+";
  append_integer(exponent, out);
}

ParseOutcome parse_decimal(std::string_view text, int precision, int scale,
                           arrow::Decimal128& unscaled) {
  const std::optional<NumberText> number = take_apart(text);
  if (!number) return ParseOutcome::kMalformed;
  const int count = number->count;
  const int64_t kept = number->point + scale;  // digits above the last place
  if (count > 0 && kept > kDigitsMax) return ParseOutcome::kOutOfRange;
  Uint128 value = 0;
  for (int i = 0; i < kept && count > 0; ++i) {
    value = value * 10 + (i < count ? static_cast<unsigned>(number->digits[i] - '0') : 0);
  }
  if (kept >= 0 && kept < count && number->digits[kept] >= '5') ++value;
  if (value >= power_of_ten(precision)) return ParseOutcome::kOutOfRange;
  const auto result = static_cast<Int128>(value);
  unscaled = to_decimal(number->negative ? -result : result);
  return ParseOutcome::kOk;
}

bool rescale_decimal(const arrow::Decimal128& from, int from_scale, int precision, int to_scale,
                     arrow::Decimal128& to) {
  const Int128 value = to_int128(from);
  Uint128 size = magnitude(value);
  const Uint128 limit = power_of_ten(precision);
  if (to_scale >= from_scale) {
    const Uint128 factor = power_of_ten(to_scale - from_scale);
    // size * factor < limit, without overflow: both are below 10^39.
    if (size > (limit - 1) / factor) return false;
    size *= factor;
  } else {
    const Uint128 divisor = power_of_ten(from_scale - to_scale);
    const Uint128 rest = size % divisor;
    size = size / divisor + (rest >= divisor - rest ? 1 : 0);
    if (size >= limit) return false;
  }
  const auto result = static_cast<Int128>(size);
  to = to_decimal(value < 0 ? -result : result);
  return true;
}

}  // namespace hw
