// SPDX-License-Identifier: Apache-2.0
//
// Decides what happens to a running job: when sinks commit, when everything is cancelled, when it
// is over and with which status. Pure: no clock, no thread, no I/O; JobRun carries its actions out.

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "base/status.h"
#include "job/job_run.h"

namespace hw {

class JobCoordinator {
 public:
  enum class Action : uint8_t {
    kCommitSinks,  // send CommitPrepared to every sink
    kStopSources,  // send StopReading to every source
    kCancelAll,    // close everything
    kFinish,       // all workers have stopped: status() is final
  };

  JobCoordinator(int num_tasklets, int num_workers);

  std::vector<Action> on_prepared(int tasklet);
  std::vector<Action> on_done(int tasklet);
  std::vector<Action> on_failed(JobFailure failure);
  std::vector<Action> on_worker_stopped();
  std::vector<Action> on_stop_requested();
  std::vector<Action> on_cancel_requested();

  /// OK, Cancelled, or the first failure with its operator.
  Status status() const;
  const std::optional<JobFailure>& failure() const { return failure_; }

 private:
  enum class Phase : uint8_t {
    kRunning,     // rows flow
    kCommitting,  // every sink has prepared and everything else is done
    kCancelling,  // after the first failure or a cancellation
    kFinished,
  };
  std::vector<Action> commit_if_prepared();

  const int num_workers_;
  Phase phase_ = Phase::kRunning;
  std::set<int> open_;      // tasklets that are not done
  std::set<int> prepared_;  // sinks among them that wait for the commit
  int workers_stopped_ = 0;
  bool cancelled_ = false;
  std::optional<JobFailure> failure_;
};

}  // namespace hw
