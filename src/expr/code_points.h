// SPDX-License-Identifier: Apache-2.0
//
// Text by code points: SQL counts lengths and positions in them, storage is UTF-8. Invalid bytes
// count as one each, so nothing runs past the end.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hw {

/// Bytes of the code point that starts with `lead`; 1 for a continuation byte on its own.
inline size_t code_point_size(unsigned char lead) {
  if (lead < 0xC0) return 1;
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

inline int64_t count_code_points(std::string_view text) {
  int64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

/// Byte position behind the first `count` code points; the text's size if it has fewer.
inline size_t bytes_of_code_points(std::string_view text, int64_t count) {
  size_t i = 0;
  while (count > 0 && i < text.size()) {
    i += code_point_size(static_cast<unsigned char>(text[i]));
    --count;
  }
  return i < text.size() ? i : text.size();
}

/// Code points [begin, begin + count) counted from 0.
inline std::string_view code_point_range(std::string_view text, int64_t begin, int64_t count) {
  const size_t first = bytes_of_code_points(text, begin);
  const std::string_view rest = text.substr(first);
  return rest.substr(0, bytes_of_code_points(rest, count));
}

}  // namespace hw
