// SPDX-License-Identifier: Apache-2.0

#include "formats/json/json_token.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "columnar/canonical_form.h"
#include "columnar/text/json_text.h"
#include "formats/json/json_shape.h"
#include "formats/slots/scalar_text.h"

namespace hw::json_token {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The four hex digits at `at`, or -1.
int hex4(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return -1;
  int code = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const int value = hex_value(text[i]);
    if (value < 0) return -1;
    code = code << 4 | value;
  }
  return code;
}

char* put_utf8(uint32_t code, char* to) {
  const auto put = [&](uint32_t byte) { *to++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 63));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 63));
    put(0x80 | (code & 63));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 63));
    put(0x80 | (code >> 6 & 63));
    put(0x80 | (code & 63));
  }
  return to;
}

/// The `\uXXXX` (or pair of them) at `i`, just behind the u; moves `i` behind it.
bool take_unicode(std::string_view raw, size_t* i, uint32_t* code) {
  const int first = hex4(raw, *i);
  if (first < 0 || (first >= 0xDC00 && first < 0xE000)) return false;
  *i += 4;
  *code = static_cast<uint32_t>(first);
  if (first < 0xD800 || first >= 0xE000) return true;
  if (raw.substr(*i, 2) != "\\u") return false;
  const int second = hex4(raw, *i + 2);
  if (second < 0xDC00 || second >= 0xE000) return false;
  *i += 6;
  *code = 0x10000 + ((*code - 0xD800) << 10) + (static_cast<uint32_t>(second) - 0xDC00);
  return true;
}

char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Whether a number has no digit but 0 behind its point once its exponent has moved it.
bool is_whole(std::string_view text) {
  const size_t exponent = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, exponent);
  const size_t last = mantissa.find_last_of("123456789");
  if (last == std::string_view::npos) return true;
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  // The last digit counts 10^power, before the exponent moves it.
  const int64_t power =
      static_cast<int64_t>(point) - static_cast<int64_t>(last) - (last < point ? 1 : 0);
  if (exponent == text.size()) return power >= 0;
  int64_t moved = 0;
  return scalar_text::parse_int64(text.substr(exponent + 1), &moved) && moved >= -power;
}

/// A whole number also when it is written as 1.0 or 1e3.
bool parse_whole(std::string_view text, int64_t* value) {
  if (scalar_text::parse_int64(text, value)) return true;
  if (text.find_first_of(".eE") == std::string_view::npos || !is_whole(text)) return false;
  scalar_text::Unscaled whole = 0;
  constexpr int kPrecisionMax = 38;
  if (!scalar_text::parse_decimal(text, {kPrecisionMax, 0}, &whole) ||
      whole > std::numeric_limits<int64_t>::max() || whole < std::numeric_limits<int64_t>::min()) {
    return false;
  }
  *value = static_cast<int64_t>(whole);
  return true;
}

template <typename T>
Stored store_whole(JsonNode& node, int64_t row, std::string_view text) {
  int64_t value = 0;
  if (!parse_whole(text, &value) || value < std::numeric_limits<T>::min() ||
      value > std::numeric_limits<T>::max()) {
    return Stored::kNo;
  }
  node.slot->set<T>(row, static_cast<T>(value));
  return Stored::kYes;
}

Stored store_boolean(JsonNode& node, int64_t row, std::string_view text) {
  const auto equals = [&](std::string_view word) {
    if (text.size() != word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i) {
      if ((text[i] | 0x20) != word[i]) return false;
    }
    return true;
  };
  if (!equals("true") && !equals("false")) return Stored::kNo;
  node.slot->set_bool(row, equals("true"));
  return Stored::kYes;
}

Stored store_binary(JsonNode& node, int64_t row, std::string_view text, std::string* scratch) {
  std::string bytes;
  if (!scalar_text::decode_base64(text, &bytes)) return Stored::kNo;
  scratch->clear();
  if (node.type.is_bitmap()) {
    if (!CanonicalForm(node.type).write(bytes, *scratch).ok()) return Stored::kNo;
  } else {
    scratch->swap(bytes);
  }
  return node.slot->set_bytes(row, *scratch).ok() ? Stored::kYes : Stored::kNoRoom;
}

Stored store_timestamp(JsonNode& node, int64_t row, std::string_view text) {
  int64_t ticks = 0;
  if (!scalar_text::parse_timestamp(text, node.timestamp, &ticks)) return Stored::kNo;
  node.slot->set<int64_t>(row, ticks);
  // Remembers the minute for the next one; only where nothing follows the seconds.
  constexpr size_t kMinuteBytes = sizeof(node.minute_text);
  if (node.timestamp.zone == scalar_text::TimestampShape::Zone::kNone &&
      text.size() > kMinuteBytes && is_digit(text[0])) {
    scalar_text::TimestampShape shape = node.timestamp;
    shape.seconds_optional = true;
    int64_t minute = 0;
    if (scalar_text::parse_timestamp(text.substr(0, kMinuteBytes), shape, &minute)) {
      std::memcpy(node.minute_text, text.data(), kMinuteBytes);
      node.minute_ticks = minute;
    }
  }
  return Stored::kYes;
}

}  // namespace

bool is_number(std::string_view text) {
  return !text.empty() && json_number_length(text) == text.size();
}

