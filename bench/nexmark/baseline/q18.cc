// SPDX-License-Identifier: Apache-2.0
//
// q18: the number of the last bid of each pair; every bid is a new last one.

#include <utility>

#include "baseline/bid_ring.h"

namespace hw::bench {

void plain_q18(const EventLog& log, const Surroundings&, Output& output) {
  WholeBids ring(output);
  boost::unordered_flat_map<std::pair<int64_t, int64_t>, int64_t> last;
  int64_t base = 0;
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      last[{bid.bidder[i], bid.auction[i]}] = base + i;
      ring.put(bid, i);
    }
    base += 4096;
  }
  if (!output.wants_final_rows()) return;
  output.begin_final_rows();
  for (const auto& [pair, row] : last) {
    ring.put(log.batch_of(row).bid, EventLog::place_of(row));
  }
}

}  // namespace hw::bench
