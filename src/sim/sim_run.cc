// SPDX-License-Identifier: Apache-2.0

#include "sim/sim_run.h"

#include <algorithm>
#include <limits>
#include <list>
#include <utility>

#include <fmt/format.h>

#include "job/checkpoint_error.h"
#include "sim/visible_output.h"
#include "sim/world.h"

namespace hw::sim {
namespace {

// A run that takes more is stuck: a quiet one ends in a fraction of it.
constexpr int64_t kStepsMax = 3'000'000;
// How long it may take when nothing fails any more: a lease's timeout, a restart, the rest of the
// input.
constexpr int64_t kQuietNsMax = 600'000'000'000;
// Dead threads end when they notice; so many steps are enough for that.
constexpr int64_t kDyingStepsMax = 500'000;
constexpr int64_t kRestartDelayNs = 300'000'000;
constexpr int64_t kStartsMax = 60;

class Director {
 public:
  explicit Director(const SimPlan& plan)
      : plan_(plan),
        world_({.seed = plan.seed,
                .schedule = plan.schedule,
                .faults = plan.faults,
                .incidents = plan.incidents,
                .damaged_below = {kStateDirectory, "/s3/"},
                .import = plan.import,
                .trace = plan.trace}),
        output_(world_.disk, plan.job) {
    world_.on_visible = [this](const std::string& path) {
      if (!path.starts_with(kStateDirectory)) look_ = true;
    };
  }

  SimResult run() {
    Status verdict = prepare();
    if (verdict.ok()) verdict = direct();
    const Status ended = end_all();
    if (verdict.ok()) verdict = ended;
    if (verdict.ok() && !result_.stopped_loudly) verdict = read_back();
    if (verdict.ok() && !result_.stopped_loudly) verdict = output_.finish();
    result_.verdict = std::move(verdict);
    result_.hash = world_.hash.value();
    result_.steps = world_.scheduler.steps();
    result_.ops = world_.num_ops();
    result_.faults = world_.num_faults();
    result_.restores = world_.num_restores;
    result_.rows = output_.num_rows();
    result_.output = output_.bag();
    result_.simulated_ns = world_.scheduler.now_ns();
    result_.coverage = world_.coverage;
    result_.story = world_.story();
    result_.trace = world_.trace();
    return std::move(result_);
  }

 private:
  Status prepare() {
    for (const char* directory : {kOutputDirectory, kStateDirectory, kLogDirectory}) {
      HW_TRY(world_.disk.create(directory, /*is_directory=*/true, 0).status());
      world_.disk.sync_directory("/");
    }
    for (const auto& [path, bytes] : plan_.job.files) HW_TRY(world_.disk.put(path, bytes));
    start();
    return Status::OK();
  }

  void start() {
    const auto number = static_cast<size_t>(result_.processes++);
    // One that nobody else is there with, and that nothing happens to, has no reason to fail.
    alone_since_fault_ = newest_living() == nullptr && sleepers_.empty() ? world_.num_faults() : -1;
    processes_.emplace_back(world_, plan_.job, plan_.processes[number % plan_.processes.size()]);
    world_.tell(fmt::format("process {} starts", processes_.back().process().id));
    start_at_ns_ = -1;
  }

  // Until somebody has finished the job.
  Status direct() {
    while (true) {
      while (const std::optional<Incident> incident = world_.take_incident()) HW_TRY(on(*incident));
      if (!world_.healed() && world_.scheduler.steps() >= plan_.quiet_step) heal();
      wake_sleepers();
      HW_TRY(bury());
      if (done_) return Status::OK();
      if (look_) HW_TRY(look());
      if (start_at_ns_ >= 0 && world_.scheduler.now_ns() >= start_at_ns_) start();
      HW_TRY(check_progress());
      if (!world_.scheduler.run_one(next_ns()) && next_ns() == kNever)
        return Status::Invalid("nobody can run: ", world_.scheduler.describe());
    }
  }

  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  int64_t next_ns() const {
    int64_t next = start_at_ns_ >= 0 ? start_at_ns_ : kNever;
    for (const auto& [process, at_ns] : sleepers_) next = std::min(next, at_ns);
    return next;
  }

  Status check_progress() {
    if (world_.scheduler.steps() > kStepsMax)
      return Status::Invalid("no end after ", kStepsMax, " steps: ", world_.scheduler.describe());
    if (healed_ns_ >= 0 && world_.scheduler.now_ns() > healed_ns_ + kQuietNsMax)
      return Status::Invalid("no end ", kQuietNsMax / 1'000'000'000,
                             " s after the last fault: ", world_.scheduler.describe());
    return Status::OK();
  }

  void heal() {
    world_.heal();
    healed_ns_ = world_.scheduler.now_ns();
    world_.tell("no more faults");
  }

  Status look() {
    look_ = false;
    return output_.look();
  }

