// SPDX-License-Identifier: Apache-2.0
//
// One operator at work, with what the driver keeps for it: messages not yet worked off, timers,
// the watermark it was told, its state and its figures. A Chain joins instances; one thread
// touches it.

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/changelog_checker.h"
#include "runtime/job_graph.h"
#include "runtime/operator.h"
#include "runtime/operator_snapshot.h"
#include "runtime/timers.h"
#include "runtime/worker_metrics.h"

namespace hw {

/// What all operators of one tasklet share.
struct TaskletContext {
  Env* env = nullptr;
  arrow::MemoryPool* memory_pool = nullptr;
  int subtask = 0;
  int parallelism = 1;
  int max_parallelism = kDefaultMaxParallelism;
  bool batch_mode = false;
  /// Rows an operator puts into one batch; tests lower it.
  int64_t output_rows_max = kBatchRowsMax;
};

/// Where an operator's rows and the control messages behind them go.
class Downstream : public Output {
 public:
  /// Watermark, barrier or End, after all rows emitted before it.
  virtual void forward(const Message& control) = 0;
};

/// Takes an operator's part of a checkpoint.
class SnapshotReceiver {
 public:
  virtual ~SnapshotReceiver() = default;
  virtual Status on_snapshot(const Barrier& barrier, OperatorSnapshot snapshot) = 0;
};

class OperatorInstance final : public OperatorContext {
 public:
  /// `input_kinds`: what each input may carry. `snapshots` outlives this.
  OperatorInstance(const OperatorRecipe& recipe, std::unique_ptr<Operator> op,
                   const std::vector<RowKindSet>& input_kinds,
                   std::shared_ptr<OperatorMetrics> metrics, const TaskletContext& context,
                   SnapshotReceiver& snapshots);
  ~OperatorInstance() override;

  /// Opens the operator and, if there are any, restores it from the snapshots of all instances it
  /// had (their parallelism may differ).
  Status open(const std::vector<const OperatorSnapshot*>& restored);

  /// What one call of the operator led to.
  enum class Turn : uint8_t {
    kDone,      // the message is worked off
    kMore,      // call work() again when there is room
    kWaiting,   // call work() again later: something outside has to happen
    kFinished,  // it wants no more input
  };
  /// Works on a message at once. Requires: !has_work(), and room below.
  Result<Turn> deliver(int input, Message message, Downstream& below);
  /// Keeps a message for later. Bounded by what one call of the operator above emits.
  void enqueue(int input, Message message) { waiting_.push_back({input, std::move(message)}); }
  /// Makes at most one call of the operator, for the front message or a due timer.
  /// Requires: has_work(), and room below.
  Result<Turn> work(Downstream& below);
  bool has_work() const {
    return !waiting_.empty() || firing_ || (!ended_ && timers_.any_due(watermark_ms_, clock_ms_));
  }

  /// Moves the clock of this instance; processing timers become due.
  void on_time(int64_t now_ms) { clock_ms_ = now_ms; }
  int64_t next_due_ms() const { return ended_ ? Timers::kNever : timers_.next_processing_ms(); }

  /// Sends what ends its outputs and takes no more input: it, or all below it, is finished.
  void finish(Downstream& below, bool complete);
  bool ended() const { return ended_; }
  void close();

  const std::string& uid() const { return uid_; }
  const std::string& name() const { return name_; }
  OperatorMetrics& metrics() { return *metrics_; }
  Operator& op() { return *op_; }
  /// Debug checks of what it emits on port 0; null when they are off.
  ChangelogChecker* checker() { return checker_.get(); }
  Result<OperatorSnapshot> snapshot(const Barrier& barrier);

 public:  // OperatorContext
  StateStore& state() override { return *state_; }
  Env& env() override { return *context_.env; }
  arrow::MemoryPool* memory_pool() override { return context_.memory_pool; }
  int subtask() const override { return context_.subtask; }
  int parallelism() const override { return context_.parallelism; }
  int64_t now_ms() const override { return clock_ms_; }
  int64_t watermark_ms() const override { return watermark_ms_; }
  void set_timer(Timer timer) override { timers_.set(timer); }
  Counter& counter(std::string_view name) override { return metrics_->counter(name); }
  bool batch_mode() const override { return context_.batch_mode; }
  int64_t output_rows_max() const override { return context_.output_rows_max; }

 private:
  struct Waiting {
    int input;
    Message message;
  };
  Result<Turn> on_front(Downstream& below);
  Result<Turn> on_watermark(Watermark watermark, Downstream& below);
  Result<Turn> on_end(int input, Downstream& below);
  // Counts it, and in debug checks follows its rows.
  void take_note_of(int input, const Batch& batch);

  // Constant after construction.
  const std::string uid_;
  const std::string name_;
  const TaskletContext context_;
  const int num_inputs_;
  SnapshotReceiver& snapshots_;
  // Owned by the tasklet's thread.
  std::unique_ptr<StateStore> state_;
  std::unique_ptr<Operator> op_;
  std::shared_ptr<OperatorMetrics> metrics_;
  std::unique_ptr<ChangelogChecker> checker_;
  std::vector<LiveRows> fed_rows_;  // per input; debug checks only
  std::deque<Waiting> waiting_;
  Timers timers_;
  std::optional<Timer> firing_;  // on_timer said kMoreOutput or kWaiting
  int64_t watermark_ms_ = Watermark::kNone;
  int64_t clock_ms_ = 0;
  int inputs_ended_ = 0;
  // The operator has begun the front message: nothing else is put in between.
  bool resuming_ = false;
  // The front watermark has been taken over; timers fire, then the operator is told.
  bool risen_ = false;
  bool ended_ = false;
  bool closed_ = false;
};

}  // namespace hw
