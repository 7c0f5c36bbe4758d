// SPDX-License-Identifier: Apache-2.0
//
// Which of a few texts a text is, as a number: one look however many tests of it there are, and
// what follows compares numbers.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/column.h"

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
  /// The same of each row; something for NULLs. Requires: a plain or constant column of text.
  void of_rows(const Column& texts, int64_t num_rows, int8_t* codes) const;

 private:
  /// A text of up to 16 bytes, zeros behind it.
  struct Words {
    uint64_t first = 0;
    uint64_t second = 0;
    uint64_t size = UINT64_MAX;  // no text

    bool operator==(const Words&) const = default;
  };
  struct Entry {
    Words words;
    int8_t code = kNone;
  };

  /// Short texts, each at its place: no second place is looked at.
  struct Table {
    size_t place_of(const Words& words) const {
      const uint64_t mixed = (words.first + words.size) * seed ^ words.second * (seed + 2);
      return static_cast<size_t>(mixed >> shift);
    }
    /// Without a branch: which text it is, is often random.
    int8_t find(const Words& words) const {
      const Entry& entry = entries[place_of(words)];
      const uint64_t differ = (entry.words.first ^ words.first) |
                              (entry.words.second ^ words.second) | (entry.words.size ^ words.size);
      return static_cast<int8_t>(entry.code | -static_cast<int>(differ != 0));
    }
    const Entry* entries;
    uint64_t seed;
    int shift;
  };

  static Words words_of(std::string_view text);
  Table table() const { return {entries_.data(), seed_, shift_}; }
  void fill_table();
  int8_t find_long(std::string_view text) const;

  const std::vector<std::string> texts_;
  const bool lower_;
  std::vector<Entry> entries_;
  uint64_t seed_ = 0;
  int shift_ = 0;
  // Places in texts_ of those that the entries have no room for.
  std::vector<size_t> others_;
};

}  // namespace hw
