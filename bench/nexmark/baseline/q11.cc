// SPDX-License-Identifier: Apache-2.0
//
// q11: a session a bidder; buckets of a second say which ones may have ended, and whoever has gone
// on moves to a later bucket.

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "baseline/parts.h"

namespace hw::bench {
namespace {

struct Session {
  int64_t begin;
  int64_t last;
  int64_t count;
};

}  // namespace

void plain_q11(const EventLog& log, const Surroundings&, Output& output) {
  Longs bidder(output), bids(output), begins(output), ends(output);
  LongMap<Session> sessions;
  std::deque<std::vector<int64_t>> buckets;
  int64_t second = -1;
  const auto arm = [&](int64_t key, int64_t end) {
    const auto at = static_cast<size_t>(std::max<int64_t>(end / 1000 - second, 0));
    if (at >= buckets.size()) buckets.resize(at + 1);
    buckets[at].push_back(key);
  };
  const auto emit = [&](int64_t key, const Session& session) {
    const size_t row = output.next();
    bidder[row] = key;
    bids[row] = session.count;
    begins[row] = session.begin;
    ends[row] = session.last + kWindowMs;
  };
  const auto close_bucket = [&] {
    ++second;
    if (buckets.empty()) return;
    const std::vector<int64_t> due = std::move(buckets.front());
    buckets.pop_front();
    for (const int64_t key : due) {
      const auto session = sessions.find(key);
      const int64_t end = session->second.last + kWindowMs;
      if (end / 1000 >= second) {
        arm(key, end);
      } else {
        emit(key, session->second);
        sessions.erase(session);
      }
    }
  };
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const int64_t now = bid.time[i];
      if (second < 0) second = now / 1000;
      while (second < now / 1000) close_bucket();
      const auto [entry, fresh] = sessions.try_emplace(bid.bidder[i], Session{now, now, 0});
      Session& session = entry->second;
      if (fresh) {
        arm(bid.bidder[i], now + kWindowMs);
      } else if (now - session.last > kWindowMs) {
        // Over since a moment; its bucket is still to come and serves the new one.
        emit(bid.bidder[i], session);
        session = {now, now, 0};
      }
      session.last = now;
      ++session.count;
    }
  }
  for (const auto& [key, session] : sessions) emit(key, session);
}

}  // namespace hw::bench
