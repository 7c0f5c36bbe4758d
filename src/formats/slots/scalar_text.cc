// SPDX-License-Identifier: Apache-2.0

#include "formats/slots/scalar_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "columnar/text/calendar.h"
#include "columnar/text/timestamp.h"

namespace hw::scalar_text {
namespace {

constexpr int64_t kLastDayOfFourDigits = 2'932'896;  // 9999-12-31

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <typename T>
bool parse_real(std::string_view text, T* value) {
  if (text.empty()) return false;
  std::string_view body = text;
  if (body[0] == '-' || body[0] == '+') body.remove_prefix(1);
  if (body.empty()) return false;
  if (!is_digit(body[0]) && body[0] != '.') {
    if (text == "NaN")
      *value = std::numeric_limits<T>::quiet_NaN();
    else if (body == "Infinity")
      *value =
          text[0] == '-' ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
    else
      return false;
    return true;
  }
  const char* begin = text[0] == '+' ? body.data() : text.data();
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), *value);
  if (end != text.data() + text.size()) return false;
  if (error == std::errc()) return true;
  // Out of range: too small is zero as everywhere, too large has no value.
  if (error != std::errc::result_out_of_range) return false;
  double wide = 0;
  const auto again = std::from_chars(begin, text.data() + text.size(), wide);
  if (again.ec == std::errc() && std::abs(wide) < 1) {
    *value = static_cast<T>(wide);
    return true;
  }
  const size_t exponent = text.find_first_of("eE");
  const bool tiny =
      exponent != std::string_view::npos && exponent + 1 < text.size() && text[exponent + 1] == '-';
  if (tiny) *value = text[0] == '-' ? T(-0.0) : T(0);
  return tiny;
}

}  // namespace

bool parse_int64(std::string_view text, int64_t* value) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return false;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool parse_double(std::string_view text, double* value) { return parse_real(text, value); }
bool parse_float(std::string_view text, float* value) { return parse_real(text, value); }

namespace {

// An exponent beyond this is either zero or too large for any DECIMAL.
constexpr int kExponentMax = 10000;

/// The digits of a number without their point: value = ±digits × 10^exponent.
struct Digits {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  int exponent = 0;
};

bool split_number(std::string_view text, Digits* out) {
  size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) out->negative = text[i++] == '-';
  const size_t whole = i;
  while (i < text.size() && is_digit(text[i])) ++i;
  out->whole = text.substr(whole, i - whole);
  if (i < text.size() && text[i] == '.') {
    const size_t fraction = ++i;
    while (i < text.size() && is_digit(text[i])) ++i;
    out->fraction = text.substr(fraction, i - fraction);
  }
  if (out->whole.empty() && out->fraction.empty()) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    bool down = false;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) down = text[i++] == '-';
    const size_t digits = i;
    int exponent = 0;
    while (i < text.size() && is_digit(text[i])) {
      if (exponent < kExponentMax) exponent = exponent * 10 + (text[i] - '0');
      ++i;
    }
    if (i == digits) return false;
    out->exponent = down ? -exponent : exponent;
  }
  return i == text.size();
}

const std::array<Unscaled, 39>& powers_of_ten() {
  static const std::array<Unscaled, 39> kPowers = [] {
    std::array<Unscaled, 39> powers{};
    powers[0] = 1;
    for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  return kPowers;
}

}  // namespace

bool parse_decimal(std::string_view text, DecimalShape shape, Unscaled* value) {
  Digits digits;
  if (!split_number(text, &digits)) return false;
  // Keep as many digits as reach down to the scale; the next one decides the rounding.
  const int64_t kept = static_cast<int64_t>(digits.whole.size()) + digits.exponent + shape.scale;
  const int64_t there = static_cast<int64_t>(digits.whole.size() + digits.fraction.size());
  const auto digit = [&](int64_t i) {
    const auto whole = static_cast<int64_t>(digits.whole.size());
    return i < whole ? digits.whole[static_cast<size_t>(i)]
                     : digits.fraction[static_cast<size_t>(i - whole)];
  };
  const Unscaled limit = powers_of_ten()[static_cast<size_t>(shape.precision)];
  // From here on one more digit is one too many; ten times as much may not fit 128 bits.
  const Unscaled full = limit / 10;
  Unscaled sum = 0;
  for (int64_t i = 0; i < kept; ++i) {
    if (i >= there && sum == 0) break;  // zeros times any power
    if (sum >= full) return false;
    sum = sum * 10 + (i < there ? digit(i) - '0' : 0);
  }
  if (kept >= 0 && kept < there && digit(kept) >= '5') ++sum;
  if (sum >= limit) return false;
  *value = digits.negative ? -sum : sum;
  return true;
}

