// SPDX-License-Identifier: Apache-2.0
//
// Which of a few texts a text is, as a number: one look however many tests of it there are, and
// what follows compares numbers.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hw {

class TextCode {
 public:
  static constexpr size_t kTextsMax = 62;
  static constexpr int8_t kNone = -1;

  /// With `lower` it is LOWER of the text that is one of them. Requires: at most kTextsMax, each
  /// once.
  TextCode(std::vector<std::string> texts, bool lower);

  /// The place in the list, or kNone.
  int8_t operator()(std::string_view text) const;

 private:
  /// Of a text, all in lower case where it is about that: size, first and last up to 8 bytes.
  struct Ends {
    size_t size = 0;
    uint64_t first = 0;
    uint64_t last = 0;
    bool operator==(const Ends&) const = default;
  };
  template <bool kLower>
  static Ends ends_of(std::string_view text);
  static size_t place_of(const Ends& ends);
  template <bool kLower>
  static bool is_equal(std::string_view text, std::string_view wanted);

  template <bool kLower>
  int8_t find(std::string_view text, const Ends& ends) const;

  std::vector<std::string> texts_;
  std::vector<Ends> ends_;  // of texts_
  bool lower_;
  uint64_t sizes_ = 0;              // bit min(size, 63) of each text
  std::array<int8_t, 128> places_;  // open addressing
};

}  // namespace hw
