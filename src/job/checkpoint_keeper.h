// SPDX-License-Identifier: Apache-2.0
//
// Keeps a job's checkpoints in a directory: what JobRun hands over becomes files, a manifest and a
// publication; old ones are dropped, a savepoint is copied out.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "job/checkpoint_sink.h"
#include "job/checkpoint_store.h"
#include "job/restore_record.h"
#include "runtime/job_graph.h"

namespace hw {

class Env;

class CheckpointKeeper final : public CheckpointSink {
 public:
  /// Everything outlives the keeper; `graph` is the one that runs. `on_event`: what people should
  /// know, a line each; may be empty.
  CheckpointKeeper(Env& env, const JobGraph& graph, Lease& lease, CheckpointStore& store,
                   std::function<void(const std::string& message)> on_event);

  Status write(const JobCheckpoint& checkpoint) override;
  Status publish(int64_t checkpoint) override;
  void abandon(int64_t checkpoint) override;
  Result<std::string> write_savepoint(int64_t checkpoint, const std::string& directory) override;
  void drop(const std::vector<int64_t>& checkpoints) override;

 private:
  void tell(const Status& problem) const;

  Env& env_;
  const JobGraph& graph_;
  Lease& lease_;
  CheckpointStore& store_;
  const std::function<void(const std::string& message)> on_event_;
  std::optional<Manifest> written_;  // and not published
  /// What every manifest says of the graph; made for the first one.
  std::optional<GraphRecord> record_;
};

}  // namespace hw
