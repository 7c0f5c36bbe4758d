// SPDX-License-Identifier: Apache-2.0

#include "job/job_run.h"

#include <algorithm>
#include <utility>

#include "base/env/env.h"
#include "job/deployment.h"
#include "job/job_coordinator.h"
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

enum class Request : uint8_t { kStop, kCancel };

class Running final : public JobRun, private SnapshotReceiver {
 public:
  Running(JobGraph graph, JobOptions options)
      : graph_(std::move(graph)), options_(options), env_(*options.env) {}

  Status begin() {
    HW_ASSIGN_OR_RETURN(deployment_, deploy(graph_, options_, reports_, *this));
    coordinator_.emplace(deployment_->num_tasklets, static_cast<int>(deployment_->workers.size()));
    next_discovery_ms_ = env_.wall_ms() + kDiscoveryIntervalMs;
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
          reports_.waker.park(kTendIntervalNs);
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
    const int64_t until_ms = env_.wall_ms() + timeout_ms;
    while (!done() && env_.wall_ms() < until_ms) step_or_sleep();
    return done();
  }

  bool done() const override { return gate_.is_open(); }
  void stop() override { requests_.post(Request::kStop, reports_.waker); }
  void cancel() override { requests_.post(Request::kCancel, reports_.waker); }

  JobProgress progress() const override {
    JobProgress progress{.done = done(), .watermark_ms = Watermark::kMax};
    bool any_source = false;
    for (size_t i = 0; i < deployment_->metrics.size(); ++i) {
      const MetricsReading reading = deployment_->metrics[i]->read();
      for (const auto& [name, value] : reading.counters) progress.counters[name] += value;
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
    for (const Request request : requests_.take()) {
      any = true;
      carry_out(request == Request::kStop ? coordinator_->on_stop_requested()
                                          : coordinator_->on_cancel_requested());
    }
    for (WorkerReport& report : reports_.mailbox.take()) {
      any = true;
      hear(std::move(report));
    }
    if (!done()) discover();
    return any;
  }

  void hear(WorkerReport report) {
    switch (report.kind) {
      case WorkerReport::Kind::kPrepared:
        return carry_out(coordinator_->on_prepared(report.tasklet));
      case WorkerReport::Kind::kDone:
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
          for (const int tasklet : deployment_->sinks) post(tasklet, CommitPrepared{});
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
          gate_.open();
          break;
      }
    }
  }

  void post(int tasklet, Control control) {
    const auto worker =
        static_cast<size_t>(deployment_->worker_of_tasklet[static_cast<size_t>(tasklet)]);
    deployment_->workers[worker]->post(tasklet, std::move(control));
  }

  // Asks sources that are not finished for new splits and deals them out.
  void discover() {
    const int64_t now_ms = env_.wall_ms();
    if (now_ms < next_discovery_ms_) return;
    next_discovery_ms_ = now_ms + kDiscoveryIntervalMs;
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
      auto dealt = deal_splits(*std::move(found), instances, source.next);
      for (size_t i = 0; i < dealt.size(); ++i) {
        DealSplits deal{.splits = {}, .no_more = source.finished};
        for (Split& split : dealt[i]) deal.splits.push_back({.split = std::move(split)});
        if (!deal.splits.empty() || deal.no_more) post(source.tasklets[i], std::move(deal));
      }
    }
  }

  Status on_snapshot(const Barrier&, OperatorSnapshot) override {
    return not_supported_yet("checkpoints");
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
  int64_t next_discovery_ms_ = 0;
  // Last: joined before anything else goes.
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace

Result<std::unique_ptr<JobRun>> JobRun::start(JobGraph graph, JobOptions options) {
  auto running = std::make_unique<Running>(std::move(graph), options);
  HW_TRY(running->begin());
  return running;
}

}  // namespace hw
