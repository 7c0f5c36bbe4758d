// SPDX-License-Identifier: Apache-2.0
//
// Values as digits and back: BIN, HEX, UNHEX, TO_BASE64, FROM_BASE64.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#include "columnar/text/text_length.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Digits of a power of two as base, without leading zeros.
void append_digits(TextWriter& out, uint64_t value, int bits_per_digit) {
  const int width = value == 0 ? 1 : 64 - std::countl_zero(value);
  const int digits = (width + bits_per_digit - 1) / bits_per_digit;
  char* to = out.extend(static_cast<size_t>(digits));
  for (int i = digits - 1; i >= 0; --i) {
    to[i] = kHexDigits[value & ((uint64_t{1} << bits_per_digit) - 1)];
    value >>= bits_per_digit;
  }
}

void bin(TextWriter& out, int64_t value) { append_digits(out, static_cast<uint64_t>(value), 1); }

void hex_of_number(TextWriter& out, int64_t value) {
  append_digits(out, static_cast<uint64_t>(value), 4);
}

void hex_of_bytes(TextWriter& out, std::string_view value) {
  char* to = out.extend(value.size() * 2);
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    *to++ = kHexDigits[byte >> 4];
    *to++ = kHexDigits[byte & 15];
  }
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unhex(TextWriter& out, std::string_view digits) {
  const bool odd = digits.size() % 2 != 0;
  char* to = out.extend((digits.size() + 1) / 2);
  int high = odd ? 0 : -1;
  for (const char c : digits) {
    const int value = hex_value(c);
    if (value < 0) return false;
    if (high < 0) {
      high = value;
    } else {
      *to++ = static_cast<char>(high << 4 | value);
      high = -1;
    }
  }
  return true;
}

void to_base64(TextWriter& out, std::string_view bytes) {
  char* to = out.extend((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t word = 0;
    for (size_t k = 0; k < 3; ++k) {
      word = word << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0);
    }
    for (size_t k = 0; k < 4; ++k) {
      *to++ = k <= count ? kBase64Digits[word >> (18 - 6 * k) & 63] : '=';
    }
  }
}

constexpr std::array<int8_t, 256> base64_values() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (size_t i = 0; i < 64; ++i) {
    values[static_cast<unsigned char>(kBase64Digits[i])] = static_cast<int8_t>(i);
  }
  return values;
}
constexpr std::array<int8_t, 256> kBase64Values = base64_values();

/// Padding may be left out, as in Java's decoder.
bool from_base64(TextWriter& out, std::string_view text) {
  const size_t given = text.size();
  while (!text.empty() && text.back() == '=' && given - text.size() < 2) text.remove_suffix(1);
  const bool padded = text.size() != given;
  if (text.size() % 4 == 1 || (padded && given % 4 != 0)) return false;
  char* to = out.extend(text.size() * 3 / 4);
  uint32_t word = 0;
  int bits = 0;
  for (const char c : text) {
    const int8_t value = kBase64Values[static_cast<unsigned char>(c)];
    if (value < 0) return false;
    word = word << 6 | static_cast<uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      *to++ = static_cast<char>(word >> bits);
    }
  }
  return is_valid_utf8(out.row());
}

}  // namespace

void register_hex(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "BIN",
      .family = "arithmetic",
      .signatures = {"(value BIGINT) -> VARCHAR"},
      .sentence = "The integer in binary digits; a negative one as 64 bits of two's complement.",
      .examples = {{"BIN(4)", "100"}, {"BIN(0)", "0"}},
      .kernel = row_kernel<bin>(),
  });
  catalogue.add(ScalarFunction{
      .name = "HEX",
      .family = "arithmetic",
      .signatures = {"(value BIGINT) -> VARCHAR", "(value VARCHAR) -> VARCHAR",
                     "(value VARBINARY) -> VARCHAR"},
      .sentence = "The integer, or the bytes of the text, in upper-case hex; a negative integer as "
                  "64 bits of two's complement.",
      .examples = {{"HEX(20)", "14"},
                   {"HEX('hello')", "68656C6C6F"},
                   {"HEX(-1)", "FFFFFFFFFFFFFFFF"}},
      .kernel = row_kernel<hex_of_number, hex_of_bytes>(),
  });
  catalogue.add(ScalarFunction{
      .name = "UNHEX",
      .family = "arithmetic",
      .signatures = {"(digits VARCHAR) -> VARBINARY"},
      .sentence = "The bytes that hex digits stand for, an odd number of them as with a zero in "
                  "front; NULL if there is another character.",
      .examples = {{"CAST(UNHEX('466C696E6B') AS STRING)", "Flink"}, {"UNHEX('0g')", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = row_kernel<unhex>(),
  });
  catalogue.add(ScalarFunction{
      .name = "TO_BASE64",
      .family = "string",
      .signatures = {"(value VARCHAR) -> VARCHAR", "(value VARBINARY) -> VARCHAR"},
      .sentence = "The UTF-8 bytes of the text in base64, padded.",
      .examples = {{"TO_BASE64('hello world')", "aGVsbG8gd29ybGQ="}},
      .kernel = row_kernel<to_base64>(),
  });
  catalogue.add(ScalarFunction{
      .name = "FROM_BASE64",
      .family = "string",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "The text whose base64 form is given; NULL if it is no base64 of UTF-8.",
      .examples = {{"FROM_BASE64('aGVsbG8gd29ybGQ=')", "hello world"},
                   {"FROM_BASE64('?')", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = row_kernel<from_base64>(),
  });
}

}  // namespace hw
