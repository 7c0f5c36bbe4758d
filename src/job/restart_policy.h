// SPDX-License-Identifier: Apache-2.0
//
// Decides whether a job that has failed is started again, and when. Pure: no clock, no I/O.
// Strategies, defaults and their meaning are Flink's.

#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/status.h"

namespace hw {

enum class RestartStrategy : uint8_t { kNone, kFixedDelay, kExponentialDelay, kFailureRate };

struct RestartSettings {
  RestartStrategy strategy = RestartStrategy::kNone;
  /// kFixedDelay; in all: how often at most, no value = always.
  std::optional<int> attempts;
  int64_t delay_ms = 1'000;
  /// kExponentialDelay.
  int64_t initial_backoff_ms = 1'000;
  int64_t max_backoff_ms = 60'000;
  double backoff_multiplier = 1.5;
  /// The pause is the first one again after so long without a failure.
  int64_t reset_threshold_ms = 3'600'000;
  /// kFailureRate: more failures than this in the interval end the job.
  int max_failures_per_interval = 1;
  int64_t failure_interval_ms = 60'000;
};

/// True when the same input may do better another time: the outside was not there, memory or disk
/// were short. Errors of the user and of the data come back, and a job that was taken over stays
/// with whom has it.
bool is_worth_a_restart(const Status& failure);

class RestartPolicy {
 public:
  explicit RestartPolicy(RestartSettings settings) : settings_(settings) {}

  /// How long to wait before the next start; none: the job has failed for good. Both clocks in ms,
  /// monotonic; `started_ms`: when the attempt that failed began.
  std::optional<int64_t> on_failure(int64_t started_ms, int64_t now_ms);

 private:
  const RestartSettings settings_;
  int failures_ = 0;
  int64_t next_backoff_ms_ = 0;
  std::deque<int64_t> recent_ms_;  // failures within the interval
};

}  // namespace hw
