// SPDX-License-Identifier: Apache-2.0
//
// Lets a worker sleep until somebody has something for it. Waking a worker that is awake costs a
// fence and a load, so writers may do it after each message.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/env/thread_turn.h"

namespace hw {

class WorkerWaker {
 public:
  /// Any thread, after what it has done is visible (a store before the call).
  void wake() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (!parked_.load(std::memory_order_relaxed)) return;
    const std::lock_guard lock(mutex_);
    parked_.store(false, std::memory_order_relaxed);
    condition_.notify_one();
  }

  /// The worker, in two steps: announce, look once more for work, then park or withdraw. What was
  /// made visible before wake() is seen by that look, or wake() ends the parking.
  void announce() {
    parked_.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  void withdraw() { parked_.store(false, std::memory_order_relaxed); }
  void park(int64_t timeout_ns) {
    if (thread_turn != nullptr) {
      thread_turn->wait([this] { return !parked_.load(std::memory_order_relaxed); }, timeout_ns);
      return withdraw();
    }
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, std::chrono::nanoseconds(timeout_ns),
                        [this] { return !parked_.load(std::memory_order_relaxed); });
    parked_.store(false, std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> parked_{false};
  std::mutex mutex_;
  std::condition_variable condition_;
};

}  // namespace hw
