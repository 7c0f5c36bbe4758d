// SPDX-License-Identifier: Apache-2.0
//
// Finds a byte in a text by counting: the separator that a part begins or ends at.

#pragma once

#include <bit>
#include <cstdint>
#include <immintrin.h>

namespace hw {

/// Where the `count`-th `byte` from `begin` on stands, or `end`. Parts are short: looking at 32
/// bytes at once and counting is cheaper than a search for each of them.
inline const char* find_nth(const char* begin, const char* end, char byte, int32_t count) {
  const __m256i wanted = _mm256_set1_epi8(byte);
  for (; end - begin >= 32; begin += 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(begin));
    auto found = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, wanted)));
    const int here = std::popcount(found);
    if (here < count) {
      count -= here;
      continue;
    }
    for (; count > 1; --count) found &= found - 1;
    return begin + std::countr_zero(found);
  }
  for (; begin != end; ++begin) {
    if (*begin == byte && --count == 0) return begin;
  }
  return end;
}

}  // namespace hw
