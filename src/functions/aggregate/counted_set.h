// SPDX-License-Identifier: Apache-2.0
//
// How often each 32-bit integer was added less how often it was taken back, by binary digits: digit
// k is the set of the integers whose count has bit k, negative counts in two's complement. Whole
// sets are added like numbers, with a few operations on sets, however many integers they have.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columnar/bitmap_value.h"

namespace hw {

class CountedSet {
 public:
  CountedSet() = default;
  /// Requires: what append_bytes() wrote.
  static Result<CountedSet> read(std::string_view bytes);
  /// Appends nothing where nothing is counted.
  void append_bytes(std::string& out) const;

  void add(const CountedSet& other);
  /// Adds 1 for each value, or -1.
  void add(const BitmapValue& values, int weight);
  /// Adds the counts of different integers, in any order.
  void add(std::span<const std::pair<uint32_t, int64_t>> counts);

  /// What is counted once or more often.
  BitmapValue positive() const;
  /// What is counted exactly so often. Requires: count > 0.
  BitmapValue with_count(int64_t count) const;

 private:
  const BitmapValue& digit(size_t place) const {
    return place < digits_.size() ? digits_[place] : negative_;
  }

  std::vector<BitmapValue> digits_;
  BitmapValue negative_;  // every digit from digits_.size() on
};

}  // namespace hw
