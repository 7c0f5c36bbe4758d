// SPDX-License-Identifier: Apache-2.0

#include "functions/rounding/float_rounding.h"

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

namespace hw {
namespace {

/// Digits of 0.d1d2d3… times 10^point.
struct Digits {
  std::string digits;
  int64_t point = 0;
};

template <typename T>
Digits shortest(T value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific);
  const std::string_view written(text, static_cast<size_t>(end.ptr - text));
  const size_t exponent_at = written.find('e');
  Digits result;
  for (const char c : written.substr(0, exponent_at)) {
    if (c != '.') result.digits += c;
  }
  // from_chars takes no plus sign.
  const char* exponent = text + exponent_at + (text[exponent_at + 1] == '+' ? 2 : 1);
  std::from_chars(exponent, end.ptr, result.point);
  ++result.point;
  return result;
}

/// Adds one to the last digit; a carry out of the first moves the point.
void increment(Digits& number) {
  for (size_t i = number.digits.size(); i-- > 0;) {
    if (number.digits[i] != '9') {
      ++number.digits[i];
      return;
    }
    number.digits[i] = '0';
  }
  number.digits.insert(number.digits.begin(), '1');
  ++number.point;
}

template <typename T>
T round_text(T value, int64_t places, bool half_up) {
  if (!std::isfinite(value) || value == 0) return value;
  Digits number = shortest(std::fabs(value));
  // Digits that stay: those in front of the point, and `places` behind it.
  const int64_t kept = number.point + places;
  if (kept >= static_cast<int64_t>(number.digits.size())) return value;
  if (kept < 0) return std::copysign(T{0}, value);
  const bool up = half_up && number.digits[static_cast<size_t>(kept)] >= '5';
  number.digits.resize(static_cast<size_t>(kept));
  if (up) increment(number);
  if (number.digits.empty()) return std::copysign(T{0}, value);
  const std::string text = "0." + number.digits + "e" + std::to_string(number.point);
  T rounded{};
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return std::copysign(rounded, value);
}

}  // namespace

double round_to_places(double value, int64_t places, bool half_up) {
  return round_text(value, places, half_up);
}

float round_to_places(float value, int64_t places, bool half_up) {
  return round_text(value, places, half_up);
}

}  // namespace hw
