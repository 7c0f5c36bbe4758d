// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/text_length.h"

namespace hw {
namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::string_view fit_bytes(std::string_view value, const SqlType& type, std::string& scratch) {
  const auto length = static_cast<size_t>(type.length());
  if (value.size() > length) return value.substr(0, length);
  if (value.size() == length || !type.is(TypeKind::kBinary)) return value;
  scratch.assign(value);
  scratch.resize(length, '\0');
  return scratch;
}

std::string_view fit_text(std::string_view value, const SqlType& type, std::string& scratch) {
  const int64_t length = type.length();
  // Fewer bytes than characters allowed: nothing to cut, and nothing to count but for CHAR.
  if (static_cast<int64_t>(value.size()) > length) value = cut_to_code_points(value, length);
  if (!type.is(TypeKind::kChar)) return value;
  const int64_t missing = length - count_code_points(value);
  if (missing <= 0) return value;
  scratch.assign(value);
  scratch.append(static_cast<size_t>(missing), ' ');
  return scratch;
}

}  // namespace

int64_t count_code_points(std::string_view text) {
  int64_t count = 0;
  for (const char c : text) count += starts_character(c);
  return count;
}

std::string_view cut_to_code_points(std::string_view text, int64_t n) {
  int64_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (starts_character(text[i]) && count++ == n) return text.substr(0, i);
  }
  return text;
}

bool is_valid_utf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) {
      ++i;
      continue;
    }
    // The second byte's range excludes overlong forms and surrogates; the others are 80..bf.
    size_t length = 0;
    unsigned char low = 0x80, high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) length = 2;
    if (first >= 0xe0 && first <= 0xef) length = 3;
    if (first >= 0xf0 && first <= 0xf4) length = 4;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
    if (length == 0 || text.size() - i < length) return false;
    for (size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + k]);
      if (byte < (k == 1 ? low : 0x80) || byte > (k == 1 ? high : 0xbf)) return false;
    }
    i += length;
  }
  return true;
}

std::string_view fit_to_type(std::string_view value, const SqlType& type, std::string& scratch) {
  return type.is_bytes() ? fit_bytes(value, type, scratch) : fit_text(value, type, scratch);
}

}  // namespace hw
