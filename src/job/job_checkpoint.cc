// SPDX-License-Identifier: Apache-2.0

#include "job/job_checkpoint.h"

#include <utility>

#include "state/frozen_state.h"

namespace hw {

std::vector<OperatorSnapshot> JobCheckpoint::of(const std::string& uid) const {
  std::vector<OperatorSnapshot> snapshots;
  for (const OperatorSnapshot& snapshot : operators)
    if (snapshot.uid == uid) snapshots.push_back(snapshot);
  return snapshots;
}

Result<JobCheckpoint> read_out(JobCheckpoint checkpoint) {
  for (OperatorSnapshot& snapshot : checkpoint.operators) {
    if (snapshot.frozen == nullptr) continue;
    HW_ASSIGN_OR_RETURN(snapshot.state, snapshot.frozen->in_memory());
    snapshot.frozen.reset();
  }
  return checkpoint;
}

}  // namespace hw
