// SPDX-License-Identifier: Apache-2.0
//
// q4: of each auction the highest valid bid, of each category their sum. A bid may come before its
// auction, so that all bids are kept.

#include <algorithm>

#include "baseline/parts.h"

namespace hw::bench {
namespace {

struct Item {
  int64_t time;
  int64_t expires;
  int64_t category;
  int64_t highest;  // -1: no bid yet
};

struct Total {
  int64_t sum = 0;
  int64_t count = 0;
  bool changed = false;
};

}  // namespace

void plain_q4(const EventLog& log, const Surroundings&, Output& output) {
  Longs category(output), average(output);
  LongMap<Item> items;
  Chains bids;
  LongMap<Total> totals;
  const auto raise = [&](Item& item, int64_t price, int64_t time) {
    if (time < item.time || time > item.expires || price <= item.highest) return;
    Total& total = totals[item.category];
    total.sum += price - std::max<int64_t>(item.highest, 0);
    total.count += item.highest < 0;
    total.changed = true;
    item.highest = price;
  };
  const auto emit = [&](bool all) {
    for (auto& [key, total] : totals) {
      if (!all && !total.changed) continue;
      total.changed = false;
      const size_t row = output.next();
      category[row] = key;
      average[row] = total.sum / total.count;
    }
  };
  int64_t base = 0;
  for (const Events& events : log.batches()) {
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] == 2) {
        bids.add(events.bid.auction[i], base + i);
        const auto item = items.find(events.bid.auction[i]);
        if (item != items.end()) raise(item->second, events.bid.price[i], events.bid.time[i]);
      } else if (events.type[i] == 1) {
        Item& item = items[events.auction.id[i]];
        item = {events.auction.time[i], events.auction.expires[i], events.auction.category[i], -1};
        bids.each(events.auction.id[i], [&](int64_t bid) {
          const BidColumns& early = log.batch_of(bid).bid;
          const int64_t at = EventLog::place_of(bid);
          raise(item, early.price[at], early.time[at]);
        });
      }
    }
    emit(false);
    base += 4096;
  }
  if (!output.wants_final_rows()) return;
  output.begin_final_rows();
  emit(true);
}

}  // namespace hw::bench
