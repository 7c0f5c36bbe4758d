// SPDX-License-Identifier: Apache-2.0
//
// CRC32C (Castagnoli), the checksum of every file that Headwater writes for itself.

#pragma once

#include <cstddef>
#include <cstdint>

namespace hw {

/// Continues `crc` over `length` bytes; the CRC of no bytes is 0.
uint32_t crc32c(uint32_t crc, const void* bytes, size_t length);

}  // namespace hw
