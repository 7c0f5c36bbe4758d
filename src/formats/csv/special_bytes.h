// SPDX-License-Identifier: Apache-2.0
//
// Whether a text holds one of a few characters, by eight bytes at a time.

#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hw {

class SpecialBytes {
 public:
  static constexpr size_t kCharacters = 5;
  explicit SpecialBytes(const std::array<char, kCharacters>& characters) {
    for (size_t i = 0; i < kCharacters; ++i) {
      repeated_[i] = kOnes * static_cast<unsigned char>(characters[i]);
    }
  }

  bool any_in(std::string_view text) const {
    uint64_t eight = 0;
    if (text.size() < sizeof(eight)) {
      if (text.empty()) return false;
      // What is left of the word repeats the first byte.
      eight = kOnes * static_cast<unsigned char>(text[0]);
      std::memcpy(&eight, text.data(), text.size());
      return (zero_bytes(eight) & kHighBits) != 0;
    }
    std::memcpy(&eight, text.data() + text.size() - sizeof(eight), sizeof(eight));
    uint64_t found = zero_bytes(eight);
    for (size_t i = 0; i + sizeof(eight) < text.size(); i += sizeof(eight)) {
      std::memcpy(&eight, text.data() + i, sizeof(eight));
      found |= zero_bytes(eight);
    }
    return (found & kHighBits) != 0;
  }

 private:
  static constexpr uint64_t kOnes = 0x0101010101010101;
  static constexpr uint64_t kHighBits = 0x8080808080808080;

  /// Some high bit is set where a byte is special; none where none is.
  uint64_t zero_bytes(uint64_t eight) const {
    uint64_t found = 0;
    for (const uint64_t one : repeated_) found |= ((eight ^ one) - kOnes) & ~(eight ^ one);
    return found;
  }

  std::array<uint64_t, kCharacters> repeated_;
};

}  // namespace hw
