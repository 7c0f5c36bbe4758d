// SPDX-License-Identifier: Apache-2.0

#include "base/crc32c.h"

#include <cstring>
#include <nmmintrin.h>

namespace hw {

uint32_t crc32c(uint32_t crc, const void* bytes, size_t length) {
  const auto* at = static_cast<const unsigned char*>(bytes);
  uint64_t state = ~crc;
  for (; length >= sizeof(uint64_t); length -= sizeof(uint64_t), at += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    state = _mm_crc32_u64(state, word);
  }
  auto narrow = static_cast<uint32_t>(state);
  for (; length > 0; --length, ++at) narrow = _mm_crc32_u8(narrow, *at);
  return ~narrow;
}

}  // namespace hw
