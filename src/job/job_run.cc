// SPDX-License-Identifier: Apache-2.0

#include "job/job_run.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/env/env.h"
#include "job/deployment.h"
#include "job/job_checkpoint.h"
#include "job/job_checkpointing.h"
#include "job/job_coordinator.h"
#include "runtime/state_bytes.h"
#include "runtime/worker.h"
#include "runtime/worker_gate.h"

namespace hw {
namespace {

// How often a source that may find further splits is asked.
constexpr int64_t kDiscoveryIntervalMs = 200;
// The coordinator sleeps until somebody reports; at most so long.
constexpr int64_t kTendIntervalNs = 100'000'000;
// A single-threaded wait() sleeps so long when nothing could be done.
constexpr int64_t kIdleSleepNs = 1'000'000;

struct Request {
  enum class Kind : uint8_t { kStop, kCancel, kCheckpoint };
  Kind kind = Kind::kStop;
  CheckpointRequest checkpoint = {};
};

class Running final : public JobRun, public CheckpointHost {
 public:
  Running(JobGraph graph, JobOptions options)
      : graph_(std::move(graph)), options_(std::move(options)), env_(*options_.env) {}

  Status begin() {
    HW_ASSIGN_OR_RETURN(deployment_, deploy(graph_, options_, reports_));
    coordinator_.emplace(deployment_->num_tasklets, static_cast<int>(deployment_->workers.size()));
    next_discovery_ms_ = now_ms() + kDiscoveryIntervalMs;
    if (options_.checkpoints.sink != nullptr)
      checkpoints_ = std::make_unique<JobCheckpointing>(*this, env_, options_, graph_.batch_mode,
                                                        deployment_->members, reports_.waker);
    if (options_.single_thread) return Status::OK();
    for (size_t i = 0; i < deployment_->workers.size(); ++i)
      threads_.push_back(env_.start_thread("worker-" + std::to_string(i),
                                           [this, i] { deployment_->workers[i]->run(); }));
    // The coordinator has its own thread because finding splits may block.
    threads_.push_back(env_.start_thread("job", [this] {
      while (!gate_.is_open()) {
        reports_.waker.announce();
        if (tend()) {
          reports_.waker.withdraw();
        } else {
          reports_.waker.park(parking_ns());
        }
      }
    }));
    return Status::OK();
  }

  ~Running() override {
    if (!deployment_ || !coordinator_) return;
    cancel();
    if (options_.single_thread) {
      while (step()) {
      }
    }
    threads_.clear();
  }

  Status wait() override {
    if (options_.single_thread) {
      while (!done()) step_or_sleep();
    } else {
      gate_.wait();
    }
    return coordinator_->status();
  }

  bool wait_for(int64_t timeout_ms) override {
    if (!options_.single_thread) return gate_.wait_for(timeout_ms);
    const int64_t until_ms = now_ms() + timeout_ms;
    while (!done() && now_ms() < until_ms) step_or_sleep();
    return done();
  }

  bool done() const override { return gate_.is_open(); }
  void stop() override { ask({.kind = Request::Kind::kStop}); }
  void cancel() override { ask({.kind = Request::Kind::kCancel}); }
  void checkpoint(CheckpointRequest request) override {
    ask({.kind = Request::Kind::kCheckpoint, .checkpoint = std::move(request)});
  }

  JobProgress progress() const override {
    JobProgress progress{.done = done(), .watermark_ms = Watermark::kMax};
    bool any_source = false;
    for (size_t i = 0; i < deployment_->metrics.size(); ++i) {
      const MetricsReading reading = deployment_->metrics[i]->read();
      for (const auto& [name, value] : reading.counters)
        if (name != kStateBytesCounter) progress.counters[name] += value;
      if (!deployment_->metrics_of_source[i]) continue;
      any_source = true;
      progress.rows_read += reading.rows_out;
      progress.read.bytes_done += reading.read.bytes_done;
      progress.read.bytes_total += reading.read.bytes_total;
      progress.watermark_ms = std::min(progress.watermark_ms, reading.watermark_ms);
    }
    if (!any_source) progress.watermark_ms = Watermark::kNone;
    return progress;
  }

  std::vector<MetricsReading> metrics() const override {
    std::vector<MetricsReading> readings;
    for (const auto& metrics : deployment_->metrics) readings.push_back(metrics->read());
    return readings;
  }

  std::optional<JobFailure> failure() const override {
    return done() ? coordinator_->failure() : std::nullopt;
  }

  bool step() override {
    step_once();
    return !done();
  }

