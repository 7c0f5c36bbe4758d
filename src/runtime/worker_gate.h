// SPDX-License-Identifier: Apache-2.0
//
// A gate that opens once. Whatever was written before open() is seen by who found it open.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/env/thread_turn.h"

namespace hw {

class WorkerGate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_.store(true, std::memory_order_release);
    condition_.notify_all();
  }
  bool is_open() const { return open_.load(std::memory_order_acquire); }
  void wait() {
    if (thread_turn != nullptr) {
      thread_turn->wait([this] { return is_open(); }, -1);
      return;
    }
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [this] { return is_open(); });
  }
  /// Returns whether it is open.
  bool wait_for(int64_t timeout_ms) {
    if (thread_turn != nullptr)
      return thread_turn->wait([this] { return is_open(); }, timeout_ms * 1'000'000);
    std::unique_lock lock(mutex_);
    return condition_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                               [this] { return is_open(); });
  }

 private:
  std::atomic<bool> open_{false};
  std::mutex mutex_;
  std::condition_variable condition_;
};

}  // namespace hw
