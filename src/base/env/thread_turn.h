// SPDX-License-Identifier: Apache-2.0
//
// How a thread waits where threads are not the operating system's: a simulation lets many of them
// take turns on one. What blocks asks here first; the real world has no turns.

#pragma once

#include <cstdint>
#include <functional>

namespace hw {

class ThreadTurn {
 public:
  virtual ~ThreadTurn() = default;
  /// Others have their turn until `ready` returns true or the time is over (negative: however long
  /// it takes). Returns what `ready` says then.
  virtual bool wait(const std::function<bool()>& ready, int64_t timeout_ns) = 0;
  /// Others may have a turn here.
  virtual void pass() = 0;
};

/// Of the running thread; null in the real world.
inline constinit thread_local ThreadTurn* thread_turn = nullptr;

}  // namespace hw
