// SPDX-License-Identifier: Apache-2.0
//
// A shared value that one thread replaces and others look at. What they hold stays alive.

#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace hw {

template <typename T>
class WorkerSlot {
 public:
  void set(std::shared_ptr<T> value) {
    // The old one goes when the lock is free: its end may take long.
    {
      const std::lock_guard lock(mutex_);
      std::swap(value_, value);
    }
  }
  std::shared_ptr<T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::shared_ptr<T> value_;
};

}  // namespace hw
