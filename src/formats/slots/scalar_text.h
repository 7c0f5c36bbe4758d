// SPDX-License-Identifier: Apache-2.0
//
// Reads the text of scalars the way the wire formats write them, straight to storage values. Every
// function takes the whole text (no blanks around it) and returns false when it is not exactly one
// value of the type; nothing is rounded in silence but where a comment says so.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hw::scalar_text {

/// `-12`, `+3`; false also when it does not fit 64 bits.
bool parse_int64(std::string_view text, int64_t* value);

/// Decimal or exponent notation, `NaN`, `Infinity`, `-Infinity`. Overflow gives an infinity only
/// for the words: `1e999` is false.
bool parse_double(std::string_view text, double* value);
bool parse_float(std::string_view text, float* value);

/// Two's complement of a DECIMAL's unscaled value.
__extension__ using Unscaled = __int128;
/// Exact; digits below the scale are rounded half up, as the SQL type does everywhere. False when
/// the text is no number or needs more digits than `precision`.
struct DecimalShape {
  int precision;
  int scale;
};
bool parse_decimal(std::string_view text, DecimalShape shape, Unscaled* value);

/// `2020-01-31`; years beyond four digits carry a sign: `+12020-01-31`, `-0044-03-15`.
bool parse_date(std::string_view text, int32_t* days);
/// `10:00:00`, with up to nine digits of a second; finer than milliseconds is cut.
bool parse_time(std::string_view text, int32_t* milliseconds);

struct TimestampShape {
  char separator = ' ';  // between date and time: ' ' or 'T'
  bool seconds_optional = false;
  enum class Zone : uint8_t { kNone, kZ, kOffset } zone = Zone::kNone;  // kOffset takes Z too
  int precision = 3;                                                    // digits that are kept
};
/// Units of the type's storage: ms (precision <= 3), us (<= 6) or ns. Digits below the precision
/// are cut. False also when the value does not fit its storage.
bool parse_timestamp(std::string_view text, const TimestampShape& shape, int64_t* value);

/// As parse_date and parse_timestamp read them: a year beyond four digits carries its sign, which
/// CAST leaves out. Zeros at the end of a second's fraction are cut.
void append_date(int64_t days, std::string& out);
void append_timestamp(int64_t ticks, int precision, std::string& out);

/// Standard alphabet, padded. Appends to `out`.
bool decode_base64(std::string_view text, std::string* out);

/// Returns the offset of the first byte that is not valid UTF-8, or -1.
int64_t find_invalid_utf8(std::string_view text);

/// `text` for an error message: cut to about 60 characters, unprintable bytes as \xNN, in quotes.
std::string quoted_cut(std::string_view text);

}  // namespace hw::scalar_text
