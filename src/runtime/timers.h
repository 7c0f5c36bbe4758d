// SPDX-License-Identifier: Apache-2.0
//
// The timers of one operator instance, by due time. Equal requests are one. What is due per key is
// the operator's own state; this only remembers when to call it.

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "runtime/operator.h"

namespace hw {

class Timers {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  void set(Timer timer);
  /// Takes the earliest timer due at `watermark_ms` or `now_ms`: event time first, so that a
  /// watermark is complete before the clock is looked at.
  std::optional<Timer> take_due(int64_t watermark_ms, int64_t now_ms);
  bool any_due(int64_t watermark_ms, int64_t now_ms) const {
    return (!event_.empty() && *event_.begin() <= watermark_ms) ||
           (!processing_.empty() && *processing_.begin() <= now_ms);
  }
  /// When the clock makes the next one due, or kNever.
  int64_t next_processing_ms() const { return processing_.empty() ? kNever : *processing_.begin(); }

  /// All of them, for a snapshot.
  std::vector<Timer> all() const;

 private:
  std::set<int64_t> event_;
  std::set<int64_t> processing_;
};

}  // namespace hw
