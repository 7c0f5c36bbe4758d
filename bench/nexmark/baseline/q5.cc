// SPDX-License-Identifier: Apache-2.0
//
// q5: counts per pane of 2 s; the newest pane is added to the running counts, the oldest taken
// away.

#include <algorithm>
#include <deque>

#include "baseline/parts.h"

namespace hw::bench {
namespace {

constexpr int64_t kPaneMs = 2000;
constexpr size_t kPanes = 5;

}  // namespace

void plain_q5(const EventLog& log, const Surroundings&, Output& output) {
  Longs auction(output), num(output);
  std::deque<LongMap<int64_t>> panes(1);
  LongMap<int64_t> running;
  int64_t pane = -1;
  const auto slide = [&] {
    for (const auto& [key, count] : panes.back()) running[key] += count;
    int64_t most = 0;
    for (const auto& [key, count] : running) most = std::max(most, count);
    for (const auto& [key, count] : running) {
      if (count != most) continue;
      const size_t row = output.next();
      auction[row] = key;
      num[row] = count;
    }
    if (panes.size() == kPanes) {
      for (const auto& [key, count] : panes.front()) {
        const auto entry = running.find(key);
        entry->second -= count;
        if (entry->second == 0) running.erase(entry);
      }
      panes.pop_front();
    }
    panes.emplace_back();
    ++pane;
  };
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const int64_t now = bid.time[i] / kPaneMs;
      if (pane < 0) pane = now;
      while (pane < now) slide();
      ++panes.back()[bid.auction[i]];
    }
  }
  for (size_t i = 0; i < kPanes; ++i) slide();
}

}  // namespace hw::bench
