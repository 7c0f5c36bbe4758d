// SPDX-License-Identifier: Apache-2.0
//
// One attempt at a job that has a directory: its lease, what it goes on from, its checkpoints, its
// run. Steps 1 to 8 of a restore are here, in their order.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "job/checkpoint_keeper.h"
#include "job/checkpoint_store.h"
#include "job/durable_job.h"
#include "job/job_run.h"
#include "job/lease.h"
#include "runtime/worker_gate.h"
#include "runtime/worker_slot.h"

namespace hw {

class Thread;

struct ChosenRestore;
struct RestoreMapping;

class JobAttempt {
 public:
  /// `first`: the one that obeys standby, fresh and restore_from; later ones go on from what the
  /// directory holds. `tell`: thread-safe; outlives the attempt.
  static Result<std::unique_ptr<JobAttempt>> start(
      const JobGraph& graph, const JobOptions& options, const DurableJobOptions& durable,
      bool first, std::function<void(const std::string& message)> tell);

  ~JobAttempt();

  JobRun& run() { return *run_; }
  std::shared_ptr<JobRun> shared_run() const { return run_; }
  /// Fails when the job was taken over. Asked now and then.
  Status still_ours();

 private:
  JobAttempt(const JobGraph& graph, JobOptions options, const DurableJobOptions& durable,
             std::function<void(const std::string& message)> tell);
  Status take_lease(bool first);
  void show_life();
  Result<ChosenRestore> choose(bool first);
  /// What a sink shows (RestoreRequest::newest_shown_epoch).
  Result<std::optional<int64_t>> ask_sink(const std::string& uid, int64_t generation) const;
  Result<ChosenRestore> open_named(const std::string& path);
  Status load(const ChosenRestore& chosen);
  /// Onto the job, or onto the job without sharing, which then takes its place.
  Result<RestoreMapping> map_onto_job(const Manifest& manifest);
  Status run_from(const ChosenRestore& chosen);

  JobGraph graph_;
  JobOptions options_;
  const DurableJobOptions& durable_;
  Env& env_;
  const std::function<void(const std::string& message)> tell_;
  // In the order in which each needs the one before.
  std::shared_ptr<CheckpointFiles> files_;
  std::unique_ptr<Lease> lease_;
  // The lease is renewed from the moment it is taken: a restore may take longer than it lives.
  WorkerGate over_;
  WorkerSlot<const Status> lost_;  // null: it is ours
  int64_t renew_at_ms_ = 0;        // where there are no threads
  std::unique_ptr<CheckpointStore> store_;
  std::unique_ptr<CheckpointKeeper> keeper_;
  std::shared_ptr<JobRun> run_;
  std::unique_ptr<Thread> renewer_;  // last: joined first
};

}  // namespace hw
