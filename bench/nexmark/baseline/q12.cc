// SPDX-License-Identifier: Apache-2.0
//
// q12: counts per bidder until the clock, asked once a batch, has gone on by ten seconds.

#include <chrono>

#include "baseline/parts.h"

namespace hw::bench {
namespace {

int64_t clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

void plain_q12(const EventLog& log, const Surroundings&, Output& output) {
  Longs bidder(output), bids(output), begins(output), ends(output);
  LongMap<int64_t> counts;
  int64_t window = clock_ms() / kWindowMs;
  const auto close = [&] {
    for (const auto& [key, count] : counts) {
      const size_t row = output.next();
      bidder[row] = key;
      bids[row] = count;
      begins[row] = window * kWindowMs;
      ends[row] = (window + 1) * kWindowMs;
    }
    counts.clear();
  };
  for (const Events& events : log.batches()) {
    const int64_t now = clock_ms() / kWindowMs;
    if (now != window) {
      close();
      window = now;
    }
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] == 2) ++counts[events.bid.bidder[i]];
    }
  }
  close();
}

}  // namespace hw::bench
