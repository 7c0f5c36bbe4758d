// SPDX-License-Identifier: Apache-2.0
//
// Charges a tasklet's time to the operator at work. Calls nest (an operator's output is the next
// one's input), so each switch ends one operator's slice and begins another's.

#pragma once

#include <cstdint>
#include <utility>

#include "base/env/env.h"
#include "runtime/worker_metrics.h"

namespace hw {

class BusyClock {
 public:
  explicit BusyClock(Env& env) : env_(env) {}

  /// Charges the time since the last switch to whom it belongs; from now on `next` pays (null:
  /// nobody). Returns who paid so far.
  OperatorMetrics* switch_to(OperatorMetrics* next) {
    const int64_t now_ns = env_.monotonic_ns();
    if (payer_ != nullptr) payer_->busy_ns.add(now_ns - since_ns_);
    since_ns_ = now_ns;
    return std::exchange(payer_, next);
  }
  OperatorMetrics* payer() const { return payer_; }

 private:
  Env& env_;
  OperatorMetrics* payer_ = nullptr;
  int64_t since_ns_ = 0;
};

}  // namespace hw
