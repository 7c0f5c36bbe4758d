// SPDX-License-Identifier: Apache-2.0
//
// Keeps a job's checkpoints in a directory: what JobRun hands over becomes files, a manifest and a
// publication; old ones are dropped, a savepoint is copied out. Does its work where it is called.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "job/checkpoint_store.h"
#include "job/job_checkpoint.h"
#include "runtime/job_graph.h"

namespace hw {

class Env;

struct CheckpointKeeperOptions {
  int num_retained = 1;
  /// So many in a row may fail before the job does; a full disk counts for none.
  int tolerable_failures = 0;
  /// What people should know, a line each. May be empty.
  std::function<void(const std::string& message)> on_event;
};

class CheckpointKeeper final : public CheckpointSink {
 public:
  /// Everything outlives the keeper; `graph` is the one that runs.
  CheckpointKeeper(Env& env, const JobGraph& graph, Lease& lease, CheckpointStore& store,
                   CheckpointKeeperOptions options);

  /// True: published. False: abandoned, or the disk is full. Fails when the job was taken over,
  /// when nobody knows whether it is durable, or when too many have failed.
  Result<bool> keep(const JobCheckpoint& checkpoint) override;

  /// Copies the newest published checkpoint; its path.
  Result<std::string> write_savepoint_to(const std::string& directory) const;

 private:
  Status make_durable(const JobCheckpoint& checkpoint);
  Result<bool> on_failure(int64_t checkpoint, const Status& reason);
  void clean_up();
  void tell(const std::string& message) const;

  Env& env_;
  const JobGraph& graph_;
  Lease& lease_;
  CheckpointStore& store_;
  const CheckpointKeeperOptions options_;
  int failures_ = 0;
};

}  // namespace hw
