// SPDX-License-Identifier: Apache-2.0
//
// q7 as published: bids are joined by price with the highest price of each window; and the same
// rows without a join. A bid exactly at the end of a window is looked at in both.

#include <algorithm>

#include "baseline/parts.h"

namespace hw::bench {
namespace {

class BidRing {
 public:
  explicit BidRing(Output& output)
      : output_(output),
        auction_(output),
        price_(output),
        bidder_(output),
        time_(output),
        extra_(output) {}

  void put(const EventLog& log, int64_t event) {
    const BidColumns& bid = log.batch_of(event).bid;
    const int64_t at = EventLog::place_of(event);
    const size_t row = output_.next();
    auction_[row] = bid.auction[at];
    price_[row] = bid.price[at];
    bidder_[row] = bid.bidder[at];
    time_[row] = bid.time[at];
    extra_.put(row, bid.extra[at]);
  }

 private:
  Output& output_;
  Longs auction_, price_, bidder_, time_;
  Texts extra_;
};

}  // namespace

void plain_q7(const EventLog& log, const Surroundings&, Output& output) {
  BidRing ring(output);
  Chains by_price;
  int64_t window = -1;
  int64_t highest = 0;
  int64_t last_highest = -1;
  int64_t base = 0;
  const auto close = [&] {
    by_price.each(highest, [&](int64_t bid) { ring.put(log, bid); });
    by_price.clear();
    last_highest = highest;
    highest = 0;
  };
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const int64_t now = bid.time[i] / kWindowMs;
      if (now != window) {
        if (window >= 0) close();
        window = now;
      }
      if (bid.time[i] % kWindowMs == 0 && bid.price[i] == last_highest) ring.put(log, base + i);
      by_price.add(bid.price[i], base + i);
      highest = std::max(highest, bid.price[i]);
    }
    base += 4096;
  }
  close();
}

void plain_q7_top(const EventLog& log, const Surroundings&, Output& output) {
  BidRing ring(output);
  std::vector<int64_t> best;
  int64_t window = -1;
  int64_t highest = 0;
  int64_t last_highest = -1;
  int64_t base = 0;
  const auto close = [&] {
    for (const int64_t row : best) ring.put(log, row);
    best.clear();
    last_highest = highest;
    highest = 0;
  };
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const int64_t now = bid.time[i] / kWindowMs;
      if (now != window) {
        if (window >= 0) close();
        window = now;
      }
      if (bid.time[i] % kWindowMs == 0 && bid.price[i] == last_highest) ring.put(log, base + i);
      if (bid.price[i] < highest) continue;
      if (bid.price[i] > highest) best.clear();
      highest = bid.price[i];
      best.push_back(base + i);
    }
    base += 4096;
  }
  close();
}

}  // namespace hw::bench
