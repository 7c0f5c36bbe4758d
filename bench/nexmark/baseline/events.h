// SPDX-License-Identifier: Apache-2.0
//
// A merged batch as plain arrays: event_type and the columns of three nullable rows. What the
// baselines read; the engine reads the very same batches.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "columnar/batch.h"

namespace hw::bench {

struct TextColumn {
  const int32_t* offsets = nullptr;
  const char* bytes = nullptr;

  std::string_view operator[](int64_t row) const {
    return {bytes + offsets[row], static_cast<size_t>(offsets[row + 1] - offsets[row])};
  }
};

struct PersonColumns {
  const int64_t* id;
  TextColumn name, email, card, city, state;
  const int64_t* time;
  TextColumn extra;
};

struct AuctionColumns {
  const int64_t* id;
  TextColumn item, description;
  const int64_t* initial_bid;
  const int64_t* reserve;
  const int64_t* time;
  const int64_t* expires;
  const int64_t* seller;
  const int64_t* category;
  TextColumn extra;
};

struct BidColumns {
  const int64_t* auction;
  const int64_t* bidder;
  const int64_t* price;
  TextColumn channel, url;
  const int64_t* time;
  TextColumn extra;
};

/// One batch.
struct Events {
  explicit Events(const Batch& batch);

  int64_t num_rows;
  const int32_t* type;  // 0 person, 1 auction, 2 bid
  PersonColumns person;
  AuctionColumns auction;
  BidColumns bid;
};

/// All batches. They stay in memory, so that a program may remember the number of a row in place of
/// the row: 4,096 to a batch.
class EventLog {
 public:
  explicit EventLog(const std::vector<Batch>& batches);

  const std::vector<Events>& batches() const { return batches_; }
  const Events& batch_of(int64_t row) const { return batches_[static_cast<size_t>(row >> 12)]; }
  static int64_t place_of(int64_t row) { return row & 4095; }

 private:
  std::vector<Events> batches_;
};

}  // namespace hw::bench
