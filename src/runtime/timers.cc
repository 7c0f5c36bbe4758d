// SPDX-License-Identifier: Apache-2.0

#include "runtime/timers.h"

namespace hw {

void Timers::set(Timer timer) {
  (timer.domain == TimeDomain::kEvent ? event_ : processing_).insert(timer.due_ms);
}

std::optional<Timer> Timers::take_due(int64_t watermark_ms, int64_t now_ms) {
  if (!event_.empty() && *event_.begin() <= watermark_ms) {
    const Timer timer{*event_.begin(), TimeDomain::kEvent};
    event_.erase(event_.begin());
    return timer;
  }
  if (!processing_.empty() && *processing_.begin() <= now_ms) {
    const Timer timer{*processing_.begin(), TimeDomain::kProcessing};
    processing_.erase(processing_.begin());
    return timer;
  }
  return std::nullopt;
}

std::vector<Timer> Timers::all() const {
  std::vector<Timer> timers;
  timers.reserve(event_.size() + processing_.size());
  for (const int64_t due : event_) timers.push_back({due, TimeDomain::kEvent});
  for (const int64_t due : processing_) timers.push_back({due, TimeDomain::kProcessing});
  return timers;
}

}  // namespace hw
