// SPDX-License-Identifier: Apache-2.0

#include "job/restart_policy.h"

#include <algorithm>

#include "job/checkpoint_error.h"

namespace hw {

bool is_worth_a_restart(const Status& failure) {
  if (const auto kind = checkpoint_error_of(failure))
    return *kind == CheckpointErrorKind::kUnknownOutcome;
  return failure.IsIOError() || failure.IsCapacityError() || failure.IsOutOfMemory();
}

std::optional<int64_t> RestartPolicy::on_failure(int64_t started_ms, int64_t now_ms) {
  if (settings_.attempts && failures_ >= *settings_.attempts) return std::nullopt;
  ++failures_;
  switch (settings_.strategy) {
    case RestartStrategy::kNone:
      return std::nullopt;
    case RestartStrategy::kFixedDelay:
      return settings_.delay_ms;
    case RestartStrategy::kExponentialDelay: {
      if (now_ms - started_ms >= settings_.reset_threshold_ms) next_backoff_ms_ = 0;
      const int64_t wait_ms = std::max(next_backoff_ms_, settings_.initial_backoff_ms);
      const double longer = static_cast<double>(wait_ms) * settings_.backoff_multiplier;
      next_backoff_ms_ =
          static_cast<int64_t>(std::min(longer, static_cast<double>(settings_.max_backoff_ms)));
      return std::min(wait_ms, settings_.max_backoff_ms);
    }
    case RestartStrategy::kFailureRate:
      recent_ms_.push_back(now_ms);
      while (now_ms - recent_ms_.front() >= settings_.failure_interval_ms) recent_ms_.pop_front();
      if (recent_ms_.size() > static_cast<size_t>(settings_.max_failures_per_interval))
        return std::nullopt;
      return settings_.delay_ms;
  }
  return std::nullopt;
}

}  // namespace hw
