// SPDX-License-Identifier: Apache-2.0
//
// q15: per day a map of bidders and one of auctions, each with a mask of the price ranges.

#include "baseline/statistics.h"

namespace hw::bench {
namespace {

struct Day {
  Statistics statistics;
  LongMap<uint8_t> bidders;
  LongMap<uint8_t> auctions;
  bool changed = false;
};

}  // namespace

void plain_q15(const EventLog& log, const Surroundings&, Output& output) {
  Texts day(output);
  StatisticsRing ring(output);
  LongMap<Day> days;
  const auto emit = [&](bool all) {
    for (auto& [number, one] : days) {
      if (!all && !one.changed) continue;
      one.changed = false;
      const size_t row = output.next();
      day.put(row, DayText(number));
      ring.put(row, one.statistics);
    }
  };
  Day* today = nullptr;
  int64_t number = -1;
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      if (bid.time[i] / kDayMs != number) {
        number = bid.time[i] / kDayMs;
        today = &days[number];
      }
      const int rank = price_rank(bid.price[i]);
      today->changed = true;
      today->statistics.bid(rank);
      today->statistics.distinct(4, today->bidders[bid.bidder[i]], rank);
      today->statistics.distinct(8, today->auctions[bid.auction[i]], rank);
    }
    emit(false);
  }
  if (!output.wants_final_rows()) return;
  output.begin_final_rows();
  emit(true);
}

}  // namespace hw::bench
