// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_keeper.h"

#include <utility>

#include "job/checkpoint_contents.h"
#include "job/checkpoint_coordinator.h"
#include "job/savepoint.h"

namespace hw {

CheckpointKeeper::CheckpointKeeper(Env& env, const JobGraph& graph, Lease& lease,
                                   CheckpointStore& store, CheckpointKeeperOptions options)
    : env_(env), graph_(graph), lease_(lease), store_(store), options_(std::move(options)) {}

Result<bool> CheckpointKeeper::keep(const JobCheckpoint& checkpoint) {
  const Status status = make_durable(checkpoint);
  if (!status.ok()) return on_failure(checkpoint.id, status);
  failures_ = 0;
  clean_up();
  return true;
}

Status CheckpointKeeper::make_durable(const JobCheckpoint& checkpoint) {
  HW_ASSIGN_OR_RETURN(Manifest manifest,
                      write_checkpoint(store_, graph_, checkpoint, lease_.generation()));
  HW_TRY(store_.write_manifest(manifest).status());
  return store_.publish(manifest);
}

Result<bool> CheckpointKeeper::on_failure(int64_t checkpoint, const Status& reason) {
  const CheckpointFailure failure = checkpoint_failure_of(reason);
  const bool ours = failure == CheckpointFailure::kError || failure == CheckpointFailure::kDiskFull;
  // Otherwise another attempt may go on from it: nothing is removed.
  if (!ours) return reason;
  tell("checkpoint " + std::to_string(checkpoint) + " is abandoned: " + reason.message());
  const Status removed = store_.abandon(checkpoint);
  if (!removed.ok()) tell(removed.message());
  if (failure == CheckpointFailure::kDiskFull) return false;
  if (++failures_ > options_.tolerable_failures) {
    return while_doing(reason, "writing checkpoint " + std::to_string(checkpoint));
  }
  return false;
}

void CheckpointKeeper::clean_up() {
  const std::vector<int64_t> published = store_.published();
  const auto num_retained = static_cast<size_t>(options_.num_retained);
  for (size_t i = 0; i + num_retained < published.size(); ++i) {
    const Status dropped = store_.drop(published[i]);
    if (!dropped.ok()) tell(dropped.message());
  }
  for (const Status& status : store_.sweep()) tell(status.message());
}

Result<std::string> CheckpointKeeper::write_savepoint_to(const std::string& directory) const {
  const std::vector<int64_t> published = store_.published();
  const auto manifest = published.empty() ? nullptr : store_.find(published.back());
  if (manifest == nullptr) return Status::UnknownError("a savepoint needs a published checkpoint");
  return write_savepoint(env_, *store_.files(), *manifest, directory);
}

void CheckpointKeeper::tell(const std::string& message) const {
  if (options_.on_event) options_.on_event(message);
}

}  // namespace hw
