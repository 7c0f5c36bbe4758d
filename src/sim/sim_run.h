// SPDX-License-Identifier: Apache-2.0
//
// One run: a plan is carried out from the first process to the last row, and judged. Phases: faults
// (safety), then none (quiet), then it must end by itself in bounded time (liveness).

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "sim/coverage.h"
#include "sim/fault.h"
#include "sim/job_process.h"
#include "sim/scheduler.h"
#include "sim/sim_job.h"

namespace hw::sim {

class Disk;
struct WorldImage;

/// Where simulated jobs keep their checkpoints and show their rows.
constexpr const char* kStateDirectory = "/state";
constexpr const char* kObjectStateDirectory = "s3://bucket/state";
constexpr const char* kOutputDirectory = "/out";
constexpr const char* kLogDirectory = "/log";

struct SimPlan {
  uint64_t seed = 1;
  SimJob job;
  ScheduleOptions schedule = {};
  /// Of the processes that are started, in turn.
  std::vector<ProcessOptions> processes = {{}};
  std::vector<Fault> faults = {};
  std::vector<Incident> incidents = {};
  /// Faults end at this step at the latest.
  int64_t quiet_step = 200'000;
  /// See WorldOptions; not part of a scenario.
  std::function<void(const std::string& path, bool contents, Disk& disk)> import = {};
  /// What the world holds at the beginning; null = nothing. Not part of a scenario.
  std::shared_ptr<const WorldImage> begin_from = nullptr;
  /// Every operation on files is kept in the result.
  bool trace = false;
  /// Damage is done that nothing can repair: right output or a loud stop.
  bool doomed = false;
  std::string describe() const;
};

struct SimResult {
  /// What is wrong; OK: nothing.
  Status verdict;
  uint64_t hash = 0;
  int64_t steps = 0;
  int64_t ops = 0;
  int64_t open_ops = 0;  // before faults ended
  int64_t faults = 0;
  int64_t kills = 0;  // and losses of power
  int64_t pauses = 0;
  int64_t restores = 0;
  int64_t savepoints = 0;
  int64_t versions = 0;  // that went on from one of them
  int64_t states = 0;    // of checkpoints that were compared with a replay
  int64_t processes = 0;
  int64_t rows = 0;
  int64_t simulated_ns = 0;
  int64_t num_ended_well = 0;
  bool stopped_loudly = false;
  RowBag output;
  /// Below the directory of a version (savepoint_version.h).
  RowBag version_output;
  int num_jobs = 0;
  int64_t rows_read = 0;  // and late, by the last process
  int64_t rows_late = 0;
  /// Of a schedule that is recorded.
  std::vector<Preemption> preemptions;
  Coverage coverage;
  std::vector<std::string> story;
  std::vector<std::string> trace;
  std::vector<size_t> unsynced;  // see World
};

SimResult carry_out(const SimPlan& plan);

}  // namespace hw::sim
