// SPDX-License-Identifier: Apache-2.0

#include "job/durable_job.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "job/job_attempt.h"
#include "runtime/worker_gate.h"
#include "runtime/worker_mailbox.h"
#include "runtime/worker_slot.h"
#include "runtime/worker_waker.h"

namespace hw {
namespace {

// The supervisor looks this often for what it was asked.
constexpr int64_t kLookMs = 20;

struct Order {
  enum class Kind : uint8_t { kStop, kCancel, kCheckpoint, kSavepointFailed };
  Kind kind = Kind::kStop;
  CheckpointRequest checkpoint = {};
  Status reason = {};
};

class DurableJob final : public JobRun {
 public:
  DurableJob(JobGraph graph, JobOptions options, DurableJobOptions durable)
      : graph_(std::move(graph)),
        options_(std::move(options)),
        durable_(std::move(durable)),
        env_(*options_.env),
        policy_(durable_.restart) {
    options_.checkpoints.on_event = [this](const std::string& message) { tell(message); };
    options_.checkpoints.on_savepoint = [this](const Result<std::string>& path) {
      if (path.ok()) return tell("savepoint: " + *path);
      orders_.post({.kind = Order::Kind::kSavepointFailed, .reason = path.status()}, waker_);
    };
  }

  ~DurableJob() override {
    cancel();
    if (options_.single_thread) {
      while (step()) {
      }
    }
    supervisor_.reset();
    run_.set(nullptr);
    attempt_.reset();
    if (durable_.temporary) {
      const auto place = env_.locate(durable_.directory);
      if (place.ok()) (void)place->files->DeleteDir(place->path);
    }
  }

  Status begin() {
    HW_TRY(start_attempt(/*first=*/true));
    // Started once, it is not waited for any more.
    durable_.on_wait = nullptr;
    if (!options_.single_thread)
      supervisor_ = env_.start_thread("job " + graph_.name, [this] {
        while (!gate_.is_open()) {
          tend();
          if (attempt_ != nullptr && !gate_.is_open()) {
            attempt_->run().wait_for(kLookMs);
          } else if (!gate_.is_open()) {
            env_.sleep_ns(kLookMs * 1'000'000);
          }
        }
      });
    return Status::OK();
  }

  Status wait() override {
    if (options_.single_thread) {
      while (step()) {
      }
    } else {
      gate_.wait();
    }
    return status_;
  }
  bool wait_for(int64_t timeout_ms) override {
    if (!options_.single_thread) return gate_.wait_for(timeout_ms);
    const int64_t until_ns = env_.monotonic_ns() + timeout_ms * 1'000'000;
    while (!done() && env_.monotonic_ns() < until_ns) step();
    return done();
  }
  bool done() const override { return gate_.is_open(); }
  void stop() override { order({.kind = Order::Kind::kStop}); }
  void cancel() override { order({.kind = Order::Kind::kCancel}); }
  void checkpoint(CheckpointRequest request) override {
    order({.kind = Order::Kind::kCheckpoint, .checkpoint = std::move(request)});
  }

  JobProgress progress() const override {
    const std::shared_ptr<JobRun> run = run_.get();
    JobProgress progress = run != nullptr ? run->progress() : JobProgress{};
    progress.done = done();
    return progress;
  }
  std::vector<MetricsReading> metrics() const override {
    const std::shared_ptr<JobRun> run = run_.get();
    return run != nullptr ? run->metrics() : std::vector<MetricsReading>{};
  }
  std::optional<JobFailure> failure() const override { return done() ? failure_ : std::nullopt; }
  std::vector<std::string> take_events() override { return events_.take(); }

  bool step() override {
    if (attempt_ != nullptr && !done()) attempt_->run().step();
    if (!done()) tend();
    return !done();
  }

 private:
  void order(Order order) { orders_.post(std::move(order), waker_); }
  void tell(const std::string& message) { events_.post(graph_.name + ": " + message, waker_); }
  int64_t now_ms() const { return env_.monotonic_ns() / 1'000'000; }