 private:
  // A clock that is set holds nothing up.
  int64_t now_ms() const { return env_.monotonic_ns() / 1'000'000; }
  // Single-thread mode. Returns whether anything was done.
  bool step_once() {
    bool busy = false;
    for (const auto& worker : deployment_->workers)
      busy = worker->step_all_once() == Worker::Round::kBusy || busy;
    return tend() || busy;
  }
  void step_or_sleep() {
    if (!step_once()) env_.sleep_ns(kIdleSleepNs);
  }

  // The coordinator's turn: hears everybody, carries decisions out. Returns whether it did any.
  bool tend() {
    bool any = false;
    for (const Request& request : requests_.take()) {
      any = true;
      hear(request);
    }
    for (WorkerReport& report : reports_.mailbox.take()) {
      any = true;
      hear(std::move(report));
    }
    if (done()) return any;
    discover();
    if (checkpoints_) any = checkpoints_->tend() || any;
    if (options_.available_now && !nothing_available_) end_if_nothing_is_available();
    finish_if_over();
    return any;
  }

  void ask(Request request) { requests_.post(std::move(request), reports_.waker); }

  int64_t parking_ns() const {
    const std::optional<int64_t> due_ms =
        checkpoints_ ? checkpoints_->next_tend_ms() : std::nullopt;
    if (!due_ms) return kTendIntervalNs;
    const int64_t wait_ns = *due_ms * 1'000'000 - env_.monotonic_ns();
    return std::clamp<int64_t>(wait_ns, 1'000'000, kTendIntervalNs);
  }

  void hear(const Request& request) {
    switch (request.kind) {
      case Request::Kind::kStop:
        return stop_behind({.purpose = CheckpointPurpose::kStop});
      case Request::Kind::kCancel:
        return carry_out(coordinator_->on_cancel_requested());
      case Request::Kind::kCheckpoint:
        if (request.checkpoint.purpose == CheckpointPurpose::kStop)
          return stop_behind(request.checkpoint);
        if (checkpoints_) checkpoints_->request(request.checkpoint);
        return;
    }
  }

  void stop_behind(const CheckpointRequest& request) {
    if (!checkpoints_ || graph_.batch_mode) return carry_out(coordinator_->on_stop_requested());
    if (!checkpoints_->ending()) checkpoints_->request(request);
  }

  // Every source has read what was there when the job started. Where none of them could go on, the
  // job ends by itself.
  void end_if_nothing_is_available() {
    if (!any_waits_) return;
    for (const DeployedSource& source : deployment_->sources) {
      if (!source.finished) return;
      for (const int tasklet : source.tasklets)
        if (!exhausted_.contains(tasklet)) return;
    }
    nothing_available_ = true;
    stop_behind({.purpose = CheckpointPurpose::kStop});
  }

  void hear(WorkerReport report) {
    switch (report.kind) {
      case WorkerReport::Kind::kPrepared:
        return carry_out(coordinator_->on_prepared(report.tasklet));
      case WorkerReport::Kind::kAnswered:
        if (checkpoints_) checkpoints_->on_answer(report.tasklet, std::move(*report.answer));
        return;
      case WorkerReport::Kind::kCommitted:
        if (checkpoints_) checkpoints_->on_committed(report.tasklet, report.checkpoint);
        return;
      case WorkerReport::Kind::kExhausted:
        exhausted_.insert(report.tasklet);
        any_waits_ = true;
        return;
      case WorkerReport::Kind::kDone:
        exhausted_.insert(report.tasklet);
        if (checkpoints_) checkpoints_->on_done(report.tasklet);
        return carry_out(coordinator_->on_done(report.tasklet));
      case WorkerReport::Kind::kFailed:
        return carry_out(coordinator_->on_failed({.cause = std::move(report.status),
                                                  .operator_name = std::move(report.operator_name),
                                                  .tasklet = std::move(report.tasklet_name)}));
      case WorkerReport::Kind::kStopped:
        return carry_out(coordinator_->on_worker_stopped());
    }
  }

  void carry_out(const std::vector<JobCoordinator::Action>& actions) {
    for (const JobCoordinator::Action action : actions) {
      switch (action) {
        case JobCoordinator::Action::kCommitSinks:
          if (checkpoints_) {
            // Only sinks are left. Their last checkpoint makes the commit certain.
            if (!checkpoints_->ending())
              checkpoints_->request({.purpose = CheckpointPurpose::kFinal});
            break;
          }
          for (const int tasklet : deployment_->sinks) commit(tasklet, {});
          break;
        case JobCoordinator::Action::kStopSources:
          for (DeployedSource& source : deployment_->sources) {
            source.finished = true;
            for (const int tasklet : source.tasklets) post(tasklet, StopReading{});
          }
          break;
        case JobCoordinator::Action::kCancelAll:
          for (const auto& worker : deployment_->workers) worker->cancel();
          break;
        case JobCoordinator::Action::kFinish:
          if (coordinator_->status().ok()) on_published(SplitEnumerator::kAllDone);
          finishing_ = true;
          break;
      }
    }
  }

