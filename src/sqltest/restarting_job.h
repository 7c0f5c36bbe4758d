// SPDX-License-Identifier: Apache-2.0
//
// Runs a job to its end on one thread, killing or stopping it again and again: each time it goes on
// from its last checkpoint, perhaps at another parallelism. Its sinks see what a reader of
// exactly-once output would see: each epoch once, when it is committed.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "job/job_run.h"

namespace hw {

struct RestartRule {
  /// Checkpoints that an attempt lives to see; 0 = it is not killed.
  int kill_after = 0;
  /// It is stopped cleanly instead: its sinks commit, and it goes on from there.
  bool stops = false;
  /// A checkpoint begins every so many steps. Behind the last kill, where nothing goes on from
  /// them, each twice as late as the one before.
  int steps_between = 2;
  /// Attempts that are killed at most: an attempt may see too few checkpoints to get anywhere.
  int kills_max = 12;
  /// Of the attempts, in turn. The first is the job's own when empty.
  std::vector<int> parallelism;
};

/// Returns the last attempt, which is done; its status is the job's.
Result<std::unique_ptr<JobRun>> run_restarting(JobGraph graph, JobOptions options,
                                               const RestartRule& rule);

}  // namespace hw
