// SPDX-License-Identifier: Apache-2.0
//
// q1: a price in euros, thousandths in 128 bits.

#include "baseline/parts.h"

namespace hw::bench {

void plain_q1(const EventLog& log, const Surroundings&, Output& output) {
  Longs auction(output), bidder(output);
  Decimals price(output);
  Longs time(output);
  Texts extra(output);
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const size_t row = output.next();
      auction[row] = bid.auction[i];
      bidder[row] = bid.bidder[i];
      price[row] = static_cast<__int128>(bid.price[i]) * 908;
      time[row] = bid.time[i];
      extra.put(row, bid.extra[i]);
    }
  }
}

}  // namespace hw::bench
