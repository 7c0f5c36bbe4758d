// SPDX-License-Identifier: Apache-2.0

#include "sim/sim_run.h"

#include <algorithm>
#include <limits>
#include <list>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/broken_promise.h"
#include "job/checkpoint_error.h"
#include "sim/checkpoint_watch.h"
#include "sim/savepoint_version.h"
#include "sim/state_replay.h"
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
// A job that runs, and to which nothing happens, reads or tells something at least so often.
constexpr int64_t kSilentNsMax = 120'000'000'000;
// Every checkpoint is read each time that one was removed, but not more often than that.
constexpr int64_t kRestorableChecksMax = 6;
constexpr size_t kVersionsMax = 2;
// The state of one of the first checkpoints is looked at.
constexpr uint64_t kNotedMax = 6;

class Director {
 public:
  explicit Director(const SimPlan& plan)
      : plan_(plan),
        world_({.seed = plan.seed,
                .schedule = plan.schedule,
                .faults = plan.faults,
                .incidents = plan.incidents,
                .damaged_below = damaged_below(plan),
                .unchecked = input_files(plan),
                .import = plan.import,
                .begin_from = plan.begin_from,
                .trace = plan.trace}),
        output_(world_.disk, plan.job),
        watch_(world_),
        watched_(is_durable(plan)),
        certain_state_(has_certain_state(plan.job)) {
    world_.on_visible = [this](const std::string& path) {
      if (watched_) watch_.on_visible(path);
      note_savepoint(path);
      if (!path.starts_with(kStateDirectory)) look_ = true;
    };
  }

  SimResult run() {
    (void)check_promises();  // of an earlier run that ended otherwise
    Status verdict = prepare();
    if (verdict.ok()) verdict = direct();
    const Status ended = end_all();
    if (verdict.ok()) verdict = ended;
    if (verdict.ok() && !result_.stopped_loudly) verdict = read_back();
    if (verdict.ok() && !result_.stopped_loudly) verdict = output_.finish();
    if (verdict.ok() && !is_disturbed()) verdict = check_nothing_left();
    if (verdict.ok() && watched_ && !plan_.doomed) verdict = watch_.check_restorable();
    if (verdict.ok() && !result_.stopped_loudly) verdict = check_versions();
    if (verdict.ok()) verdict = check_noted_state();
    result_.verdict = std::move(verdict);
    result_.hash = world_.hash.value();
    result_.steps = world_.scheduler.steps();
    result_.ops = world_.num_ops();
    result_.open_ops = world_.num_open_ops();
    result_.faults = world_.num_faults();
    result_.restores = world_.num_restores;
    result_.rows = output_.num_rows();
    result_.output = output_.bag();
    result_.version_output = rows_below(world_.disk, plan_.job, kVersionOutputDirectory);
    result_.preemptions = world_.scheduler.recorded();
    result_.simulated_ns = world_.scheduler.now_ns();
    result_.coverage = world_.coverage;
    result_.story = world_.story();
    result_.trace = world_.trace();
    result_.unsynced = world_.unsynced();
    return std::move(result_);
  }

 private:
  static std::vector<std::string> damaged_below(const SimPlan& plan) {
    if (!plan.doomed) return {};
    return {kStateDirectory, "/s3/state"};
  }
  // A user's own: lines without checksums.
  static std::set<std::string, std::less<>> input_files(const SimPlan& plan) {
    std::set<std::string, std::less<>> paths;
    for (const auto& [path, bytes] : plan.job.files) paths.insert(path);
    return paths;
  }
  static bool is_durable(const SimPlan& plan) {
    for (const auto& [key, value] : plan.processes.front().settings)
      if (key == "execution.checkpointing.dir") return true;
    return false;
  }

  Status prepare() {
    for (const char* directory : {kOutputDirectory, kStateDirectory, kLogDirectory}) {
      if (world_.disk.find(directory) != nullptr) continue;
      HW_TRY(world_.disk.create(directory, /*is_directory=*/true, 0).status());
      world_.disk.sync_directory("/");
    }
    if (plan_.begin_from == nullptr)
      for (const auto& [path, bytes] : plan_.job.files) HW_TRY(world_.disk.put(path, bytes));
    start();
    return Status::OK();
  }

