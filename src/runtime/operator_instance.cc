// SPDX-License-Identifier: Apache-2.0

#include "runtime/operator_instance.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/env/env.h"
#include "runtime/flushes_at_stop.h"
#include "runtime/forgets_state.h"
#include "runtime/state_bytes.h"
#include "runtime/watermark_hold.h"
#include "state/frozen_state.h"
#include "state/key_group.h"
#include "state/snapshot.h"
#include "state/state_store.h"

namespace hw {
namespace {

#ifdef HW_DEBUG_CHECKS
constexpr bool kCheckEdges = true;
#else
constexpr bool kCheckEdges = false;
#endif

/// Batches between two looks at the size of the state.
constexpr int64_t kStateNotePeriod = 4096;

/// Raises the counter to what the tables hold now.
void note_state_bytes(const StateStore& state, OperatorMetrics& metrics) {
  const int64_t bytes = state.num_bytes();
  const auto counters = metrics.read().counters;
  const auto known = counters.find(std::string(kStateBytesCounter));
  const int64_t more = bytes - (known == counters.end() ? 0 : known->second);
  if (more > 0) metrics.counter(kStateBytesCounter).add(more);
}

OperatorInstance::Turn turn_of(Flow flow) {
  switch (flow) {
    case Flow::kNeedInput:
      return OperatorInstance::Turn::kDone;
    case Flow::kMoreOutput:
      return OperatorInstance::Turn::kMore;
    case Flow::kWaiting:
      return OperatorInstance::Turn::kWaiting;
    case Flow::kFinished:
      break;
  }
  return OperatorInstance::Turn::kFinished;
}

/// What is true of an operator's rows when it was told `watermark_ms`.
int64_t watermark_below(int64_t watermark_ms, const Operator& op) {
  if (watermark_ms == Watermark::kMax || watermark_ms == Watermark::kNone) return watermark_ms;
  const auto* hold = dynamic_cast<const WatermarkHold*>(&op);
  return hold == nullptr ? watermark_ms : hold->watermark_below_ms(watermark_ms);
}

std::unique_ptr<StateStore> make_state(const TaskletContext& context) {
  return std::make_unique<StateStore>(StateStoreOptions{
      .memory_pool = context.memory_pool,
      .num_key_groups = context.max_parallelism,
      .key_groups =
          key_groups_of_instance(context.subtask, context.max_parallelism, context.parallelism)});
}

}  // namespace

OperatorInstance::OperatorInstance(const OperatorRecipe& recipe, std::unique_ptr<Operator> op,
                                   const std::vector<RowKindSet>& input_kinds,
                                   std::shared_ptr<OperatorMetrics> metrics,
                                   const TaskletContext& context, SnapshotReceiver& snapshots)
    : uid_(recipe.uid),
      name_(recipe.description.name),
      context_(context),
      num_inputs_(static_cast<int>(input_kinds.size())),
      snapshots_(snapshots),
      state_(make_state(context)),
      op_(std::move(op)),
      metrics_(std::move(metrics)),
      fed_rows_(input_kinds.size()) {
  HW_CHECK(op_ != nullptr && num_inputs_ >= 1);
  if (!kCheckEdges) return;
  checker_ = std::make_unique<ChangelogChecker>(name_, recipe.output_kinds);
  // Rows are followed only where the verdict on the output depends on them.
  const bool judged = ChangelogChecker::retracts_whole_rows(recipe.output_kinds);
  for (size_t i = 0; i < input_kinds.size(); ++i)
    if (!judged || !ChangelogChecker::retracts_whole_rows(input_kinds[i])) fed_rows_[i].ignore();
  const auto* forgetting = dynamic_cast<const ForgetsState*>(op_.get());
  if (forgetting != nullptr && forgetting->forgets_state()) checker_->distrust_rows();
}

OperatorInstance::~OperatorInstance() { close(); }

Status OperatorInstance::open(const std::vector<const OperatorSnapshot*>& restored) {
  clock_ms_ = context_.env->wall_ms();
  HW_TRY(op_->open(*this));
  if (restored.empty()) return Status::OK();
  watermark_ms_ = Watermark::kMax;
  std::vector<std::shared_ptr<SnapshotSource>> states;
  for (const OperatorSnapshot* snapshot : restored) {
    for (const Timer& timer : snapshot->timers) timers_.set(timer);
    watermark_ms_ = std::min(watermark_ms_, snapshot->watermark_ms);
    if (snapshot->state) states.push_back(snapshot->state);
    if (snapshot->frozen) {
      HW_ASSIGN_OR_RETURN(std::shared_ptr<SnapshotSource> state, snapshot->frozen->in_memory());
      states.push_back(std::move(state));
    }
  }
  metrics_->watermark_ms.set(watermark_ms_);
  for (LiveRows& rows : fed_rows_) rows.ignore();
  HW_TRY(state_->restore(states));
  NamedReader reader(restored);
  HW_TRY(op_->restore(reader));
  if (checker_) checker_->resume_at(watermark_below(watermark_ms_, *op_));
  return Status::OK();
}

Result<OperatorSnapshot> OperatorInstance::snapshot(const Barrier& barrier) {
  OperatorSnapshot mine{.uid = uid_, .subtask = context_.subtask};
  state_->settle(barrier.published);
  mine.frozen = state_->freeze(barrier.id);
  NamedWriter writer(mine.named);
  HW_TRY(op_->snapshot(writer));
  mine.timers = timers_.all();
  mine.watermark_ms = watermark_ms_;
  return mine;
}

void OperatorInstance::close() {
  if (closed_) return;
  closed_ = true;
  op_->close();
}

Result<OperatorInstance::Turn> OperatorInstance::deliver(int input, Message message,
                                                         Downstream& below) {
  HW_DCHECK(!has_work() && !ended_);
  const auto* batch = std::get_if<Batch>(&message);
  if (batch == nullptr) {
    enqueue(input, std::move(message));
    return work(below);
  }
  // The common case goes past the queue.
  take_note_of(input, *batch);
  HW_ASSIGN_OR_RETURN(const Flow flow, op_->on_batch(input, *batch, below));
  const Turn turn = turn_of(flow);
  if (turn == Turn::kMore || turn == Turn::kWaiting) {
    enqueue(input, std::move(message));
    resuming_ = true;
  }
  return turn == Turn::kDone && has_work() ? Turn::kMore : turn;
}

Result<OperatorInstance::Turn> OperatorInstance::work(Downstream& below) {
  HW_DCHECK(has_work() && !ended_);
  Turn turn = Turn::kDone;
  if (!resuming_ && !firing_) firing_ = timers_.take_due(watermark_ms_, clock_ms_);
  if (firing_) {
    HW_ASSIGN_OR_RETURN(const Flow flow, op_->on_timer(*firing_, below));
    turn = turn_of(flow);
    if (turn == Turn::kDone) firing_.reset();
  } else {
    // The message stays in the queue while the operator may be called with it again.
    HW_ASSIGN_OR_RETURN(turn, on_front(below));
    if (turn == Turn::kDone) {
      waiting_.pop_front();
      resuming_ = false;
    }
  }
  return turn == Turn::kDone && has_work() ? Turn::kMore : turn;
}

Result<OperatorInstance::Turn> OperatorInstance::on_front(Downstream& below) {
  const auto& [input, message] = waiting_.front();
  if (const auto* watermark = std::get_if<Watermark>(&message))
    return on_watermark(*watermark, below);
  if (const auto* barrier = std::get_if<Barrier>(&message)) {
    auto* flushes = barrier->kind == BarrierKind::kStopWithSavepoint
                        ? dynamic_cast<FlushesAtStop*>(op_.get())
                        : nullptr;
    if (flushes != nullptr) {
      resuming_ = true;
      HW_ASSIGN_OR_RETURN(const Flow flow, flushes->before_stop(below));
      if (flow != Flow::kNeedInput) return turn_of(flow);
    }
    HW_ASSIGN_OR_RETURN(OperatorSnapshot mine, snapshot(*barrier));
    HW_TRY(snapshots_.on_snapshot(*barrier, std::move(mine)));
    below.forward(*barrier);
    return Turn::kDone;
  }
  if (std::holds_alternative<End>(message)) return on_end(input, below);
  const Batch& batch = std::get<Batch>(message);
  if (!resuming_) take_note_of(input, batch);
  resuming_ = true;
  HW_ASSIGN_OR_RETURN(const Flow flow, op_->on_batch(input, batch, below));
  return turn_of(flow);
}

Result<OperatorInstance::Turn> OperatorInstance::on_watermark(Watermark watermark,
                                                              Downstream& below) {
  if (watermark.ms > watermark_ms_) {
    watermark_ms_ = watermark.ms;
    metrics_->watermark_ms.set(watermark_ms_);
    risen_ = true;
    // Timers that are due now fire before the operator is told.
    if (timers_.any_due(watermark_ms_, clock_ms_)) return Turn::kMore;
  }
  if (risen_) {
    resuming_ = true;
    HW_ASSIGN_OR_RETURN(const Flow flow, op_->on_watermark({watermark_ms_}, below));
    if (flow != Flow::kNeedInput) return turn_of(flow);
    risen_ = false;
  }
  below.forward(Watermark{watermark_below(watermark_ms_, *op_), watermark.idle});
  return Turn::kDone;
}

Result<OperatorInstance::Turn> OperatorInstance::on_end(int input, Downstream& below) {
  // Before the end empties them.
  if (!resuming_) note_state_bytes(*state_, *metrics_);
  resuming_ = true;
  HW_ASSIGN_OR_RETURN(const Flow flow, op_->on_end(input, below));
  if (flow != Flow::kNeedInput) return turn_of(flow);
  if (++inputs_ended_ == num_inputs_) {
    ended_ = true;
    below.forward(End{});
  }
  return Turn::kDone;
}

void OperatorInstance::finish(Downstream& below, bool complete) {
  if (ended_) return;
  ended_ = true;
  waiting_.clear();
  firing_.reset();
  if (complete) below.forward(Watermark{Watermark::kMax});
  below.forward(End{});
}

void OperatorInstance::take_note_of(int input, const Batch& batch) {
  metrics_->batches_in.add(1);
  metrics_->rows_in.add(batch.num_rows());
  // Tables may take long to add up: the first batches, then ever fewer.
  const int64_t batches = metrics_->batches_in.get();
  if ((batches & (batches - 1)) == 0 || batches % kStateNotePeriod == 0)
    note_state_bytes(*state_, *metrics_);
  if (!checker_) return;
  LiveRows& rows = fed_rows_[static_cast<size_t>(input)];
  if (rows.ignored()) return;
  rows.apply(batch);
  if (rows.ignored()) checker_->distrust_rows();
}

}  // namespace hw
