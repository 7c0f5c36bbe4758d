// SPDX-License-Identifier: Apache-2.0
//
// A thread of control with a stack of its own that runs only when it is told to and gives control
// back by itself: what the simulator makes threads of. All fibers of a program run on one thread.

#pragma once

#include <cstddef>
#include <functional>

namespace hw::sim {

class Fiber {
 public:
  explicit Fiber(std::function<void()> body);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  /// Requires: finished(), or never resumed. What stands on the stack is not destroyed.
  ~Fiber();

  /// Runs it until it suspends itself or ends. Not from within a fiber.
  void resume();
  /// From within: goes back to whoever resumed it.
  void suspend();
  bool finished() const { return finished_; }

 private:
  static void enter();
  void run();

  std::function<void()> body_;
  std::byte* stack_ = nullptr;
  void* own_ = nullptr;     // its stack pointer while it is suspended
  void* caller_ = nullptr;  // the caller's while it runs
  void* fake_own_ = nullptr;
  void* fake_caller_ = nullptr;
  const void* caller_bottom_ = nullptr;
  std::size_t caller_bytes_ = 0;
  bool finished_ = false;
};

}  // namespace hw::sim
