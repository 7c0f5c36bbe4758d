// SPDX-License-Identifier: Apache-2.0
//
// Measures steps: how long one took, and what the tasklet waited for between two of them.

#pragma once

#include <cstdint>

#include "base/env/env.h"
#include "runtime/worker_metrics.h"

namespace hw {

class StepClock {
 public:
  enum class Wait : uint8_t { kNothing, kInput, kOutput };

  /// Both outlive the clock.
  StepClock(Env& env, OperatorMetrics& metrics) : env_(env), metrics_(metrics) {}

  void begin() {
    const int64_t now_ns = env_.monotonic_ns();
    if (wait_ == Wait::kInput) metrics_.idle_ns.add(now_ns - since_ns_);
    if (wait_ == Wait::kOutput) metrics_.blocked_ns.add(now_ns - since_ns_);
    since_ns_ = now_ns;
  }
  void end(Wait wait) {
    const int64_t now_ns = env_.monotonic_ns();
    if (now_ns - since_ns_ > kSlowStepNs) metrics_.slow_steps.add(1);
    since_ns_ = now_ns;
    wait_ = wait;
  }

 private:
  Env& env_;
  OperatorMetrics& metrics_;
  Wait wait_ = Wait::kNothing;
  int64_t since_ns_ = 0;
};

}  // namespace hw
