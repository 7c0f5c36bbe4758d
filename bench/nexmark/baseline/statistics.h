// SPDX-License-Identifier: Apache-2.0
//
// What q15 and q16 count, and the columns that it goes to.

#pragma once

#include "baseline/parts.h"

namespace hw::bench {

/// Counts of bids, bidders and auctions: all, and by price range.
struct Statistics {
  std::array<int64_t, 12> counts{};

  void bid(int rank) {
    ++counts[0];
    ++counts[static_cast<size_t>(1 + rank)];
  }
  /// `seen`: bit 3 for any price, bits 0 to 2 by price range.
  void distinct(size_t first, uint8_t& seen, int rank) {
    const auto bits = static_cast<uint8_t>(8 | 1 << rank);
    const uint8_t fresh = bits & ~seen;
    if (fresh == 0) return;
    seen |= fresh;
    counts[first] += fresh >> 3;
    counts[first + 1 + static_cast<size_t>(rank)] += fresh >> rank & 1;
  }
};

class StatisticsRing {
 public:
  explicit StatisticsRing(Output& output) : output_(output) {}
  void put(size_t row, const Statistics& statistics) {
    for (size_t i = 0; i < columns_.size(); ++i) columns_[i][row] = statistics.counts[i];
  }

 private:
  Output& output_;
  std::array<Longs, 12> columns_{Longs(output_), Longs(output_), Longs(output_), Longs(output_),
                                 Longs(output_), Longs(output_), Longs(output_), Longs(output_),
                                 Longs(output_), Longs(output_), Longs(output_), Longs(output_)};
};

}  // namespace hw::bench
