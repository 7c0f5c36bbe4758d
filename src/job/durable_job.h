// SPDX-License-Identifier: Apache-2.0
//
// A job with a directory: takes its lease, goes on from what is there, keeps its checkpoints there,
// shows life, and starts again after a failure. To its user it is one JobRun.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "job/job_run.h"
#include "job/lease.h"
#include "job/restart_policy.h"
#include "runtime/job_graph.h"

namespace hw {

struct DurableJobOptions {
  /// Of this job alone.
  std::string directory;
  /// It serves restarts in this process only, and goes with it.
  bool temporary = false;
  int64_t lease_timeout_ms = kLeaseTimeoutDefaultMs;
  /// Wait until its holder dies, rather than be refused.
  bool standby = false;
  /// Start anew, under a new generation; nothing is deleted.
  bool fresh = false;
  /// A checkpoint or savepoint to start from, under a new generation; empty = the newest one here.
  std::string restore_from;
  /// The job with less shared between its sinks, at last nothing: for checkpoints in which each had
  /// its own. None where nothing is shared.
  std::vector<JobGraph> unshared;
  /// State that no operator takes is dropped.
  bool allow_non_restored_state = false;
  RestartSettings restart;
  /// Asked while waiting for the lease; true ends it with Cancelled. May be empty.
  std::function<bool()> cancelled;
  /// Told while waiting for the lease, on the caller's thread. May be empty.
  std::function<void(const std::string& message)> on_wait;
};

/// Takes the lease and starts the job from what is chosen. `options.checkpoints` says how
/// checkpoints are taken; their sink, numbers and identity are filled in. Fails as Lease::take(),
/// choose_restore(), map_restore() and JobRun::start() do.
Result<std::unique_ptr<JobRun>> start_durable_job(JobGraph graph, JobOptions options,
                                                  DurableJobOptions durable);

}  // namespace hw
