// SPDX-License-Identifier: Apache-2.0
//
// Puts the answers of all tasklets to one barrier together. Decides nothing
// (checkpoint_coordinator.h does). Pure: no clock, no thread, no I/O.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "job/job_checkpoint.h"
#include "runtime/operator_snapshot.h"

namespace hw {

/// A tasklet as checkpoints see it.
struct CheckpointMember {
  int subtask = 0;
  /// Its source and operators, in order of the chain.
  std::vector<std::string> uids;
  std::string sink_uid;  // empty: it has none
  /// The tasklet that commits what its sink prepares: itself, or the first instance.
  int committer = -1;
};

class CheckpointAssembly {
 public:
  /// `members`: by tasklet.
  explicit CheckpointAssembly(std::vector<CheckpointMember> members)
      : members_(std::move(members)) {}

  /// `checkpoint`: as the barrier goes in, with its sources and without its operators.
  void begin(JobCheckpoint checkpoint);
  /// Dropped when the checkpoint is not under way.
  void add(int tasklet, int64_t checkpoint, std::vector<OperatorSnapshot> snapshots);
  /// Who has not answered had ended before its barrier came. Requires: begun, not taken.
  JobCheckpoint take(int64_t checkpoint);
  void forget(int64_t checkpoint) { under_way_.erase(checkpoint); }

  const CheckpointMember& member(int tasklet) const {
    return members_[static_cast<size_t>(tasklet)];
  }

 private:
  struct UnderWay {
    JobCheckpoint checkpoint;
    std::map<int, std::vector<OperatorSnapshot>> answers;  // by tasklet
  };
  const std::vector<CheckpointMember> members_;
  std::map<int64_t, UnderWay> under_way_;  // at most those in flight
};

}  // namespace hw
