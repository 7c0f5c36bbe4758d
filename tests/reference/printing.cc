// SPDX-License-Identifier: Apache-2.0

#include "reference/printing.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>

#include "reference/calendar.h"

namespace hw::reference {
namespace {

std::string padded(int64_t value, int width) {
  std::string text = std::to_string(value);
  if (static_cast<int>(text.size()) < width) {
    text.insert(0, static_cast<size_t>(width) - text.size(), '0');
  }
  return text;
}

std::string print_date(int64_t days) {
  const Date date = date_of(days);
  return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
}

std::string print_clock(int64_t seconds) {
  return padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" +
         padded(seconds % 60, 2);
}

/// Digits of a second behind the point, `precision` of them.
std::string print_fraction(int64_t ticks, int64_t ticks_per_second, int precision) {
  if (precision == 0) return "";
  int64_t nanos = ticks * (1'000'000'000 / ticks_per_second);
  return "." + padded(nanos, 9).substr(0, static_cast<size_t>(precision));
}

std::string print_timestamp(int64_t ticks, const SqlType& type) {
  const int64_t per_second = type.ticks_per_second();
  const int64_t seconds = floor_divide(ticks, per_second);
  const int64_t days = floor_divide(seconds, 86'400);
  return print_date(days) + " " + print_clock(seconds - days * 86'400) +
         print_fraction(ticks - seconds * per_second, per_second, type.precision());
}

}  // namespace

std::string print_decimal(Unscaled value, int scale) {
  std::string digits;
  const bool negative = value < 0;
  for (int i = 0; value != 0 || i <= scale; ++i) {
    if (i == scale && scale > 0) digits += '.';
    const int digit = static_cast<int>(value % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
    value /= 10;
  }
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::string print(const Value& value, const SqlType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return value.as<bool>() ? "TRUE" : "FALSE";
    case TypeKind::kDecimal:
      return print_decimal(value.as<Unscaled>(), type.scale());
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return value.as<std::string>();
    case TypeKind::kDate:
      return print_date(value.as<int64_t>());
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return print_timestamp(value.as<int64_t>(), type);
    default:
      return std::to_string(value.as<int64_t>());
  }
}

std::optional<int64_t> read_integer(const std::string& text) {
  size_t begin = 0;
  size_t end = text.size();
  while (begin < end && text[begin] == ' ') ++begin;
  while (end > begin && text[end - 1] == ' ') --end;
  const bool negative = begin < end && text[begin] == '-';
  if (begin < end && (text[begin] == '-' || text[begin] == '+')) ++begin;
  const size_t first = begin;
  Unscaled number = 0;
  for (; begin < end && std::isdigit(static_cast<unsigned char>(text[begin])) != 0; ++begin) {
    number = number * 10 + (text[begin] - '0');
    if (number > (Unscaled{1} << 64)) return std::nullopt;
  }
  // One digit at least, of the fraction if there is no other.
  size_t num_digits = begin - first;
  if (begin < end && text[begin] == '.') {
    for (++begin; begin < end && std::isdigit(static_cast<unsigned char>(text[begin])) != 0;
         ++begin) {
      ++num_digits;
    }
  }
  if (begin != end || num_digits == 0) return std::nullopt;
  if (negative) number = -number;
  if (number != static_cast<int64_t>(number)) return std::nullopt;
  return static_cast<int64_t>(number);
}

}  // namespace hw::reference
