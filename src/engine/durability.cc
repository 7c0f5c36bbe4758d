// SPDX-License-Identifier: Apache-2.0

#include "engine/durability.h"

#include "base/env/env.h"
#include "base/letters.h"
#include "job/checkpoint_files.h"

namespace hw {
namespace {

constexpr int64_t kIntervalMs = 10'000;  // where only a directory is given

/// What is called below it is joined by a slash of our own.
std::string without_end_slash(std::string directory) {
  while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  return directory;
}

RestartSettings restart_settings(const SessionConfig& config, bool bounded) {
  RestartSettings settings;
  const std::string type = lower_case(config.text("restart-strategy.type"));
  if (type == "fixed-delay") {
    settings.strategy = RestartStrategy::kFixedDelay;
    settings.attempts = static_cast<int>(config.integer("restart-strategy.fixed-delay.attempts"));
    settings.delay_ms = config.duration_ms("restart-strategy.fixed-delay.delay");
  } else if (type == "failure-rate") {
    const std::string of = "restart-strategy.failure-rate.";
    settings.strategy = RestartStrategy::kFailureRate;
    settings.delay_ms = config.duration_ms(of + "delay");
    settings.failure_interval_ms = config.duration_ms(of + "failure-rate-interval");
    settings.max_failures_per_interval =
        static_cast<int>(config.integer(of + "max-failures-per-interval"));
  } else if (type == "exponential-delay" || (type.empty() && !bounded)) {
    const std::string of = "restart-strategy.exponential-delay.";
    settings.strategy = RestartStrategy::kExponentialDelay;
    if (lower_case(config.text(of + "attempts-before-reset-backoff")) != "infinite")
      settings.attempts = static_cast<int>(config.integer(of + "attempts-before-reset-backoff"));
    settings.initial_backoff_ms = config.duration_ms(of + "initial-backoff");
    settings.max_backoff_ms = config.duration_ms(of + "max-backoff");
    settings.backoff_multiplier = config.real(of + "backoff-multiplier");
    settings.reset_threshold_ms = config.duration_ms(of + "reset-backoff-threshold");
  }
  return settings;
}

std::string temporary_directory(Env& env) {
  const std::string parent = env.variable("TMPDIR").value_or("/tmp");
  return parent + "/headwater-" + std::to_string(env.process_id()) + "-" +
         std::to_string(env.random("temporary directory").next() % 1'000'000'007);
}

}  // namespace

bool takes_checkpoints(const SessionConfig& config) {
  return config.checkpoint_guarantee() != Guarantee::kNone;
}

Result<DurableSettings> durable_settings(const SessionConfig& config, const Durability& durability,
                                         const std::string& name, bool bounded, Env& env,
                                         std::vector<std::string>& warnings) {
  const std::string of = "execution.checkpointing.";
  DurableSettings settings;
  CheckpointSettings& taken = settings.checkpoints.settings;
  taken.interval_ms = config.duration_ms(of + "interval");
  if (taken.interval_ms <= 0) taken.interval_ms = kIntervalMs;
  taken.timeout_ms = config.duration_ms(of + "timeout");
  taken.min_pause_ms = config.duration_ms(of + "min-pause");
  taken.max_concurrent = static_cast<int>(config.integer(of + "max-concurrent-checkpoints"));
  taken.tolerable_failures = static_cast<int>(config.integer(of + "tolerable-failed-checkpoints"));
  taken.num_retained = static_cast<int>(config.integer(of + "num-retained"));
  settings.checkpoints.at_least_once = config.checkpoint_guarantee() == Guarantee::kAtLeastOnce;

  DurableJobOptions& job = settings.job;
  const std::string directory = without_end_slash(config.text(of + "dir"));
  job.temporary = directory.empty();
  job.directory = (job.temporary ? temporary_directory(env) : directory) + "/" + job_folder(name);
  if (!job.temporary && job.directory == without_end_slash(savepoint_directory(config))) {
    return Status::Invalid("the job's state and savepoints would share the folder '", job.directory,
                           "': give the job another 'pipeline.name', or savepoints ",
                           "a folder with 'execution.checkpointing.savepoint-dir'");
  }
  if (job.temporary)
    warnings.push_back(
        "checkpoints go to a temporary directory and serve restarts of this process "
        "only; give a durable one with --state-dir");
  job.lease_timeout_ms = config.duration_ms("execution.lease.timeout");
  job.standby = durability.standby;
  job.fresh = durability.fresh;
  job.restore_from = config.text("execution.state-recovery.path");
  if (job.fresh && !job.restore_from.empty())
    return Status::Invalid(
        "--fresh starts without a checkpoint, --restore with one: give one of them");
  job.allow_non_restored_state = config.boolean("execution.state-recovery.ignore-unclaimed-state");
  job.restart = restart_settings(config, bounded);
  job.cancelled = durability.cancelled;
  job.on_wait = durability.on_wait;
  return settings;
}

std::string savepoint_directory(const SessionConfig& config) {
  const std::string named = config.text("execution.checkpointing.savepoint-dir");
  const std::string directory = without_end_slash(config.text("execution.checkpointing.dir"));
  if (!named.empty() || directory.empty()) return named;
  return directory + "/savepoints";
}

}  // namespace hw
