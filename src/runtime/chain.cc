// SPDX-License-Identifier: Apache-2.0

#include "runtime/chain.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/broken_promise.h"

namespace hw {

class Chain::Link final : public Downstream {
 public:
  Link(Chain& chain, size_t index) : chain_(chain), index_(index) {}
  void emit(Batch batch, int port) override { chain_.emit_from(index_, std::move(batch), port); }
  void forward(const Message& control) override { chain_.forward_from(index_, control); }

 private:
  Chain& chain_;
  const size_t index_;
};

Chain::Chain(std::vector<std::unique_ptr<OperatorInstance>> operators,
             std::unique_ptr<ChainTail> tail, BusyClock& clock)
    : operators_(std::move(operators)), tail_(std::move(tail)), clock_(clock) {
  for (size_t i = 0; i < operators_.size(); ++i) links_.push_back(std::make_unique<Link>(*this, i));
}

Chain::~Chain() { close(); }

Status Chain::open(const std::vector<OperatorSnapshot>& restored) {
  HW_TRY(tail_->open());
  const auto had_ended = [](const OperatorSnapshot& snapshot) { return snapshot.ended; };
  if (!restored.empty() && std::all_of(restored.begin(), restored.end(), had_ended))
    return open_ended();
  for (size_t i = operators_.size(); i-- > 0;) {
    current_operator_ = instance(i).name();
    std::vector<const OperatorSnapshot*> mine;
    for (const OperatorSnapshot& snapshot : restored)
      if (snapshot.uid == instance(i).uid() && !snapshot.ended) mine.push_back(&snapshot);
    HW_TRY(instance(i).open(mine));
  }
  return Status::OK();
}

// Receivers are told once more that nothing comes.
Status Chain::open_ended() {
  ended_ = true;
  if (operators_.empty()) return tail_->on_control(-1, End{});
  // Last first: nobody is told of an end by the one above.
  for (size_t i = operators_.size(); i-- > 0;) instance(i).finish(*links_[i], /*complete=*/false);
  return error_;
}

// ------------------------------------------------------------------------------ down the chain

bool Chain::clear_below(size_t i) const {
  for (size_t k = i + 1; k < operators_.size(); ++k)
    if (operators_[k]->has_work()) return false;
  return tail_->has_room();
}

void Chain::emit_from(size_t i, Batch batch, int port) {
  if (!error_.ok() || batch.empty()) return;
  instance(i).metrics().batches_out.add(1);
  instance(i).metrics().rows_out.add(batch.num_rows());
  if (ChangelogChecker* checker = instance(i).checker(); checker != nullptr && port == 0) {
    error_ = checker->on_batch(batch);
    if (!error_.ok()) {
      current_operator_ = instance(i).name();
      return;
    }
  }
  if (port == 0 && i + 1 < operators_.size()) {
    pass_to(i + 1, std::move(batch));
  } else {
    OperatorMetrics* const payer = tail_->metrics() ? clock_.switch_to(tail_->metrics()) : nullptr;
    to_tail(tail_->on_batch(static_cast<int>(i), port, batch));
    if (payer != nullptr) clock_.switch_to(payer);
  }
}

void Chain::forward_from(size_t i, const Message& control) {
  if (!error_.ok()) return;
  if (ChangelogChecker* checker = instance(i).checker()) {
    error_ = checker->on_control(control);
    if (!error_.ok()) return;
  }
  if (i + 1 < operators_.size()) pass_to(i + 1, control);
  to_tail(tail_->on_control(static_cast<int>(i), control));
}

void Chain::pass_to(size_t i, Message message) {
  OperatorInstance& next = instance(i);
  if (next.ended()) return;
  if (next.has_work() || !clear_below(i)) {
    next.enqueue(0, std::move(message));
    return;
  }
  OperatorMetrics* const payer = clock_.switch_to(&next.metrics());
  note(i, next.deliver(0, std::move(message), *links_[i]));
  clock_.switch_to(payer);
}

void Chain::to_tail(const Status& status) {
  if (error_.ok() && !status.ok()) error_ = status;
}

void Chain::note(size_t i, const Result<OperatorInstance::Turn>& turn) {
  if (!turn.ok()) {
    if (error_.ok()) {
      error_ = turn.status();
      current_operator_ = instance(i).name();
    }
    return;
  }
  if (*turn != OperatorInstance::Turn::kFinished) return;
  instance(i).finish(*links_[i], /*complete=*/true);
  // Operators above may be in the middle of a call: they end when it has returned.
  finished_ = std::max(finished_, static_cast<int>(i));
}

// --------------------------------------------------------------------------------- from outside

// After the outermost call: ends what nobody wants any more, hands out the first error.
Status Chain::settle() {
  if (tail_->finished()) finished_ = static_cast<int>(operators_.size());
  for (int i = 0; i < finished_ && i < static_cast<int>(operators_.size()); ++i)
    instance(static_cast<size_t>(i)).finish(*links_[static_cast<size_t>(i)], /*complete=*/false);
  return error_;
}

Status Chain::deliver(int input, Message message) {
  if (!wants_input()) return Status::OK();
  if (operators_.empty()) {
    if (std::holds_alternative<End>(message)) ended_ = true;
    const auto* batch = std::get_if<Batch>(&message);
    if (batch != nullptr && batch->empty()) return Status::OK();
    return batch != nullptr ? tail_->on_batch(-1, 0, *batch) : tail_->on_control(-1, message);
  }
  OperatorInstance& first = instance(0);
  if (first.has_work() || !clear_below(0)) {
    first.enqueue(input, std::move(message));
    return Status::OK();
  }
  OperatorMetrics* const payer = clock_.switch_to(&first.metrics());
  current_operator_ = first.name();
  note(0, first.deliver(input, std::move(message), *links_[0]));
  clock_.switch_to(payer);
  return settle();
}

Result<Chain::State> Chain::advance() {
  for (int calls = 0; calls < kCallsMax; ++calls) {
    HW_ASSIGN_OR_RETURN(const ChainTail::Room room, tail_->drain());
    HW_TRY(settle());
    if (tail_->done()) return State::kDone;
    if (room == ChainTail::Room::kFull) return State::kBlocked;
    if (room == ChainTail::Room::kWaiting) return State::kWaiting;
    size_t i = operators_.size();
    while (i > 0 && !instance(i - 1).has_work()) --i;
    if (i-- == 0) return State::kReady;
    // So no more waits for channels than one call emits.
    HW_PROMISE(tail_->has_room(),
               "operator '" + instance(i).name() + "' is called while output of it waits");
    OperatorMetrics* const payer = clock_.switch_to(&instance(i).metrics());
    current_operator_ = instance(i).name();
    const Result<OperatorInstance::Turn> turn = instance(i).work(*links_[i]);
    note(i, turn);
    clock_.switch_to(payer);
    HW_TRY(settle());
    if (*turn == OperatorInstance::Turn::kWaiting) return State::kWaiting;
  }
  return State::kBusy;
}

void Chain::on_time(int64_t now_ms) {
  for (const auto& op : operators_) op->on_time(now_ms);
}

int64_t Chain::next_due_ms() const {
  int64_t next = Timers::kNever;
  for (const auto& op : operators_) next = std::min(next, op->next_due_ms());
  return next;
}

bool Chain::wants_input() const {
  if (tail_->finished()) return false;
  return operators_.empty() ? !ended_ : !operators_.front()->ended();
}

int64_t Chain::restored_watermark_ms() const {
  return operators_.empty() ? Watermark::kNone : operators_.front()->watermark_ms();
}

void Chain::close() {
  if (closed_) return;
  closed_ = true;
  for (const auto& op : operators_) op->close();
  tail_->close();
}

}  // namespace hw