namespace {

/// Reads exactly `count` digits.
bool take_digits(std::string_view& text, size_t count, int* value) {
  if (text.size() < count) return false;
  int number = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return false;
    number = number * 10 + (text[i] - '0');
  }
  *value = number;
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take_year(std::string_view& text, int64_t* year) {
  int number = 0;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    const bool negative = text[0] == '-';
    text.remove_prefix(1);
    size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    if (digits < (negative ? 4 : 5) || digits > 9) return false;
    if (!take_digits(text, digits, &number)) return false;
    *year = negative ? -number : number;
    return true;
  }
  if (!take_digits(text, 4, &number)) return false;
  *year = number;
  return true;
}

bool take_date(std::string_view& text, int64_t* days) {
  int64_t year = 0;
  int month = 0;
  int day = 0;
  if (!take_year(text, &year) || !take(text, '-') || !take_digits(text, 2, &month) ||
      !take(text, '-') || !take_digits(text, 2, &day)) {
    return false;
  }
  if (!is_valid_date(year, month, day)) return false;
  *days = days_from_civil(year, month, day);
  return true;
}

/// Seconds of the day and nanoseconds of the second.
struct TimeOfDay {
  int seconds = 0;
  int nanoseconds = 0;
};

bool take_time(std::string_view& text, bool seconds_optional, TimeOfDay* time) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!take_digits(text, 2, &hour) || !take(text, ':') || !take_digits(text, 2, &minute)) {
    return false;
  }
  if (hour > 23 || minute > 59) return false;
  time->seconds = hour * 3600 + minute * 60;
  if (!take(text, ':')) return seconds_optional;
  if (!take_digits(text, 2, &second) || second > 59) return false;
  time->seconds += second;
  if (!take(text, '.')) return true;
  int digits = 0;
  int nanoseconds = 0;
  while (!text.empty() && is_digit(text[0])) {
    if (++digits > 9) return false;
    nanoseconds = nanoseconds * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return false;
  for (; digits < 9; ++digits) nanoseconds *= 10;
  time->nanoseconds = nanoseconds;
  return true;
}

bool take_zone(std::string_view& text, TimestampShape::Zone zone, int* offset_seconds) {
  if (zone == TimestampShape::Zone::kNone) return true;
  if (take(text, 'Z')) return true;
  if (zone == TimestampShape::Zone::kZ || text.empty()) return false;
  const bool negative = text[0] == '-';
  if (!negative && text[0] != '+') return false;
  text.remove_prefix(1);
  int hour = 0;
  int minute = 0;
  if (!take_digits(text, 2, &hour)) return false;
  if (!text.empty() && (!take(text, ':') || !take_digits(text, 2, &minute))) return false;
  if (hour > 18 || minute > 59) return false;
  *offset_seconds = (hour * 3600 + minute * 60) * (negative ? -1 : 1);
  return true;
}

}  // namespace

bool parse_date(std::string_view text, int32_t* days) {
  int64_t wide = 0;
  if (!take_date(text, &wide) || !text.empty()) return false;
  *days = static_cast<int32_t>(wide);
  return *days == wide;
}

bool parse_time(std::string_view text, int32_t* milliseconds) {
  TimeOfDay time;
  if (!take_time(text, true, &time) || !text.empty()) return false;
  *milliseconds = time.seconds * 1000 + time.nanoseconds / 1'000'000;
  return true;
}

