// SPDX-License-Identifier: Apache-2.0
//
// q0: five columns of a bid are copied.

#include "baseline/parts.h"

namespace hw::bench {

void plain_q0(const EventLog& log, const Surroundings&, Output& output) {
  Longs auction(output), bidder(output), price(output), time(output);
  Texts extra(output);
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const size_t row = output.next();
      auction[row] = bid.auction[i];
      bidder[row] = bid.bidder[i];
      price[row] = bid.price[i];
      time[row] = bid.time[i];
      extra.put(row, bid.extra[i]);
    }
  }
}

}  // namespace hw::bench