int64_t unescape(std::string_view raw, char* to) {
  char* const begin = to;
  size_t i = 0;
  while (i < raw.size()) {
    const size_t escape = std::min(raw.find('\\', i), raw.size());
    std::memcpy(to, raw.data() + i, escape - i);
    to += escape - i;
    i = escape + 1;
    if (escape == raw.size()) break;
    if (i == raw.size()) return -1;
    const char c = raw[i++];
    if (c == 'u') {
      uint32_t code = 0;
      if (!take_unicode(raw, &i, &code)) return -1;
      to = put_utf8(code, to);
      continue;
    }
    const char plain = simple_escape(c);
    if (plain == 0) return -1;
    *to++ = plain;
  }
  return to - begin;
}

void minify(std::string_view json, std::string* out) {
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && is_blank(c)) continue;
    out->push_back(c);
    if (c == '"') in_string = !in_string;
    if (c == '\\' && in_string && i + 1 < json.size()) out->push_back(json[++i]);
  }
}

bool parse_second(const char* text, int64_t ticks_per_second, int precision, int64_t* ticks) {
  if (text[0] != ':' || !is_digit(text[1]) || !is_digit(text[2]) || text[1] > '5') return false;
  *ticks = ((text[1] - '0') * 10 + (text[2] - '0')) * ticks_per_second;
  if (text[3] == '"') return true;
  // Other lengths and precisions go the long way.
  if (text[3] != '.' || precision != 3) return false;
  int64_t milliseconds = 0;
  int64_t unit = 100;
  const char* p = text + 4;
  for (; is_digit(*p) && unit > 0; ++p, unit /= 10) milliseconds += (*p - '0') * unit;
  if (*p != '"' || p == text + 4) return false;
  *ticks += milliseconds;
  return true;
}

Stored store(JsonNode& node, int64_t row, std::string_view text, bool is_string,
             std::string* scratch) {
  const bool word = !is_string && (text == "true" || text == "false");
  if (node.kind == JsonKind::kBoolean) return store_boolean(node, row, trimmed(text));
  if (word) return Stored::kNo;
  switch (node.kind) {
    case JsonKind::kTinyint:
      return store_whole<int8_t>(node, row, trimmed(text));
    case JsonKind::kSmallint:
      return store_whole<int16_t>(node, row, trimmed(text));
    case JsonKind::kInt:
      return store_whole<int32_t>(node, row, trimmed(text));
    case JsonKind::kBigint:
      return store_whole<int64_t>(node, row, trimmed(text));
    case JsonKind::kFloat: {
      float value = 0;
      if (!scalar_text::parse_float(trimmed(text), &value)) return Stored::kNo;
      node.slot->set(row, value);
      return Stored::kYes;
    }
    case JsonKind::kDouble: {
      double value = 0;
      if (!scalar_text::parse_double(trimmed(text), &value)) return Stored::kNo;
      node.slot->set(row, value);
      return Stored::kYes;
    }
    case JsonKind::kDecimal: {
      scalar_text::Unscaled value = 0;
      const scalar_text::DecimalShape shape{node.type.precision(), node.type.scale()};
      if (!scalar_text::parse_decimal(trimmed(text), shape, &value)) return Stored::kNo;
      node.slot->set(row, value);
      return Stored::kYes;
    }
    default:
      break;
  }
  if (!is_string) return Stored::kNo;
  int32_t value = 0;
  switch (node.kind) {
    case JsonKind::kBinary:
      return store_binary(node, row, text, scratch);
    case JsonKind::kTimestamp:
      return store_timestamp(node, row, text);
    case JsonKind::kDate:
      if (!scalar_text::parse_date(text, &value)) return Stored::kNo;
      break;
    case JsonKind::kTime:
      if (!scalar_text::parse_time(text, &value)) return Stored::kNo;
      break;
    default:
      return Stored::kNo;
  }
  node.slot->set(row, value);
  return Stored::kYes;
}

std::string hint(const JsonNode& node, std::string_view format) {
  const std::string standard = "'" + std::string(format) + ".timestamp-format.standard'";
  switch (node.kind) {
    case JsonKind::kBoolean:
      return "write true or false";
    case JsonKind::kTinyint:
    case JsonKind::kSmallint:
    case JsonKind::kInt:
    case JsonKind::kBigint:
      return "write a whole number in the type's range, or declare a wider type";
    case JsonKind::kFloat:
    case JsonKind::kDouble:
      return "write a number in the type's range";
    case JsonKind::kDecimal:
      return "write a number that fits the precision, or declare a wider DECIMAL";
    case JsonKind::kText:
      return "write a string";
    case JsonKind::kVariant:
      return "write numbers in the range of DOUBLE";
    case JsonKind::kBinary:
      return node.type.is_bitmap() ? "write a Roaring bitmap's portable format in base64"
                                   : "write a string in base64";
    case JsonKind::kDate:
      return "write \"yyyy-MM-dd\"";
    case JsonKind::kTime:
      return "write \"HH:mm:ss\"";
    case JsonKind::kTimestamp: {
      const bool zone = node.timestamp.zone != scalar_text::TimestampShape::Zone::kNone;
      if (node.timestamp.separator == 'T') {
        return std::string("write \"yyyy-MM-ddTHH:mm:ss.fff") + (zone ? "Z" : "") + "\", or set " +
               standard + " to what the input has";
      }
      return std::string("write \"yyyy-MM-dd HH:mm:ss.fff") + (zone ? "Z" : "") + "\", or set " +
             standard + " = 'ISO-8601'";
    }
    case JsonKind::kRow:
    case JsonKind::kMap:
      return "write an object: {…}";
    case JsonKind::kArray:
      return "write an array: […]";
    case JsonKind::kRowKind:
      return "write +I, -U, +U or -D";
  }
  return "";
}

}  // namespace hw::json_token
