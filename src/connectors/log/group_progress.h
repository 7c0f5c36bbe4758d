// SPDX-License-Identifier: Apache-2.0
//
// What the readers of one source have read, until the checkpoint that holds it is on disk; then it
// becomes the offsets of the table's group (log/group_offsets.h). Readers of any thread tell it;
// the job's thread publishes.

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "runtime/worker_mailbox.h"
#include "runtime/worker_waker.h"

namespace hw {

class Env;

struct GroupNote {
  /// SplitEnumerator::kAllDone: holds when the job has ended well.
  int64_t checkpoint = 0;
  std::string topic;
  int64_t created_ms = 0;  // of the topic
  int partition = 0;
  int64_t next = 0;
};

class GroupProgress {
 public:
  GroupProgress(std::string directory, std::string group)
      : directory_(std::move(directory)), group_(std::move(group)) {}

  /// Any thread.
  void note(GroupNote note) { notes_.post(std::move(note), nobody_); }
  /// Writes what checkpoints up to this one hold. One thread. What cannot be written is logged:
  /// nothing depends on it.
  void publish(Env& env, int64_t checkpoint);

 private:
  const std::string directory_;
  const std::string group_;
  WorkerMailbox<GroupNote> notes_;
  WorkerWaker nobody_;  // publish() is called from outside
  std::vector<GroupNote> waiting_;
};

}  // namespace hw
