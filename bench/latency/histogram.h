// SPDX-License-Identifier: Apache-2.0
//
// Counts of times in buckets as HDR histograms have them: each power of two in 128 equal parts, so
// that any value is known to less than a hundredth, however many there are.

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace hw::bench {

class Histogram {
 public:
  /// What is below 0 counts as 0.
  void add(int64_t ns) {
    ++buckets_[bucket_of(static_cast<uint64_t>(std::max<int64_t>(0, ns)))];
    ++count_;
  }
  int64_t count() const { return count_; }

  /// The largest value of the bucket below or in which that share of the values lies.
  int64_t at(double share) const {
    const auto wanted = static_cast<int64_t>(share * static_cast<double>(count_));
    int64_t seen = 0;
    for (size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > 0 && seen >= wanted) return end_of(i);
    }
    return 0;
  }

 private:
  static constexpr int kBits = 7;
  static constexpr size_t kParts = size_t{1} << kBits;

  static size_t bucket_of(uint64_t value) {
    if (value < kParts) return value;
    const int shift = std::bit_width(value) - 1 - kBits;
    return static_cast<size_t>(shift + 1) * kParts + ((value >> shift) - kParts);
  }
  static int64_t end_of(size_t bucket) {
    if (bucket < kParts) return static_cast<int64_t>(bucket);
    const size_t shift = bucket / kParts - 1;
    return static_cast<int64_t>(((bucket % kParts + kParts + 1) << shift) - 1);
  }

  std::array<int64_t, (64 - kBits + 1) * kParts> buckets_ = {};
  int64_t count_ = 0;
};

}  // namespace hw::bench
