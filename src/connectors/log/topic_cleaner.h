// SPDX-License-Identifier: Apache-2.0
//
// Keeps a topic that a sink writes to clean (log/retention.h), behind its commits and beside its
// rows: on a thread of its own, or at once where there are no threads. What fails is tried again
// later, and loses nothing.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/env/env.h"
#include "log/topic.h"
#include "runtime/worker_gate.h"
#include "runtime/worker_mailbox.h"
#include "runtime/worker_queue.h"
#include "runtime/worker_waker.h"

namespace hw {

class TopicCleaner {
 public:
  struct Settings {
    std::string directory;
    std::string topic;
    bool threads = false;
    /// What is under way is finished in the end: where nobody goes on writing, nobody else does it.
    bool finish = false;
  };
  TopicCleaner(Env& env, Settings settings)
      : env_(env), settings_(std::move(settings)), finish_(settings_.finish) {}
  /// What is under way is given up unless it is to be finished; a later cleaning does it.
  ~TopicCleaner();
  /// It is not to be finished.
  void give_up() { finish_ = false; }

  /// Before the first commit: with threads, rows also get old, and to the disk, while nothing is
  /// committed.
  void watch(const Topic& topic);
  /// After a commit. Cleans when there is a new segment, or it is long ago; one at a time.
  void look(const Topic& topic);

 private:
  void clean_once();
  /// Of the queue's thread, between commits.
  void look_between();

  Env& env_;
  const Settings settings_;
  // The owner's.
  size_t num_pieces_ = 0;
  int64_t cleaned_ms_ = 0;
  bool cleaning_ = false;
  bool finish_;
  // The queue's thread's; what watch() sets is constant from then on.
  int64_t idle_pause_ms_ = 0;  // 0: nothing gets old
  bool syncs_ = false;
  int64_t idle_cleaned_ms_ = 0;
  std::unique_ptr<Topic> idle_topic_;
  // Shared with the queue's thread.
  WorkerGate stopped_;
  WorkerMailbox<bool> cleaned_;
  WorkerWaker nobody_;                  // look() asks
  std::unique_ptr<WorkerQueue> queue_;  // null: nothing was posted yet. Last: ends first
};

}  // namespace hw
