// SPDX-License-Identifier: Apache-2.0
//
// Bitmaps (validity, BOOLEAN) a word at a time, from any bit on.

#pragma once

#include <cstdint>
#include <cstring>

namespace hw {

/// 64 bits from bit `position` on; bits at or above `position + count` are 0. Requires: count
/// in 1..64 and the bitmap holds position + count bits.
inline uint64_t load_bits(const uint8_t* bitmap, int64_t position, int64_t count) {
  const uint8_t* bytes = bitmap + position / 8;
  const int shift = static_cast<int>(position % 8);
  uint64_t word = 0;
  if (count == 64) {
    std::memcpy(&word, bytes, 8);
    if (shift == 0) return word;
    return word >> shift | static_cast<uint64_t>(bytes[8]) << (64 - shift);
  }
  const auto num_bytes = static_cast<size_t>((shift + count + 7) / 8);
  std::memcpy(&word, bytes, num_bytes < 8 ? num_bytes : 8);
  word >>= shift;
  if (num_bytes > 8) word |= static_cast<uint64_t>(bytes[8]) << (64 - shift);
  return word & ((uint64_t{1} << count) - 1);
}

}  // namespace hw
