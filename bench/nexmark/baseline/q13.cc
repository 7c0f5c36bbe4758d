// SPDX-License-Identifier: Apache-2.0
//
// q13: a map of the side input.

#include "baseline/parts.h"

namespace hw::bench {

void plain_q13(const EventLog& log, const Surroundings& around, Output& output) {
  Longs auction(output), bidder(output), price(output), time(output);
  Texts value(output);
  LongMap<std::string> side;
  for (const auto& [key, text] : around.side_input) side[key] = text;
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const auto found = side.find(bid.auction[i] % 10'000);
      if (found == side.end()) continue;
      const size_t row = output.next();
      auction[row] = bid.auction[i];
      bidder[row] = bid.bidder[i];
      price[row] = bid.price[i];
      time[row] = bid.time[i];
      value.put(row, found->second);
    }
  }
}

}  // namespace hw::bench
