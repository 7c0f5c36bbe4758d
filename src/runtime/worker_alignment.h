// SPDX-License-Identifier: Apache-2.0
//
// Where the source instances of one alignment group stand in event time. Each writes its own
// place, all read the least; relaxed atomics, since a reader that sees an older watermark only
// waits a little longer.

#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>

#include "runtime/message.h"

namespace hw {

class WorkerAlignment {
 public:
  /// Who holds nobody back: it is idle, or has ended.
  static constexpr int64_t kNobody = Watermark::kMax;

  /// Returns the new member's number; it has no watermark yet. Before any thread runs.
  int join() {
    watermarks_.emplace_back(Watermark::kNone);
    return static_cast<int>(watermarks_.size()) - 1;
  }
  /// By the member's own thread.
  void tell(int member, int64_t watermark_ms) {
    watermarks_[static_cast<size_t>(member)].store(watermark_ms, std::memory_order_relaxed);
  }
  /// kNobody when there is none.
  int64_t least() const {
    int64_t least = kNobody;
    for (const std::atomic<int64_t>& watermark : watermarks_) {
      const int64_t ms = watermark.load(std::memory_order_relaxed);
      if (ms < least) least = ms;
    }
    return least;
  }

 private:
  std::deque<std::atomic<int64_t>> watermarks_;
};

}  // namespace hw
