// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_keeper.h"

#include <utility>

#include "job/checkpoint_contents.h"
#include "job/savepoint.h"

namespace hw {

CheckpointKeeper::CheckpointKeeper(Env& env, const JobGraph& graph, Lease& lease,
                                   CheckpointStore& store,
                                   std::function<void(const std::string& message)> on_event)
    : env_(env), graph_(graph), lease_(lease), store_(store), on_event_(std::move(on_event)) {}

Status CheckpointKeeper::write(const JobCheckpoint& checkpoint) {
  written_.reset();
  HW_ASSIGN_OR_RETURN(Manifest manifest,
                      write_checkpoint(store_, graph_, checkpoint, lease_.generation()));
  if (!record_) {
    HW_ASSIGN_OR_RETURN(record_, GraphRecord::of(graph_, env_));
  }
  record_->describe(manifest);
  HW_TRY(store_.write_manifest(manifest).status());
  written_ = std::move(manifest);
  return Status::OK();
}

Status CheckpointKeeper::publish(int64_t checkpoint) {
  if (!written_ || written_->checkpoint != checkpoint)
    return Status::UnknownError("checkpoint ", checkpoint, " was not written");
  return store_.publish(*written_);
}

void CheckpointKeeper::abandon(int64_t checkpoint) { tell(store_.abandon(checkpoint)); }

Result<std::string> CheckpointKeeper::write_savepoint(int64_t checkpoint,
                                                      const std::string& directory) {
  const auto manifest = store_.find(checkpoint);
  if (manifest == nullptr)
    return Status::UnknownError("a savepoint needs a published checkpoint, but ", checkpoint,
                                " is none");
  return hw::write_savepoint(env_, *store_.files(), *manifest, directory);
}

void CheckpointKeeper::drop(const std::vector<int64_t>& checkpoints) {
  for (const int64_t checkpoint : checkpoints) tell(store_.drop(checkpoint));
  for (const Status& problem : store_.sweep()) tell(problem);
}

void CheckpointKeeper::tell(const Status& problem) const {
  if (!problem.ok() && on_event_) on_event_(problem.message());
}

}  // namespace hw
