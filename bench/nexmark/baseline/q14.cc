// SPDX-License-Identifier: Apache-2.0
//
// q14: a filter on the price in euros, the hour in words, letters counted.

#include <algorithm>

#include "baseline/parts.h"

namespace hw::bench {

void plain_q14(const EventLog& log, const Surroundings&, Output& output) {
  Longs auction(output), bidder(output);
  Decimals price(output);
  Texts time_of_day(output);
  Longs time(output);
  Texts extra(output);
  Longs c_count(output);
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const int64_t thousandths = bid.price[i] * 908;
      if (thousandths <= 1'000'000'000 || thousandths >= 50'000'000'000) continue;
      const size_t row = output.next();
      auction[row] = bid.auction[i];
      bidder[row] = bid.bidder[i];
      price[row] = thousandths;
      const int64_t hour = bid.time[i] % kDayMs / 3'600'000;
      time_of_day.put(row, hour >= 8 && hour <= 18   ? "dayTime"
                           : hour <= 6 || hour >= 20 ? "nightTime"
                                                     : "otherTime");
      time[row] = bid.time[i];
      const std::string_view text = bid.extra[i];
      extra.put(row, text);
      c_count[row] = std::count(text.begin(), text.end(), 'c');
    }
  }
}

}  // namespace hw::bench