  Status on(const Incident& incident) {
    if (incident.kind == Incident::Kind::kPowerLoss) {
      ++result_.kills;
      if (look_) HW_TRY(look());
      world_.tell("power is lost");
      for (JobProcess& process : processes_)
        if (!process.ended()) process.kill();
      sleepers_.clear();
      world_.lose_power(incident);
      start_later();
      look_ = false;
      return output_.look_after_crash();
    }
    if (incident.kind == Incident::Kind::kClock) {
      world_.wall_offset_ms += incident.clock_ms;
      world_.tell(fmt::format("the clocks are set by {} ms", incident.clock_ms));
      return Status::OK();
    }
    JobProcess* const victim = newest_living();
    if (victim == nullptr) return Status::OK();
    if (incident.kind == Incident::Kind::kKill) {
      ++result_.kills;
      world_.tell(fmt::format("process {} is killed", victim->process().id));
      victim->kill();
      start_later();
      return Status::OK();
    }
    ++result_.pauses;
    world_.tell(
        fmt::format("process {} is stopped for {} ms", victim->process().id, incident.pause_ms));
    victim->pause();
    sleepers_.emplace_back(victim, world_.scheduler.now_ns() + incident.pause_ms * 1'000'000);
    start_later();
    return Status::OK();
  }

  void start_later() {
    if (start_at_ns_ < 0) start_at_ns_ = world_.scheduler.now_ns() + kRestartDelayNs;
  }

  JobProcess* newest_living() {
    for (auto it = processes_.rbegin(); it != processes_.rend(); ++it)
      if (!it->killed() && !it->finished() && !it->process().paused) return &*it;
    return nullptr;
  }

  void wake_sleepers() {
    std::erase_if(sleepers_, [this](const auto& sleeper) {
      if (world_.scheduler.now_ns() < sleeper.second) return false;
      world_.tell(fmt::format("process {} goes on", sleeper.first->process().id));
      sleeper.first->wake();
      return true;
    });
  }

  // Processes that have ended: is the job done, is another one needed?
  Status bury() {
    for (auto it = processes_.begin(); it != processes_.end();) {
      if (!it->ended()) {
        ++it;
        continue;
      }
      if (!it->killed()) HW_TRY(on_end(*it));
      it = processes_.erase(it);
    }
    const bool anybody = std::any_of(processes_.begin(), processes_.end(),
                                     [](const JobProcess& process) { return !process.killed(); });
    if (!anybody && !done_) start_later();
    return Status::OK();
  }

  Status on_end(JobProcess& process) {
    HW_TRY(process.lie());
    const Status& status = process.status();
    world_.tell(fmt::format("process {} ends: {}", process.process().id, status.ToString()));
    if (status.ok()) {
      ++result_.num_ended_well;
      done_ = true;
      return Status::OK();
    }
    const auto kind = checkpoint_error_of(status);
    if (kind == CheckpointErrorKind::kHeld || kind == CheckpointErrorKind::kFenced)
      return Status::OK();
    const bool alone =
        (healed_ns_ >= 0 && process.started_ns() > healed_ns_) ||
        (alone_since_fault_ == world_.num_faults() && &process == &processes_.back());
    // Loud enough: it says the same each time.
    const bool again = status.message() == last_failure_;
    last_failure_ = status.message();
    if (plan_.doomed && (kind || alone || again)) {
      result_.stopped_loudly = done_ = true;
      return Status::OK();
    }
    if (result_.processes >= kStartsMax)
      return Status::Invalid("the job does not come back: ", status.ToString());
    if (alone)
      return Status::Invalid("the job fails though nothing else does: ", status.ToString());
    return Status::OK();
  }

  // What is not in files of its own is copied into some, by a reader that nothing disturbs.
  Status read_back() {
    if (plan_.job.reader_script.empty()) return Status::OK();
    if (!world_.healed()) heal();
    processes_.emplace_back(world_, plan_.job,
                            ProcessOptions{.num_cores = 1,
                                           .parallelism = 1,
                                           .output_rows_max = 4096,
                                           .reads_back = true,
                                           .settings = {{"execution.runtime-mode", "batch"}}});
    const JobProcess& reader = processes_.back();
    while (!reader.ended() && world_.scheduler.run_one(kNever)) {
    }
    const Status status = reader.ended() ? reader.status() : Status::Invalid("the reader is stuck");
    HW_TRY(end_all());
    return status;
  }

  // Whoever still runs ends; what they do on the way is still looked at.
  Status end_all() {
    Status status;
    for (const bool kill : {false, true}) {
      for (JobProcess& process : processes_) {
        process.wake();
        if (kill && !process.ended()) process.kill();
      }
      const int64_t last = world_.scheduler.steps() + kDyingStepsMax;
      const auto all_ended = [this] {
        return std::all_of(processes_.begin(), processes_.end(),
                           [](const JobProcess& process) { return process.ended(); });
      };
      while (!all_ended() && world_.scheduler.steps() < last) {
        if (!world_.scheduler.run_one(kNever)) break;
        if (look_ && status.ok()) status = look();
      }
      if (all_ended()) break;
    }
    for (JobProcess& process : processes_) {
      if (process.ended()) continue;
      if (status.ok())
        status =
            Status::Invalid("threads of a dead process never end: ", world_.scheduler.describe());
      world_.scheduler.abandon(process.process());
    }
    processes_.clear();
    return status;
  }

  const SimPlan& plan_;
  World world_;
  VisibleOutput output_;
  SimResult result_;
  std::list<JobProcess> processes_;
  std::vector<std::pair<JobProcess*, int64_t>> sleepers_;
  int64_t start_at_ns_ = -1;
  int64_t healed_ns_ = -1;
  int64_t alone_since_fault_ = -1;  // of the newest process; -1 = it was not alone
  std::string last_failure_;
  bool look_ = false;
  bool done_ = false;
};

}  // namespace

SimResult carry_out(const SimPlan& plan) { return Director(plan).run(); }

}  // namespace hw::sim
