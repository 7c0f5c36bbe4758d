// SPDX-License-Identifier: Apache-2.0
//
// How control reaches a worker, and its reports the job: a guarded list that is emptied at once.
// Few and small letters, never data. A reader that finds nothing pays one load.

#pragma once

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/worker_waker.h"

namespace hw {

template <typename Letter>
class WorkerMailbox {
 public:
  /// Any thread. Wakes the owner of `waker`.
  void post(Letter letter, WorkerWaker& waker) {
    {
      const std::lock_guard lock(mutex_);
      letters_.push_back(std::move(letter));
      any_.store(true, std::memory_order_release);
    }
    waker.wake();
  }

  /// The owner: takes all letters, oldest first.
  std::vector<Letter> take() {
    if (!any()) return {};
    const std::lock_guard lock(mutex_);
    any_.store(false, std::memory_order_release);
    return std::exchange(letters_, {});
  }
  bool any() const { return any_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> any_{false};
  // Guarded by mutex_.
  std::mutex mutex_;
  std::vector<Letter> letters_;
};

}  // namespace hw
