// SPDX-License-Identifier: Apache-2.0
//
// q17: per auction and day counts and the range of prices.

#include <algorithm>
#include <limits>
#include <utility>

#include "baseline/parts.h"

namespace hw::bench {
namespace {

using Key = std::pair<int64_t, int64_t>;  // auction, day

struct Prices {
  std::array<int64_t, 3> ranks{};
  int64_t min = std::numeric_limits<int64_t>::max();
  int64_t max = 0;
  int64_t sum = 0;
  bool changed = false;
};

}  // namespace

void plain_q17(const EventLog& log, const Surroundings&, Output& output) {
  Longs auction(output);
  Texts day(output);
  std::array<Longs, 8> columns{Longs(output), Longs(output), Longs(output), Longs(output),
                               Longs(output), Longs(output), Longs(output), Longs(output)};
  boost::unordered_flat_map<Key, Prices> groups;
  std::vector<Key> changed;
  const auto put = [&](const Key& key, const Prices& prices) {
    const size_t row = output.next();
    auction[row] = key.first;
    day.put(row, DayText(key.second));
    const int64_t count = prices.ranks[0] + prices.ranks[1] + prices.ranks[2];
    columns[0][row] = count;
    for (size_t rank = 0; rank < 3; ++rank) columns[1 + rank][row] = prices.ranks[rank];
    columns[4][row] = prices.min;
    columns[5][row] = prices.max;
    columns[6][row] = prices.sum / count;
    columns[7][row] = prices.sum;
  };
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const Key key{bid.auction[i], bid.time[i] / kDayMs};
      Prices& prices = groups[key];
      if (!prices.changed) changed.push_back(key);
      prices.changed = true;
      ++prices.ranks[static_cast<size_t>(price_rank(bid.price[i]))];
      prices.min = std::min(prices.min, bid.price[i]);
      prices.max = std::max(prices.max, bid.price[i]);
      prices.sum += bid.price[i];
    }
    for (const Key& key : changed) {
      Prices& prices = groups[key];
      put(key, prices);
      prices.changed = false;
    }
    changed.clear();
  }
  if (!output.wants_final_rows()) return;
  output.begin_final_rows();
  for (const auto& [key, prices] : groups) put(key, prices);
}

}  // namespace hw::bench
