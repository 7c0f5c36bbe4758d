// SPDX-License-Identifier: Apache-2.0
//
// Pieces that several baselines share: the maps, the days, the chains of rows.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "baseline/baseline.h"

namespace hw::bench {

template <typename V>
using LongMap = boost::unordered_flat_map<int64_t, V>;
using LongSet = boost::unordered_flat_set<int64_t>;

constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kWindowMs = 10'000;

/// `2015-07-15`.
class DayText {
 public:
  explicit DayText(int64_t day);
  operator std::string_view() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 10> text_;
};

/// `17:05`.
class MinuteText {
 public:
  explicit MinuteText(int64_t time_ms);
  operator std::string_view() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 5> text_;
};

/// Rows by key, newest first: numbers of rows in one array, linked.
class Chains {
 public:
  static constexpr int64_t kNone = -1;

  void add(int64_t key, int64_t row) {
    const auto [head, fresh] = heads_.try_emplace(key, kNone);
    links_.push_back({row, head->second});
    head->second = static_cast<int64_t>(links_.size()) - 1;
  }
  template <typename Visit>
  void each(int64_t key, Visit visit) const {
    const auto head = heads_.find(key);
    if (head == heads_.end()) return;
    for (int64_t i = head->second; i != kNone; i = links_[static_cast<size_t>(i)].next) {
      visit(links_[static_cast<size_t>(i)].row);
    }
  }
  void clear() {
    heads_.clear();
    links_.clear();
  }

 private:
  struct Link {
    int64_t row;
    int64_t next;
  };
  LongMap<int64_t> heads_;
  std::vector<Link> links_;
};

/// Bids by price range, as q15 to q17 count them.
inline int price_rank(int64_t price) { return price < 10'000 ? 0 : price < 1'000'000 ? 1 : 2; }

}  // namespace hw::bench
