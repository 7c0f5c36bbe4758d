// SPDX-License-Identifier: Apache-2.0
//
// q20: auctions of one category and all bids, since a bid may come before its auction.

#include "baseline/bid_ring.h"

namespace hw::bench {
namespace {

class AuctionPart {
 public:
  explicit AuctionPart(Output& output) : output_(output) {}

  void put(size_t row, const AuctionColumns& auction, int64_t i) {
    item_.put(row, auction.item[i]);
    description_.put(row, auction.description[i]);
    initial_bid_[row] = auction.initial_bid[i];
    reserve_[row] = auction.reserve[i];
    time_[row] = auction.time[i];
    expires_[row] = auction.expires[i];
    seller_[row] = auction.seller[i];
    category_[row] = auction.category[i];
    extra_.put(row, auction.extra[i]);
  }

 private:
  Output& output_;
  Texts item_{output_}, description_{output_};
  Longs initial_bid_{output_}, reserve_{output_}, time_{output_}, expires_{output_};
  Longs seller_{output_}, category_{output_};
  Texts extra_{output_};
};

}  // namespace

void plain_q20(const EventLog& log, const Surroundings&, Output& output) {
  WholeBids bids(output);
  AuctionPart ring(output);
  LongMap<int64_t> auctions;
  Chains early;
  int64_t base = 0;
  for (const Events& events : log.batches()) {
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] == 2) {
        early.add(events.bid.auction[i], base + i);
        const auto auction = auctions.find(events.bid.auction[i]);
        if (auction == auctions.end()) continue;
        const size_t row = bids.put(events.bid, i);
        ring.put(row, log.batch_of(auction->second).auction, EventLog::place_of(auction->second));
      } else if (events.type[i] == 1 && events.auction.category[i] == 10) {
        auctions[events.auction.id[i]] = base + i;
        early.each(events.auction.id[i], [&](int64_t bid) {
          const size_t row = bids.put(log.batch_of(bid).bid, EventLog::place_of(bid));
          ring.put(row, events.auction, i);
        });
      }
    }
    base += 4096;
  }
}

}  // namespace hw::bench