  void start() {
    const auto number = static_cast<size_t>(result_.processes++);
    // One that nobody else is there with, and that nothing happens to, has no reason to fail.
    const bool alone = newest_living() == nullptr && sleepers_.empty();
    alone_since_fault_ = alone ? world_.num_faults() : -1;
    ProcessOptions options = plan_.processes[number % plan_.processes.size()];
    // Whoever began while the one that was to stop slept may have gone on from it meanwhile.
    const TakenSavepoint taken = std::exchange(next_savepoint_, {});
    if (alone && is_newest(taken)) options.savepoint = taken.path;
    processes_.emplace_back(world_, plan_.job, std::move(options));
    world_.scheduler.note_end_of_turn();
    world_.tell(fmt::format("process {} starts", processes_.back().process().id));
    start_at_ns_ = -1;
  }

  // Until somebody has finished the job.
  Status direct() {
    while (true) {
      while (const std::optional<Incident> incident = world_.take_incident()) {
        world_.scheduler.note_end_of_turn();
        last_event_ns_ = world_.scheduler.now_ns();
        HW_TRY(on(*incident));
      }
      if (!world_.healed() && world_.scheduler.steps() >= plan_.quiet_step) heal();
      wake_sleepers();
      HW_TRY(bury());
      if (done_) return Status::OK();
      if (look_) HW_TRY(look());
      HW_TRY(check_checkpoints());
      HW_TRY(check_promises());
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
    return check_silence();
  }

  // Whoever says nothing, and whom nothing happens to, has to get on: once the schedule is fair.
  // Before that it may starve the thread that would tell (seed 57494402684).
  Status check_silence() {
    if (healed_ns_ < 0) return Status::OK();
    if (world_.num_faults() != last_num_faults_) {
      last_num_faults_ = world_.num_faults();
      last_event_ns_ = world_.scheduler.now_ns();
    }
    const JobProcess* const process = newest_living();
    if (process == nullptr || !process->runs_jobs()) return Status::OK();
    const int64_t since_ns = std::max({healed_ns_, last_event_ns_, process->last_news_ns()});
    if (world_.scheduler.now_ns() < since_ns + kSilentNsMax) return Status::OK();
    return Status::Invalid("for ", kSilentNsMax / 1'000'000'000,
                           " s a job that says that it runs read nothing and told nothing: ",
                           world_.scheduler.describe());
  }

  static Status check_promises() {
#ifdef HW_DEBUG_CHECKS
    if (!broken_promise.empty()) return Status::Invalid(std::exchange(broken_promise, ""));
#endif
    return Status::OK();
  }

  Status check_checkpoints() {
    if (!watched_ || plan_.doomed) return Status::OK();
    HW_TRY(watch_.problem());
    HW_TRY(watch_.check_splits());
    note_state();
    note_origin();
    if (!watch_.has_shrunk() || num_restorable_checks_ >= kRestorableChecksMax) return Status::OK();
    ++num_restorable_checks_;
    return watch_.check_restorable();
  }

  // One checkpoint of a run: another one from seed to seed.
  void note_state() {
    if (state_noted_ || !certain_state_ || watch_.num_published() < 1 + noted_checkpoint()) return;
    state_noted_ = true;
    // It may be gone already.
    Result<CheckpointState> state = watch_.newest_state();
    if (state.ok()) state_ = *std::move(state);
  }
  // How much of the input is behind whoever goes on from a checkpoint.
  void note_origin() {
    const JobProcess* const process = newest_living();
    if (process == nullptr || process->gone_on_from() == origin_) return;
    origin_ = process->gone_on_from();
    rows_behind_ = -1;
    if (origin_.empty() || plan_.job.expected_read < 0) return;
    const Result<CheckpointState> state = watch_.state_of(origin_);
    if (state.ok()) rows_behind_ = rows_before(plan_.job, *state);
  }
  int64_t noted_checkpoint() const { return static_cast<int64_t>(plan_.seed % kNotedMax); }
  Status check_noted_state() {
    if (!state_) return Status::OK();
    const Status status = check_state(plan_, *state_);
    ++result_.states;
    if (status.ok()) return status;
    return Status::Invalid("checkpoint ", 1 + noted_checkpoint(), " of the run ", status.message());
  }

  // Only what no later epoch was shown behind: what was visible then belongs to it.
  void note_savepoint(const std::string& path) {
    TakenSavepoint taken = savepoint_of_manifest(path);
    if (taken.path.empty()) return;
    ++result_.savepoints;
    if (plan_.doomed || plan_.job.num_jobs != 1 || savepoints_.size() >= kVersionsMax ||
        !is_newest(taken))
      return;
    taken.world = std::make_shared<const WorldImage>(world_.image());
    savepoints_.push_back(std::move(taken));
  }

  void heal() {
    world_.scheduler.note_end_of_turn();
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
      if (watched_) {
        watch_.after_crash();
        if (!plan_.doomed) HW_TRY(watch_.check_restorable());
      }
      return output_.look_after_crash();
    }
    if (incident.kind == Incident::Kind::kClock) {
      world_.wall_offset_ms += incident.clock_ms;
      world_.tell(fmt::format("the clocks are set by {} ms", incident.clock_ms));
      return Status::OK();
    }
    JobProcess* const victim = newest_living();
    if (victim == nullptr) return Status::OK();
    if (incident.kind >= Incident::Kind::kSavepoint) {
      const bool stop = incident.kind == Incident::Kind::kStop;
      world_.tell(fmt::format("process {} is asked for a savepoint{}", victim->process().id,
                              stop ? " and to stop" : ""));
      stop_by_path_ = stop ? incident.seed % 2 == 1 && plan_.job.num_jobs == 1 : stop_by_path_;
      victim->ask_savepoint(stop, kSavepointDirectory);
      return Status::OK();
    }
    // One that sleeps before it goes back to a savepoint would do so over a newer one's output.
    if (incident.kind == Incident::Kind::kKill || victim->from_savepoint()) {
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
      world_.scheduler.note_end_of_turn();
      last_event_ns_ = world_.scheduler.now_ns();
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
      const SimProcess& process = it->process();
      it = processes_.erase(it);
      HW_TRY(world_.check_left(process));
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
    if (process.asked_to_stop()) {
      note_stop(process);
      return Status::OK();
    }
    if (status.ok()) {
      ++result_.num_ended_well;
      done_ = true;
      return check_counts(process);
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

  // Whether it had a savepoint to give or not, somebody goes on.
  void note_stop(const JobProcess& process) {
    const TakenSavepoint taken = savepoint_of_manifest(process.savepoint() + "/manifest");
    if (process.status().ok() && stop_by_path_ && is_newest(taken)) next_savepoint_ = taken;
  }

  bool is_newest(const TakenSavepoint& taken) const {
    return !taken.path.empty() && watch_.newest_published(taken.generation) == taken.checkpoint;
  }

  // What was read is what there is, and late what an undisturbed run found late.
  Status check_counts(const JobProcess& process) {
    const JobProgress& told = process.last_progress();
    result_.num_jobs = process.num_jobs();
    const auto late = told.counters.find("late_rows_dropped");
    result_.rows_read = told.rows_read;
    result_.rows_late = late == told.counters.end() ? 0 : late->second;
    const SimJob& job = plan_.job;
    if (job.expected_read >= 0 && rows_behind_ >= 0 && process.gone_on_from() == origin_ &&
        process.num_jobs() == 1 && rows_behind_ + result_.rows_read != job.expected_read)
      return Status::Invalid("the job says that it read ", result_.rows_read, " rows behind ",
                             origin_, ", which is behind ", rows_behind_, ", but there are ",
                             job.expected_read);
    if (job.expected_read < 0 || !process.began_anew()) return Status::OK();
    if (result_.rows_read != job.expected_read)
      return Status::Invalid("the job says that it read ", result_.rows_read,
                             " rows, but there are ", job.expected_read);
    if (job.expected_late >= 0 && result_.rows_late != job.expected_late)
      return Status::Invalid("the job says that ", result_.rows_late, " rows were late, but ",
                             job.expected_late, " are");
    return Status::OK();
  }

  // From each savepoint in a world that is as it was then; then once more beside the output of the
  // version that went on meanwhile.
  Status check_versions() {
    for (size_t i = 0; i < savepoints_.size(); ++i) {
      const TakenSavepoint& savepoint = savepoints_[i];
      const bool own = has_own_place(plan_.job) && (plan_.seed + i) % 2 == 0;
      const SimPlan version = plan_of_version(plan_, savepoint, own);
      const SimResult result = carry_out(version);
      ++result_.versions;
      if (!result.verdict.ok()) {
        for (const std::string& line : result.story) world_.tell("  version: " + line);
        return Status::Invalid("another version, from ", savepoint.path, ": ",
                               result.verdict.message());
      }
      if (own && world_.disk.find(savepoint.path + "/manifest") != nullptr)
        HW_TRY(run_beside(version, result.version_output));
    }
    return Status::OK();
  }

  Status run_beside(const SimPlan& version, const RowBag& expected) {
    if (std::exchange(beside_, true)) return Status::OK();
    if (!world_.healed()) heal();
    HW_TRY(run_alone(version.job, version.processes.front()));
    const RowBag found = rows_below(world_.disk, version.job, kVersionOutputDirectory);
    if (found == expected) return Status::OK();
    return Status::Invalid("two versions from ", version.processes.front().savepoint,
                           " do not show the same:", difference(expected, found));
  }

  // What is not in files of its own is copied into some, by a reader that nothing disturbs.
  Status read_back() {
    if (plan_.job.reader_script.empty()) return Status::OK();
    if (!world_.healed()) heal();
    return run_alone(plan_.job, {.num_cores = 1,
                                 .parallelism = 1,
                                 .output_rows_max = 4096,
                                 .reads_back = true,
                                 .settings = {{"execution.runtime-mode", "batch"}}});
  }

  Status run_alone(const SimJob& job, ProcessOptions options) {
    processes_.emplace_back(world_, job, std::move(options));
    const JobProcess& process = processes_.back();
    while (!process.ended() && world_.scheduler.run_one(kNever)) {
    }
    const Status status =
        process.ended() ? process.status() : Status::Invalid("a process alone is stuck");
    HW_TRY(end_all());
    return status;
  }

  bool is_disturbed() const {
    return plan_.doomed || plan_.begin_from != nullptr || result_.processes > 1 ||
           result_.kills + result_.pauses + world_.num_faults() > 0;
  }
  // What was begun is finished or gone, where nobody was hindered.
  Status check_nothing_left() const {
    HW_TRY(output_.check_finished());
    if (world_.objects.uploads.empty()) return Status::OK();
    return Status::Invalid("an upload is left unfinished: ", world_.objects.uploads.begin()->first);
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
    std::vector<const SimProcess*> ended;
    for (JobProcess& process : processes_)
      if (process.ended()) ended.push_back(&process.process());
    processes_.clear();
    for (const SimProcess* process : ended)
      if (status.ok()) status = world_.check_left(*process);
    return status;
  }

  const SimPlan& plan_;
  World world_;
  VisibleOutput output_;
  CheckpointWatch watch_;
  const bool watched_;  // the job keeps checkpoints
  SimResult result_;
  std::list<JobProcess> processes_;
  std::vector<std::pair<JobProcess*, int64_t>> sleepers_;
  int64_t start_at_ns_ = -1;
  int64_t healed_ns_ = -1;
  int64_t alone_since_fault_ = -1;  // of the newest process; -1 = it was not alone
  std::string last_failure_;
  std::vector<TakenSavepoint> savepoints_;
  std::string origin_;
  int64_t rows_behind_ = -1;
  const bool certain_state_;
  bool state_noted_ = false;
  std::optional<CheckpointState> state_;
  TakenSavepoint next_savepoint_;  // that the next process goes on from
  bool stop_by_path_ = false;
  bool beside_ = false;
  int64_t num_restorable_checks_ = 0;
  int64_t last_event_ns_ = 0;
  int64_t last_num_faults_ = 0;
  bool look_ = false;
  bool done_ = false;
};

}  // namespace

SimResult carry_out(const SimPlan& plan) { return Director(plan).run(); }

}  // namespace hw::sim
