// SPDX-License-Identifier: Apache-2.0
//
// A strong digest of a file's bytes: XXH3 with 128 bits. Checksums of blocks say where a file is
// damaged; the digest says that it is the file that was meant.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hw {

/// 16 bytes, the high half first, most significant byte first (XXH128_canonicalFromHash).
using ContentDigest = std::array<uint8_t, 16>;

ContentDigest digest_of(std::string_view bytes);
/// 32 hexadecimal digits.
std::string to_text(const ContentDigest& digest);

/// Takes bytes as they come.
class DigestStream {
 public:
  DigestStream();
  ~DigestStream();
  DigestStream(const DigestStream&) = delete;
  DigestStream& operator=(const DigestStream&) = delete;
  void update(const void* bytes, int64_t length);
  /// Of everything up to now.
  ContentDigest digest() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace hw
