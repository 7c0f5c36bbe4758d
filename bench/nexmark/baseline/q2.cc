// SPDX-License-Identifier: Apache-2.0
//
// q2: a filter that writes the numbers of its rows without a branch.

#include "baseline/parts.h"

namespace hw::bench {

void plain_q2(const EventLog& log, const Surroundings&, Output& output) {
  Longs auction(output), price(output);
  std::vector<int32_t> selected(4096);
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    size_t count = 0;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      selected[count] = static_cast<int32_t>(i);
      count += (events.type[i] == 2) & (static_cast<uint64_t>(bid.auction[i]) % 123 == 0);
    }
    for (size_t k = 0; k < count; ++k) {
      const size_t row = output.next();
      auction[row] = bid.auction[selected[k]];
      price[row] = bid.price[selected[k]];
    }
  }
}

}  // namespace hw::bench
