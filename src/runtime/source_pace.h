// SPDX-License-Identifier: Apache-2.0
//
// How far a source instance may read: no further in event time than its alignment group allows.
// Without a group everything may be read. One thread.

#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "runtime/worker_alignment.h"

namespace hw {

class SourcePace {
 public:
  SourcePace() = default;
  SourcePace(std::shared_ptr<WorkerAlignment> group, int64_t max_drift_ms,
             int64_t update_interval_ms)
      : group_(std::move(group)),
        member_(group_->join()),
        max_drift_ms_(max_drift_ms),
        update_interval_ms_(update_interval_ms) {}

  bool is_on() const { return group_ != nullptr; }
  /// Where this instance stands now.
  void tell(Watermark watermark) {
    if (is_on()) group_->tell(member_, watermark.idle ? WorkerAlignment::kNobody : watermark.ms);
  }
  /// It reads no more.
  void leave() {
    if (is_on()) group_->tell(member_, WorkerAlignment::kNobody);
  }
  /// Looks at the group from time to time: the limit falls when one that was idle comes back.
  void look(int64_t now_ms) {
    if (!is_on() || now_ms < next_look_ms_) return;
    next_look_ms_ = now_ms + update_interval_ms_;
    limit_ms_ = limit();
  }
  /// True when a split with this watermark has to wait.
  bool holds(int64_t watermark_ms) {
    if (!is_on() || watermark_ms == Watermark::kNone || watermark_ms <= limit_ms_) return false;
    limit_ms_ = limit();
    return watermark_ms > limit_ms_;
  }

 private:
  int64_t limit() const {
    const int64_t least_ms = group_->least();
    const bool endless = least_ms > Watermark::kMax - max_drift_ms_;
    return endless ? Watermark::kMax : least_ms + max_drift_ms_;
  }

  std::shared_ptr<WorkerAlignment> group_;
  int member_ = 0;
  int64_t max_drift_ms_ = 0;
  int64_t update_interval_ms_ = 0;
  int64_t limit_ms_ = Watermark::kMax;
  int64_t next_look_ms_ = std::numeric_limits<int64_t>::min();
};

}  // namespace hw
