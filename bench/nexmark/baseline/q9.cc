// SPDX-License-Identifier: Apache-2.0
//
// q9: the best bid of each auction; whenever it changes, the whole row. A bid may come before its
// auction, so that all bids are kept.

#include "baseline/parts.h"

namespace hw::bench {
namespace {

struct Item {
  int64_t event = 0;
  int64_t best = 0;
  int64_t price = -1;  // no bid yet
};

class WonRing {
 public:
  explicit WonRing(Output& output) : output_(output) {}

  void put(const EventLog& log, int64_t item, int64_t offer) {
    const AuctionColumns& auction = log.batch_of(item).auction;
    const int64_t place = EventLog::place_of(item);
    const BidColumns& bid = log.batch_of(offer).bid;
    const int64_t at = EventLog::place_of(offer);
    const size_t row = output_.next();
    id_[row] = auction.id[place];
    item_.put(row, auction.item[place]);
    description_.put(row, auction.description[place]);
    initial_bid_[row] = auction.initial_bid[place];
    reserve_[row] = auction.reserve[place];
    time_[row] = auction.time[place];
    expires_[row] = auction.expires[place];
    seller_[row] = auction.seller[place];
    category_[row] = auction.category[place];
    extra_.put(row, auction.extra[place]);
    auction_[row] = bid.auction[at];
    bidder_[row] = bid.bidder[at];
    price_[row] = bid.price[at];
    bid_time_[row] = bid.time[at];
    bid_extra_.put(row, bid.extra[at]);
  }

 private:
  Output& output_;
  Longs id_{output_};
  Texts item_{output_}, description_{output_};
  Longs initial_bid_{output_}, reserve_{output_}, time_{output_}, expires_{output_};
  Longs seller_{output_}, category_{output_};
  Texts extra_{output_};
  Longs auction_{output_}, bidder_{output_}, price_{output_}, bid_time_{output_};
  Texts bid_extra_{output_};
};

}  // namespace

void plain_q9(const EventLog& log, const Surroundings&, Output& output) {
  WonRing ring(output);
  LongMap<Item> items;
  Chains bids;
  int64_t base = 0;
  // Rows of a chain come newest first: of equal bids the earlier one wins.
  const auto offer = [&](Item& item, int64_t event, bool older) {
    const BidColumns& bid = log.batch_of(event).bid;
    const int64_t at = EventLog::place_of(event);
    const AuctionColumns& auction = log.batch_of(item.event).auction;
    const int64_t place = EventLog::place_of(item.event);
    if (bid.time[at] < auction.time[place] || bid.time[at] > auction.expires[place]) return false;
    if (bid.price[at] < item.price || (bid.price[at] == item.price && !older)) return false;
    item.price = bid.price[at];
    item.best = event;
    return true;
  };
  for (const Events& events : log.batches()) {
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] == 2) {
        bids.add(events.bid.auction[i], base + i);
        const auto item = items.find(events.bid.auction[i]);
        if (item == items.end() || !offer(item->second, base + i, false)) continue;
        ring.put(log, item->second.event, item->second.best);
      } else if (events.type[i] == 1) {
        Item& item = items[events.auction.id[i]];
        item.event = base + i;
        bool any = false;
        bids.each(events.auction.id[i], [&](int64_t bid) { any |= offer(item, bid, true); });
        if (any) ring.put(log, item.event, item.best);
      }
    }
    base += 4096;
  }
  if (!output.wants_final_rows()) return;
  output.begin_final_rows();
  for (const auto& [id, item] : items) {
    if (item.price >= 0) ring.put(log, item.event, item.best);
  }
}

}  // namespace hw::bench
