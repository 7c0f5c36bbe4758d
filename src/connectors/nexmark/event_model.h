// SPDX-License-Identifier: Apache-2.0
//
// The Nexmark event model as arithmetic: event number -> type, ids, time and random draws. Nothing
// is remembered from one event to the next, so any generator can make any event.

#pragma once

#include <cstdint>
#include <vector>

namespace hw {

/// Numbers of the suite's generator.
struct NexmarkSettings {
  int64_t seed = 1;
  int64_t base_time_ms = 0;
  int64_t events = 0;  // 0 = unbounded; of all three types
  int64_t first_rate = 10'000;
  int64_t next_rate = 10'000;
  bool sine = false;
  int64_t rate_period_s = 600;
  int64_t person_proportion = 1;
  int64_t auction_proportion = 3;
  int64_t bid_proportion = 46;
  int64_t person_size = 200;
  int64_t auction_size = 500;
  int64_t bid_size = 100;
  int64_t hot_auctions = 2;
  int64_t hot_bidders = 4;
  int64_t hot_sellers = 4;
  int64_t group_size = 1;
  bool corrected_bidders = false;

  int64_t total_proportion() const {
    return person_proportion + auction_proportion + bid_proportion;
  }
};

enum class NexmarkEntity : uint8_t { kPerson = 0, kAuction = 1, kBid = 2 };

/// Random numbers by position: the same number for the same seed, event and field, always.
class NexmarkDraw {
 public:
  NexmarkDraw(int64_t seed, uint64_t field)
      : key_(mix(static_cast<uint64_t>(seed) * 0x9E3779B97F4A7C15 + field)) {}
  /// 64 random bits for an event.
  uint64_t operator()(int64_t event) const {
    return mix(key_ + static_cast<uint64_t>(event) * 0x9E3779B97F4A7C15);
  }
  /// The lower 32 bits as a number below `bound` (bound < 2^31).
  static int64_t low(uint64_t bits, int64_t bound) {
    return static_cast<int64_t>((bits & 0xFFFFFFFF) * static_cast<uint64_t>(bound) >> 32);
  }
  static int64_t high(uint64_t bits, int64_t bound) {
    return static_cast<int64_t>((bits >> 32) * static_cast<uint64_t>(bound) >> 32);
  }
  static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
  }

 private:
  const uint64_t key_;
};

/// Event numbers to event time, for constant, square and sine rates.
class NexmarkClock {
 public:
  explicit NexmarkClock(const NexmarkSettings& settings);
  /// Milliseconds since 1970.
  int64_t time_ms(int64_t event) const {
    return steps_.size() == 1 ? base_ms_ + event * 1000 / steps_[0].rate : time_in_cycle(event);
  }
  /// The same for many.
  void times_ms(const std::vector<int64_t>& events, std::vector<int64_t>* times) const;
  /// How many events have a time up to `ms`; for a limited rate.
  int64_t events_until(int64_t ms) const;

 private:
  struct Step {
    int64_t rate;         // events a second
    int64_t first_event;  // in the cycle
    int64_t begin_ms;     // in the cycle
  };
  int64_t time_in_cycle(int64_t event) const;

  int64_t base_ms_;
  std::vector<Step> steps_;
  int64_t cycle_events_ = 0;
  int64_t cycle_ms_ = 0;
};

/// Ids by event number. Persons and auctions are numbered from kFirstId.
struct NexmarkIds {
  static constexpr int64_t kFirstId = 1000;
  static constexpr int64_t kActivePeople = 1000;
  static constexpr int64_t kOpenAuctions = 100;
  static constexpr int64_t kLead = 10;  // ids this far in the future are drawn too
  static constexpr int64_t kHotEvery = 100;
  static constexpr int64_t kFirstCategory = 10;
  static constexpr int64_t kCategories = 5;
};

/// Where an event stands: what was made last before it, from 0.
struct NexmarkPlace {
  NexmarkEntity entity;
  int64_t last_person;
  int64_t last_auction;  // -1 before the first
};
NexmarkPlace nexmark_place(const NexmarkSettings& settings, int64_t event);

/// The number of the event at a position of the stream: itself, unless events are out of order.
inline int64_t nexmark_event_at(const NexmarkSettings& settings, int64_t position) {
  const int64_t group = settings.group_size;
  if (group == 1) return position;
  constexpr int64_t kStride = 953;  // a prime: visits every number of a group once
  return position / group * group + position % group * kStride % group;
}

}  // namespace hw
