// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_assembly.h"

#include <utility>

#include "base/assert.h"
#include "runtime/message.h"

namespace hw {

void CheckpointAssembly::begin(JobCheckpoint checkpoint) {
  const int64_t id = checkpoint.id;
  under_way_[id] = {.checkpoint = std::move(checkpoint), .answers = {}};
}

void CheckpointAssembly::add(int tasklet, int64_t checkpoint,
                             std::vector<OperatorSnapshot> snapshots) {
  const auto found = under_way_.find(checkpoint);
  if (found == under_way_.end() || snapshots.empty()) return;
  found->second.answers[tasklet] = std::move(snapshots);
}

JobCheckpoint CheckpointAssembly::take(int64_t checkpoint) {
  auto found = under_way_.extract(checkpoint);
  HW_CHECK(!found.empty());
  auto& [taken, answers] = found.mapped();
  for (size_t i = 0; i < members_.size(); ++i) {
    const auto answer = answers.find(static_cast<int>(i));
    if (answer != answers.end()) {
      for (OperatorSnapshot& snapshot : answer->second)
        taken.operators.push_back(std::move(snapshot));
      continue;
    }
    for (const std::string& uid : members_[i].uids) {
      OperatorSnapshot ended{.uid = uid, .subtask = members_[i].subtask};
      ended.watermark_ms = Watermark::kMax;
      ended.ended = true;
      taken.operators.push_back(std::move(ended));
    }
  }
  return std::move(taken);
}

}  // namespace hw