bool parse_timestamp(std::string_view text, const TimestampShape& shape, int64_t* value) {
  int64_t days = 0;
  TimeOfDay time;
  int offset = 0;
  if (!take_date(text, &days) || !take(text, shape.separator) ||
      !take_time(text, shape.seconds_optional, &time) || !take_zone(text, shape.zone, &offset) ||
      !text.empty()) {
    return false;
  }
  constexpr std::array<int, 10> kCut = {1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000,
                                        10'000,        1'000,       100,        10,        1};
  const int cut = kCut[static_cast<size_t>(shape.precision)];
  const int nanoseconds = time.nanoseconds / cut * cut;
  const int64_t per_second = shape.precision <= 3   ? 1'000
                             : shape.precision <= 6 ? 1'000'000
                                                    : 1'000'000'000;
  const int64_t seconds = days * 86400 + time.seconds - offset;
  // Wide: the second of the first tick of all begins before it.
  const Unscaled ticks =
      static_cast<Unscaled>(seconds) * per_second + nanoseconds / (1'000'000'000 / per_second);
  *value = static_cast<int64_t>(ticks);
  return *value == ticks;
}

void append_date(int64_t days, std::string& out) {
  if (days > kLastDayOfFourDigits) out += '+';
  hw::append_date(days, out);
}

void append_timestamp(int64_t ticks, int precision, std::string& out) {
  const int64_t days = ticks / ticks_per_second_of(precision) / kSecondsPerDay;
  if (days > kLastDayOfFourDigits) out += '+';
  hw::append_timestamp(ticks, precision, Fraction::kCut, out);
}

namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const std::array<int8_t, 256>& base64_values() {
  static const std::array<int8_t, 256> kValues = [] {
    std::array<int8_t, 256> values{};
    values.fill(-1);
    for (size_t i = 0; i < kBase64.size(); ++i) {
      values[static_cast<uint8_t>(kBase64[i])] = static_cast<int8_t>(i);
    }
    return values;
  }();
  return kValues;
}

}  // namespace

bool decode_base64(std::string_view text, std::string* out) {
  if (text.size() % 4 != 0) return false;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const auto& values = base64_values();
  for (size_t i = 0; i < text.size(); i += 4) {
    uint32_t group = 0;
    const size_t chars = i + 4 == text.size() ? 4 - padding : 4;
    for (size_t j = 0; j < 4; ++j) {
      const int value = j < chars ? values[static_cast<uint8_t>(text[i + j])] : 0;
      if (value < 0) return false;
      group = group << 6 | static_cast<uint32_t>(value);
    }
    out->push_back(static_cast<char>(group >> 16));
    if (chars > 2) out->push_back(static_cast<char>(group >> 8));
    if (chars > 3) out->push_back(static_cast<char>(group));
  }
  return true;
}

int64_t find_invalid_utf8(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  size_t i = 0;
  while (i < text.size()) {
    // Eight characters at once as long as all are ASCII.
    while (i + 8 <= text.size()) {
      uint64_t word = 0;
      std::memcpy(&word, text.data() + i, sizeof(word));
      if ((word & 0x8080808080808080) != 0) break;
      i += 8;
    }
    if (i == text.size()) break;
    const uint8_t lead = at(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    uint32_t code = lead & (0xFFu >> (length + 1));
    if (lead < 0xC2 || lead > 0xF4 || i + length > text.size()) return static_cast<int64_t>(i);
    for (size_t j = 1; j < length; ++j) {
      if ((at(i + j) & 0xC0) != 0x80) return static_cast<int64_t>(i);
      code = code << 6 | (at(i + j) & 0x3Fu);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (overlong || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
      return static_cast<int64_t>(i);
    }
    i += length;
  }
  return -1;
}

std::string quoted_cut(std::string_view text) {
  constexpr size_t kBytesShown = 60;
  constexpr std::string_view kHex = "0123456789abcdef";
  const bool valid =
      find_invalid_utf8(text.substr(0, kBytesShown + 4)) < 0 || find_invalid_utf8(text) < 0;
  size_t end = std::min(text.size(), kBytesShown);
  // Do not cut a character in two.
  while (valid && end < text.size() && end > 0 &&
         (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  std::string shown = "\"";
  for (const char c : text.substr(0, end)) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !valid)) {
      shown += "\\x";
      shown += kHex[byte >> 4];
      shown += kHex[byte & 15];
    } else {
      shown += c;
    }
  }
  shown += '"';
  if (end < text.size()) shown += "…";
  return shown;
}

}  // namespace hw::scalar_text
