// SPDX-License-Identifier: Apache-2.0
//
// How the jobs of a session survive: what the configuration keys and the caller say, put together.

#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "job/durable_job.h"
#include "job/job_run.h"
#include "plan/config/session_config.h"

namespace hw {

class Env;

/// What no configuration key says.
struct Durability {
  /// `--fresh`, `--standby`, `--available-now`.
  bool fresh = false;
  bool standby = false;
  bool available_now = false;
  /// Asked while waiting for a lease; true gives up. May be empty.
  std::function<bool()> cancelled = {};
  /// Told while waiting for a lease. May be empty.
  std::function<void(const std::string& message)> on_wait = {};
};

/// True when jobs take checkpoints.
bool takes_checkpoints(const SessionConfig& config);

/// How a job of that name runs. Adds to `warnings` what its user should know. Fails when the
/// settings contradict each other.
struct DurableSettings {
  CheckpointOptions checkpoints;
  DurableJobOptions job;
};
Result<DurableSettings> durable_settings(const SessionConfig& config, const Durability& durability,
                                         const std::string& name, bool bounded, Env& env,
                                         std::vector<std::string>& warnings);

/// Where a savepoint goes that names no place; empty: there is none.
std::string savepoint_directory(const SessionConfig& config);

}  // namespace hw
