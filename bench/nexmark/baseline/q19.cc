// SPDX-License-Identifier: Apache-2.0
//
// q19: up to ten bids of each auction, sorted; a bid that enters moves those below it, and each row
// that has another place is written.

#include "baseline/bid_ring.h"

namespace hw::bench {
namespace {

struct Ten {
  struct Entry {
    int64_t price;
    int64_t event;
  };
  std::array<Entry, 10> entries;
  int count = 0;

  /// Where it stands now, -1 if nowhere. Of equal ones the earlier is first.
  int enter(int64_t price, int64_t event) {
    int at = count;
    while (at > 0 && entries[static_cast<size_t>(at - 1)].price < price) --at;
    if (at == 10) return -1;
    if (count < 10) ++count;
    for (int k = count - 1; k > at; --k) {
      entries[static_cast<size_t>(k)] = entries[static_cast<size_t>(k - 1)];
    }
    entries[static_cast<size_t>(at)] = {price, event};
    return at;
  }
};

}  // namespace

void plain_q19(const EventLog& log, const Surroundings&, Output& output) {
  WholeBids ring(output);
  Longs place(output);
  LongMap<Ten> auctions;
  int64_t base = 0;
  const auto put_from = [&](const Ten& ten, int first) {
    for (int k = first; k < ten.count; ++k) {
      const int64_t event = ten.entries[static_cast<size_t>(k)].event;
      place[ring.put(log.batch_of(event).bid, EventLog::place_of(event))] = k + 1;
    }
  };
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      Ten& ten = auctions[bid.auction[i]];
      const int at = ten.enter(bid.price[i], base + i);
      if (at >= 0) put_from(ten, at);
    }
    base += 4096;
  }
  if (!output.wants_final_rows()) return;
  output.begin_final_rows();
  for (const auto& [auction, ten] : auctions) put_from(ten, 0);
}

}  // namespace hw::bench
