// SPDX-License-Identifier: Apache-2.0
//
// q16: the same per channel and day; pairs of (group, id) in one map of masks each.

#include <algorithm>
#include <utility>

#include "baseline/statistics.h"

namespace hw::bench {
namespace {

using GroupKey = std::pair<std::string_view, int64_t>;  // channel, day
using Pair = std::pair<int64_t, int64_t>;               // number of a group, id

struct Group {
  GroupKey key;
  int64_t minute = 0;
  Statistics statistics;
  bool changed = false;
};

}  // namespace

void plain_q16(const EventLog& log, const Surroundings&, Output& output) {
  Texts channel(output), day(output), minute(output);
  StatisticsRing ring(output);
  boost::unordered_flat_map<GroupKey, int64_t> numbers;
  std::vector<Group> groups;
  boost::unordered_flat_map<Pair, uint8_t> bidders;
  boost::unordered_flat_map<Pair, uint8_t> auctions;
  std::vector<int64_t> changed;
  const auto put = [&](const Group& group) {
    const size_t row = output.next();
    channel.put(row, group.key.first);
    day.put(row, DayText(group.key.second));
    minute.put(row, MinuteText(group.minute));
    ring.put(row, group.statistics);
  };
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const GroupKey key{bid.channel[i], bid.time[i] / kDayMs};
      const auto [entry, fresh] = numbers.try_emplace(key, groups.size());
      if (fresh) groups.emplace_back().key = key;
      const int64_t number = entry->second;
      Group& group = groups[static_cast<size_t>(number)];
      if (!group.changed) changed.push_back(number);
      group.changed = true;
      group.minute = std::max(group.minute, bid.time[i]);
      const int rank = price_rank(bid.price[i]);
      group.statistics.bid(rank);
      group.statistics.distinct(4, bidders[{number, bid.bidder[i]}], rank);
      group.statistics.distinct(8, auctions[{number, bid.auction[i]}], rank);
    }
    for (const int64_t number : changed) {
      put(groups[static_cast<size_t>(number)]);
      groups[static_cast<size_t>(number)].changed = false;
    }
    changed.clear();
  }
  if (!output.wants_final_rows()) return;
  output.begin_final_rows();
  for (const Group& group : groups) put(group);
}

}  // namespace hw::bench
