// SPDX-License-Identifier: Apache-2.0
//
// One simulated process that runs a job, as `headwater run --state-dir` does: a session, a script,
// jobs that it waits for. It may be killed at any step.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "job/job_run.h"
#include "sim/sim_env.h"
#include "sim/sim_job.h"

namespace hw::sim {

struct ProcessOptions {
  int num_cores = 2;
  int parallelism = 2;
  int64_t output_rows_max = 64;
  bool standby = false;
  /// Goes on from this savepoint; empty: from the directory.
  std::string savepoint = {};
  /// Runs the job's reader_script instead.
  bool reads_back = false;
  SourcePace pace = {};
  /// Configuration keys.
  std::vector<std::pair<std::string, std::string>> settings;
};

class JobProcess {
 public:
  /// Starts at once. All outlive it.
  JobProcess(World& world, const SimJob& job, ProcessOptions options);
  /// Requires: ended(), every thread.
  ~JobProcess();

  SimProcess& process() { return process_; }
  /// No effect of it from now on; its threads end.
  void kill();
  /// Asks its jobs for a savepoint below this directory, or to stop with one.
  void ask_savepoint(bool stop, const std::string& directory);
  void pause() { process_.paused = true; }
  void wake() { process_.paused = false; }

  /// The script is over.
  bool finished() const { return finished_; }
  /// No thread is left.
  bool ended() const { return process_.num_threads == 0; }
  bool killed() const { return process_.dead; }
  const Status& status() const { return status_; }
  /// What its jobs said that cannot be; OK: nothing.
  const Status& lie() const { return lie_; }
  int64_t started_ns() const { return started_ns_; }
  bool asked_to_stop() const { return asked_to_stop_; }
  bool from_savepoint() const { return !options_.savepoint.empty(); }
  /// The last one that was said to be there; empty = none.
  const std::string& savepoint() const { return savepoint_; }
  /// When its jobs last read a row, told something or counted anything; it runs some.
  int64_t last_news_ns() const { return last_news_ns_; }
  bool runs_jobs() const { return !running_.empty(); }
  /// What its only job said last; several are not told apart.
  const JobProgress& last_progress() const { return last_progress_; }
  int num_jobs() const { return num_jobs_; }
  bool began_anew() const { return num_jobs_ == 1 && !went_on_; }
  /// The checkpoint that its only job last went on from; empty = none, or nobody knows.
  const std::string& gone_on_from() const { return gone_on_from_; }
  /// What its jobs had to say.
  const std::vector<std::string>& events() const { return events_; }

 private:
  void run();
  Status run_script();
  Status wait_for(JobRun& job);
  void watch(JobProgress now, JobProgress& before);

  World& world_;
  const SimJob& job_;
  const ProcessOptions options_;
  SimProcess& process_;
  SimEnv env_;
  const int64_t started_ns_;
  std::vector<JobRun*> running_;
  std::vector<std::string> events_;
  Status status_;
  Status lie_;
  bool finished_ = false;
  bool asked_to_stop_ = false;
  bool went_on_ = false;  // from a checkpoint
  int num_jobs_ = 0;
  int64_t last_news_ns_ = 0;
  std::string savepoint_;
  std::string gone_on_from_;
  JobProgress last_progress_;
  std::unique_ptr<Thread> main_;
};

}  // namespace hw::sim
