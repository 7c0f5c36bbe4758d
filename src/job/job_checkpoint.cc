// SPDX-License-Identifier: Apache-2.0

#include "job/job_checkpoint.h"

namespace hw {

std::vector<OperatorSnapshot> JobCheckpoint::of(const std::string& uid) const {
  std::vector<OperatorSnapshot> snapshots;
  for (const OperatorSnapshot& snapshot : operators)
    if (snapshot.uid == uid) snapshots.push_back(snapshot);
  return snapshots;
}

}  // namespace hw
