// SPDX-License-Identifier: Apache-2.0
//
// Work that its owner does not wait for: done one piece after the other by a thread of its own, or
// at once where there are no threads (tests, simulation).

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/env/env.h"
#include "runtime/worker_mailbox.h"
#include "runtime/worker_waker.h"

namespace hw {

class WorkerQueue {
  static constexpr int64_t kParkNs = 1'000'000'000;

 public:
  using Work = std::function<void()>;
  WorkerQueue(Env& env, const std::string& name, bool threaded)
      : WorkerQueue(env, name, threaded, {}) {}
  /// `between`: done by the thread when nothing is posted for a pause, and now and then before
  /// that.
  struct Idle {
    Work between;
    int64_t pause_ns = kParkNs;
  };
  WorkerQueue(Env& env, const std::string& name, bool threaded, Idle idle)
      : idle_(std::move(idle)) {
    if (threaded) thread_ = env.start_thread(name, [this] { run(); });
  }
  /// Does what was posted, then ends.
  ~WorkerQueue() {
    if (thread_ != nullptr) post(nullptr);
    thread_.reset();
  }

  void post(Work work) {
    if (thread_ != nullptr) {
      works_.post(std::move(work), waker_);
    } else {
      work();
    }
  }

 private:
  void run() {
    while (true) {
      waker_.announce();
      std::vector<Work> works = works_.take();
      if (works.empty()) {
        waker_.park(idle_.pause_ns);
        if (idle_.between) idle_.between();
        continue;
      }
      waker_.withdraw();
      for (Work& work : works) {
        if (!work) return;
        work();
        work = nullptr;  // what it held goes now
      }
    }
  }

  const Idle idle_;
  WorkerMailbox<Work> works_;
  WorkerWaker waker_;
  std::unique_ptr<Thread> thread_;  // last: joined first
};

}  // namespace hw