  // What the job's checkpoints still have to do belongs to it.
  void finish_if_over() {
    if (finishing_ && (!checkpoints_ || checkpoints_->idle())) gate_.open();
  }

  void post(int tasklet, Control control) {
    const auto worker =
        static_cast<size_t>(deployment_->worker_of_tasklet[static_cast<size_t>(tasklet)]);
    deployment_->workers[worker]->post(tasklet, std::move(control));
  }

  // Asks sources that are not finished for new splits and deals them out.
  void discover() {
    if (now_ms() < next_discovery_ms_) return;
    next_discovery_ms_ = now_ms() + kDiscoveryIntervalMs;
    for (DeployedSource& source : deployment_->sources) {
      if (source.finished) continue;
      Result<std::vector<Split>> found = source.enumerator->discover();
      if (!found.ok()) {
        const Vertex& vertex = graph_.vertices[static_cast<size_t>(source.vertex)];
        source.finished = true;
        carry_out(coordinator_->on_failed({.cause = found.status(),
                                           .operator_name = vertex.source->description.name,
                                           .tasklet = vertex.name}));
        return;
      }
      source.finished = source.enumerator->finished();
      if (found->empty() && !source.finished) continue;
      const auto instances = static_cast<int>(source.tasklets.size());
      auto dealt = deal_splits(unread(*std::move(found)), instances, source.next);
      for (size_t i = 0; i < dealt.size(); ++i) {
        DealSplits deal{.splits = std::move(dealt[i]), .no_more = source.finished};
        if (!deal.splits.empty() || deal.no_more) post(source.tasklets[i], std::move(deal));
      }
    }
  }

  // Splits found so far have been dealt out already, and no others are before the barrier reaches
  // the sources' mailboxes: what an enumerator says now fits what its readers will say.
  Result<std::vector<JobCheckpoint::SourceState>> sources() override {
    std::vector<JobCheckpoint::SourceState> states;
    for (const DeployedSource& source : deployment_->sources) {
      const SourceRecipe& recipe = *graph_.vertices[static_cast<size_t>(source.vertex)].source;
      const bool finished = source.finished && !(options_.available_now && recipe.source->grows());
      JobCheckpoint::SourceState state{.uid = recipe.uid, .finished = finished};
      HW_ASSIGN_OR_RETURN(state.position, source.enumerator->position());
      states.push_back(std::move(state));
    }
    return states;
  }

  void inject(const InjectBarrier& barrier, bool final) override {
    std::set<int> told(deployment_->sinks.begin(), deployment_->sinks.end());
    for (DeployedSource& source : deployment_->sources) {
      if (!final) told.insert(source.tasklets.begin(), source.tasklets.end());
      // Behind the last barrier nothing is read any more.
      if (barrier.barrier.kind == BarrierKind::kStopWithSavepoint) source.finished = true;
    }
    for (const int tasklet : told) post(tasklet, barrier);
  }

  void commit(int tasklet, CommitPrepared commit) override { post(tasklet, std::move(commit)); }

  void on_published(int64_t checkpoint) override {
    for (const DeployedSource& source : deployment_->sources)
      source.enumerator->on_published(checkpoint);
  }

  void fail(const Status& cause) override {
    carry_out(coordinator_->on_failed(
        {.cause = cause, .operator_name = "the checkpoint", .tasklet = "the job"}));
  }

  // Constant after begin().
  const JobGraph graph_;
  const JobOptions options_;
  Env& env_;
  // Thread-safe.
  WorkerReports reports_;
  WorkerMailbox<Request> requests_;
  WorkerGate gate_;
  // The coordinator's, until the gate is open. The deployment's workers and metrics are safe to
  // use from any thread.
  std::unique_ptr<Deployment> deployment_;
  std::optional<JobCoordinator> coordinator_;
  std::unique_ptr<JobCheckpointing> checkpoints_;  // null: none are taken
  std::set<int> exhausted_;                        // sources that have nothing more to read
  bool any_waits_ = false;                         // of them, for what may come later
  bool nothing_available_ = false;                 // it ends for that
  bool finishing_ = false;                         // all workers have stopped
  int64_t next_discovery_ms_ = 0;
  // Last: joined before anything else goes.
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace

Result<std::unique_ptr<JobRun>> JobRun::start(JobGraph graph, JobOptions options) {
  auto running = std::make_unique<Running>(std::move(graph), std::move(options));
  HW_TRY(running->begin());
  return running;
}

}  // namespace hw
