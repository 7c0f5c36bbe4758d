// SPDX-License-Identifier: Apache-2.0

#include "runtime/sink_tail.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "runtime/barrier_answers.h"
#include "runtime/partitioned_sink.h"

namespace hw {

Status SinkTail::open() {
  HW_TRY(parts_.sink->make_writer(parts_.context).Value(&writer_));
  if (commits_together(*parts_.sink)) together_ = dynamic_cast<PartitionedWriter*>(writer_.get());
  // Before the first row: what an earlier attempt had prepared comes first.
  if (parts_.pending.empty()) return Status::OK();
  return writer_->recover(parts_.pending);
}

Status SinkTail::on_batch(int from_operator, int port, const Batch& batch) {
  if (from_operator != parts_.last_operator || port != 0 || phase_ != Phase::kWriting)
    return Status::OK();
  HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
  parts_.metrics->batches_in.add(1);
  parts_.metrics->rows_in.add(dense.num_rows());
  parts_.metrics->bytes_in.add(dense.num_bytes());
  HW_TRY(writer_->write(dense));
  dirty_ = true;
  return look_for_room();
}

// A pause of the outside is no failure: rows wait upstream until it is over.
Status SinkTail::look_for_room() {
  HW_ASSIGN_OR_RETURN(has_room_, writer_->has_room());
  has_room_ = has_room_ && held_.empty() && !due_;
  if (!has_room_ && !said_full_) {
    log_warning(*parts_.context.env, "sink '" + parts_.context.sink +
                                         "' has no room for its output (disk full?): the job "
                                         "waits until there is some");
  }
  said_full_ = !has_room_;
  return Status::OK();
}

Result<ChainTail::Room> SinkTail::drain() {
  if (!has_room_) {
    HW_ASSIGN_OR_RETURN(const bool room, writer_->has_room());
    if (!room) return Room::kWaiting;
    const Status committed = commit_what_is_due();
    if (committed.IsCapacityError()) return Room::kWaiting;
    HW_TRY(committed);
    while (!held_.empty()) {
      const Message control = std::move(held_.front());
      held_.pop_front();
      const Status taken = take(control);
      if (taken.IsCapacityError()) {
        held_.push_front(control);
        return Room::kWaiting;
      }
      HW_TRY(taken);
    }
    if (phase_ == Phase::kEnded) {
      const Status answered = answer_what_is_under_way();
      if (answered.IsCapacityError()) return Room::kWaiting;
      HW_TRY(answered);
    }
    has_room_ = true;
    said_full_ = false;
  }
  return phase_ == Phase::kEnded ? Room::kWaiting : Room::kFree;
}

Status SinkTail::on_control(int from_operator, const Message& control) {
  if (from_operator != parts_.last_operator) return Status::OK();
  if (const auto* watermark = std::get_if<Watermark>(&control)) {
    parts_.metrics->watermark_ms.set(watermark->ms);
    if (watermark->ms == Watermark::kNone || phase_ != Phase::kWriting) return Status::OK();
    return writer_->on_watermark(watermark->ms);
  }
  if (held_.empty()) {
    const Status taken = take(control);
    if (!taken.IsCapacityError()) return taken;
  }
  held_.push_back(control);
  return look_for_room();
}

// Fails with CapacityError when it has to be tried again.
Status SinkTail::take(const Message& control) {
  if (const auto* barrier = std::get_if<Barrier>(&control)) return on_barrier(*barrier);
  if (std::holds_alternative<End>(control)) return on_end();
  return Status::OK();
}

bool SinkTail::commits_elsewhere() const {
  return parts_.answers != nullptr && parts_.context.subtask != 0 && commits_together(*parts_.sink);
}

void SinkTail::add(CommitPrepared::Prepared prepared) {
  const auto place =
      std::lower_bound(epochs_.begin(), epochs_.end(), prepared.epoch,
                       [](const Epoch& epoch, int64_t number) { return epoch.number < number; });
  const bool there = place != epochs_.end() && place->number == prepared.epoch;
  Epoch& epoch = there ? *place : *epochs_.insert(place, {.number = prepared.epoch});
  epoch.committables.push_back(std::move(prepared.committable));
}

Result<std::vector<Committable>> SinkTail::prepare(int64_t epoch) {
  // Where there is no second phase, what was written up to here has to be out.
  if (parts_.answers != nullptr) HW_TRY(writer_->flush());
  dirty_ = false;
  HW_ASSIGN_OR_RETURN(std::vector<Committable> committables, writer_->prepare(epoch));
  if (!commits_elsewhere()) epochs_.push_back({epoch, committables});
  prepared_up_to_ = epoch;
  return committables;
}

Status SinkTail::on_barrier(const Barrier& barrier) {
  if (phase_ != Phase::kWriting) return Status::OK();
  if (barrier.kind == BarrierKind::kStopWithSavepoint) HW_TRY(writer_->on_end());
  HW_ASSIGN_OR_RETURN(std::vector<Committable> committables, prepare(barrier.id));
  while (!expected_.empty() && expected_.front() <= barrier.id) expected_.pop_front();
  if (barrier.kind == BarrierKind::kStopWithSavepoint) phase_ = Phase::kStopped;
  if (parts_.answers != nullptr) parts_.answers->on_passed(barrier.id, std::move(committables));
  return Status::OK();
}

Status SinkTail::on_barrier_under_way(const Barrier& barrier) {
  // It may have come through the channels before the letter did.
  if (prepared_up_to_ >= barrier.id) return Status::OK();
  expected_.push_back(barrier.id);
  if (phase_ != Phase::kEnded) return Status::OK();
  const Status answered = answer_what_is_under_way();
  if (!answered.IsCapacityError()) return answered;
  HW_TRY(look_for_room());
  has_room_ = false;
  return Status::OK();
}

Status SinkTail::on_end() {
  if (phase_ != Phase::kWriting) return Status::OK();
  HW_TRY(writer_->on_end());
  if (parts_.answers == nullptr) {
    HW_TRY(prepare(0).status());
  }
  HW_TRY(answer_what_is_under_way());
  phase_ = Phase::kEnded;
  parts_.on_prepared();
  return Status::OK();
}

// Barriers that were let in after the input's last message.
Status SinkTail::answer_what_is_under_way() {
  while (!expected_.empty()) {
    const int64_t checkpoint = expected_.front();
    HW_ASSIGN_OR_RETURN(std::vector<Committable> committables, prepare(checkpoint));
    expected_.pop_front();
    parts_.answers->on_ended(checkpoint, std::move(committables));
  }
  return Status::OK();
}

Status SinkTail::on_quiet() {
  if (!dirty_ || phase_ != Phase::kWriting) return Status::OK();
  const Status flushed = writer_->flush();
  if (!flushed.IsCapacityError()) HW_TRY(flushed);
  dirty_ = !flushed.ok();
  return look_for_room();
}

Status SinkTail::on_commit(const CommitPrepared& commit) {
  if (phase_ == Phase::kCommitted || phase_ == Phase::kClosed) return Status::OK();
  for (const CommitPrepared::Prepared& prepared : commit.of_others) add(prepared);
  due_ = CommitPrepared{.up_to = due_ ? std::max(due_->up_to, commit.up_to) : commit.up_to,
                        .last = commit.last || (due_ && due_->last)};
  const Status committed = commit_what_is_due();
  if (!committed.IsCapacityError()) return committed;
  HW_TRY(look_for_room());
  has_room_ = false;
  return Status::OK();
}

// Fails with CapacityError when it has to be tried again: what is committed stays so.
Status SinkTail::commit_what_is_due() {
  if (!due_) return Status::OK();
  while (!epochs_.empty() && epochs_.front().number <= due_->up_to) {
    std::vector<Committable>& left = epochs_.front().committables;
    if (together_ != nullptr) {
      if (!left.empty()) HW_TRY(together_->commit_epoch(left));
    } else {
      for (; !left.empty(); left.erase(left.begin())) HW_TRY(writer_->commit(left.front()));
    }
    epochs_.pop_front();
  }
  const CommitPrepared done = *std::exchange(due_, std::nullopt);
  if (parts_.on_committed) parts_.on_committed(done.up_to);
  if (!done.last) return Status::OK();
  HW_TRY(writer_->flush());
  phase_ = Phase::kCommitted;
  return Status::OK();
}

void SinkTail::close() {
  if (writer_ != nullptr && phase_ != Phase::kCommitted && phase_ != Phase::kClosed)
    writer_->abort();
  if (phase_ != Phase::kCommitted) phase_ = Phase::kClosed;
  together_ = nullptr;
  writer_.reset();
}

}  // namespace hw
