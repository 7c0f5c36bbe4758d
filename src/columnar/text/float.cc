// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/float.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace hw {
namespace {

/// `digits` without point, `exponent` of the first one, in Java's layout: plain from 1e-3 up to
/// 1e7, else d.dddE±x; always a digit on both sides of the point.
void append_layout(std::string_view digits, int exponent, std::string& out) {
  if (exponent >= -3 && exponent < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-exponent - 1), '0');
    out += digits;
    return;
  }
  const bool plain = exponent >= 0 && exponent < 7;
  const size_t whole = plain ? static_cast<size_t>(exponent) + 1 : 1;
  out += digits.substr(0, whole);
  if (digits.size() < whole) out.append(whole - digits.size(), '0');
  out += '.';
  out += digits.size() > whole ? digits.substr(whole) : "0";
  if (plain) return;
  out += 'E';
  append_integer(exponent, out);
}

template <typename T>
void append_shortest(T value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::signbit(value)) out += '-';
  value = std::abs(value);
  if (std::isinf(value)) {
    out += "Infinity";
    return;
  }
  if (value == 0) {
    out += "0.0";
    return;
  }
  // d[.ddd]e±xx
  char text[64];
  const char* end =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  // Java prints two digits at least, and the nearest such number. Only among the smallest numbers
  // of all does that differ from a zero behind the one digit.
  if (value < std::numeric_limits<T>::min() && text[1] == 'e') {
    end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific, 1).ptr;
  }
  char digits[32];
  size_t count = 0;
  const char* place = text;
  for (; *place != 'e'; ++place) {
    if (*place != '.') digits[count++] = *place;
  }
  ++place;
  if (*place == '+') ++place;
  int exponent = 0;
  std::from_chars(place, end, exponent);
  append_layout({digits, count}, exponent, out);
}

/// What the standard refuses as out of range: decides between zero and infinity by the place of
/// the first digit that counts.
bool is_huge(std::string_view number) {
  const size_t e = number.find_first_of("eE");
  int64_t exponent = 0;
  if (e != std::string_view::npos) {
    const bool negative = number[e + 1] == '-';
    for (const char c : number.substr(e + 1)) {
      if (c >= '0' && c <= '9' && exponent < 1'000'000'000) exponent = exponent * 10 + (c - '0');
    }
    if (negative) exponent = -exponent;
  }
  const std::string_view mantissa = number.substr(0, e);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  return exponent + static_cast<int64_t>(point) - static_cast<int64_t>(first) > 0;
}

template <typename T>
ParseOutcome parse_number(std::string_view text, T& value) {
  text = trimmed(text);
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text == "NaN") {
    value = std::numeric_limits<T>::quiet_NaN();
    return ParseOutcome::kOk;
  }
  if (text == "Infinity") {
    value = negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
    return ParseOutcome::kOk;
  }
  // The standard's parser would take "inf" and "nan" as well.
  const bool starts_well = !text.empty() && ((text[0] >= '0' && text[0] <= '9') || text[0] == '.');
  if (!starts_well) return ParseOutcome::kMalformed;
  const char last = text.back();
  if (last == 'd' || last == 'D' || last == 'f' || last == 'F') text.remove_suffix(1);
  T magnitude = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude);
  if (end != text.data() + text.size()) return ParseOutcome::kMalformed;
  if (error == std::errc::invalid_argument) return ParseOutcome::kMalformed;
  if (error == std::errc::result_out_of_range) {
    magnitude = is_huge(text) ? std::numeric_limits<T>::infinity() : T{0};
  }
  value = negative ? -magnitude : magnitude;
  return ParseOutcome::kOk;
}

}  // namespace

void append_double(double value, std::string& out) { append_shortest(value, out); }
void append_float(float value, std::string& out) { append_shortest(value, out); }

ParseOutcome parse_double(std::string_view text, double& value) {
  return parse_number(text, value);
}
ParseOutcome parse_float(std::string_view text, float& value) { return parse_number(text, value); }

}  // namespace hw