  Status start_attempt(bool first) {
    started_ms_ = now_ms();
    HW_ASSIGN_OR_RETURN(attempt_,
                        JobAttempt::start(graph_, options_, durable_, first,
                                          [this](const std::string& message) { tell(message); }));
    run_.set(attempt_->shared_run());
    return Status::OK();
  }

  // The supervisor's turn.
  void tend() {
    for (Order& asked : orders_.take()) hear(asked);
    if (attempt_ == nullptr) return tend_between();
    if (lost_.ok()) {
      lost_ = attempt_->still_ours();
      if (!lost_.ok()) attempt_->run().cancel();
    }
    if (attempt_->run().done()) on_ended();
  }

  void hear(Order& asked) {
    switch (asked.kind) {
      case Order::Kind::kStop:
        stopping_ = true;
        if (attempt_ != nullptr) attempt_->run().stop();
        return;
      case Order::Kind::kCancel:
        stopping_ = cancelled_ = true;
        if (attempt_ != nullptr) attempt_->run().cancel();
        return;
      case Order::Kind::kCheckpoint:
        stopping_ = stopping_ || asked.checkpoint.purpose == CheckpointPurpose::kStop;
        if (attempt_ != nullptr) {
          attempt_->run().checkpoint(asked.checkpoint);
        } else if (!asked.checkpoint.savepoint_directory.empty()) {
          tell("no savepoint: the job waits for its next start");
        }
        return;
      case Order::Kind::kSavepointFailed:
        tell("no savepoint: " + asked.reason.message());
        if (stopping_) savepoint_failure_ = asked.reason;
        return;
    }
  }

  void on_ended() {
    Status status = attempt_->run().wait();
    failure_ = attempt_->run().failure();
    if (!lost_.ok()) status = lost_;
    if (status.ok() || stopping_ || !is_worth_a_restart(status)) {
      for (Order& asked : orders_.take()) hear(asked);
      return finish(status.ok() ? savepoint_failure_ : status);
    }
    start_again_later(status);
  }

  void start_again_later(const Status& failure) {
    const std::optional<int64_t> wait_ms = policy_.on_failure(started_ms_, now_ms());
    if (!wait_ms) return finish(failure);
    tell("failed and starts again in " + std::to_string(*wait_ms) + " ms: " + failure.message());
    // Its progress can be asked for until the next one is there.
    lost_ = Status::OK();
    run_.set(nullptr);
    attempt_.reset();
    start_at_ms_ = now_ms() + *wait_ms;
  }

  void tend_between() {
    if (stopping_)
      return finish(cancelled_ ? Status::Cancelled("the job was cancelled") : Status::OK());
    if (now_ms() < start_at_ms_) return;
    const Status started = start_attempt(/*first=*/false);
    if (started.ok()) return;
    if (is_worth_a_restart(started)) return start_again_later(started);
    finish(started);
  }

  void finish(Status status) {
    status_ = std::move(status);
    gate_.open();
  }

  const JobGraph graph_;
  JobOptions options_;
  DurableJobOptions durable_;
  Env& env_;
  // Thread-safe.
  WorkerMailbox<Order> orders_;
  WorkerMailbox<std::string> events_;
  WorkerWaker waker_;
  WorkerGate gate_;
  WorkerSlot<JobRun> run_;
  // The supervisor's, until the gate is open.
  RestartPolicy policy_;
  std::unique_ptr<JobAttempt> attempt_;  // null: waits for the next start
  int64_t started_ms_ = 0;
  int64_t start_at_ms_ = 0;
  bool stopping_ = false;
  bool cancelled_ = false;
  Status lost_;  // the lease
  Status savepoint_failure_;
  Status status_;
  std::optional<JobFailure> failure_;
  std::unique_ptr<Thread> supervisor_;  // last: joined before anything else goes
};

}  // namespace

Result<std::unique_ptr<JobRun>> start_durable_job(JobGraph graph, JobOptions options,
                                                  DurableJobOptions durable) {
  auto job = std::make_unique<DurableJob>(std::move(graph), std::move(options), std::move(durable));
  HW_TRY(job->begin());
  return job;
}

}  // namespace hw
