// SPDX-License-Identifier: Apache-2.0

#include "runtime/source_tasklet.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/planted.h"

namespace hw {
SourceTasklet::SourceTasklet(SourceTaskletParts parts)
    : name_(std::move(parts.name)),
      context_(parts.context),
      recipe_(std::move(parts.recipe)),
      metrics_(std::move(parts.metrics)),
      snapshots_(*parts.snapshots),
      on_exhausted_(std::move(parts.on_exhausted)),
      holds_(on_exhausted_ != nullptr),
      busy_clock_(*context_.env),
      step_clock_(*context_.env, *metrics_),
      chain_(std::move(parts.operators), std::move(parts.tail), busy_clock_),
      restored_(std::move(parts.restored)),
      merge_(0),
      pace_(std::move(parts.pace)) {
#ifdef HW_DEBUG_CHECKS
  // Which rows are there is the user's business; which kinds come is the connector's.
  checker_ = std::make_unique<ChangelogChecker>(recipe_.description.name, recipe_.output_kinds);
  checker_->distrust_rows();
#endif
  source_context_ = {.env = context_.env,
                     .memory_pool = context_.memory_pool,
                     .counter = [metrics = metrics_](std::string_view name) -> Counter& {
                       return metrics->counter(name);
                     }};
}

Status SourceTasklet::open() {
  HW_TRY(chain_.open(restored_));
  restored_.clear();
  // The vertex had ended: there is nothing to read.
  if (!chain_.wants_input()) stop_reading();
  return Status::OK();
}

std::string SourceTasklet::current_operator() const {
  const bool chain = !reading_ && !chain_.current_operator().empty();
  return chain ? chain_.current_operator() : recipe_.description.name;
}

Status SourceTasklet::on_control(Control control) {
  if (auto* deal = std::get_if<DealSplits>(&control)) {
    for (DealtSplit& split : deal->splits) dealt_.push_back(std::move(split));
    no_more_splits_ = no_more_splits_ || deal->no_more;
  } else if (std::holds_alternative<StopReading>(control)) {
    stopped_ = true;
  } else if (const auto* inject = std::get_if<InjectBarrier>(&control)) {
    barriers_.push_back(*inject);
    return chain_.tail().on_barrier_under_way(inject->barrier);
  } else {
    return chain_.tail().on_commit(std::get<CommitPrepared>(control));
  }
  return Status::OK();
}

Result<Progress> SourceTasklet::step() {
  step_clock_.begin();
  polls_outside_ = false;
  // A clock that is set makes no split idle, and keeps none from it.
  now_ms_ = context_.env->monotonic_ns() / 1'000'000;
  chain_.on_time(context_.env->wall_ms());
  HW_ASSIGN_OR_RETURN(const Turn turn, this->turn());
  step_clock_.end(turn.wait);
  return turn.progress;
}

Result<SourceTasklet::Turn> SourceTasklet::turn() {
  using Wait = StepClock::Wait;
  for (int deliveries = 0; deliveries < kDeliveriesMax; ++deliveries) {
    const Progress so_far = deliveries > 0 ? Progress::kBusy : Progress::kIdle;
    HW_ASSIGN_OR_RETURN(const Chain::State state, chain_.advance());
    switch (state) {
      case Chain::State::kDone:
        return Turn{Progress::kDone, Wait::kNothing};
      case Chain::State::kBusy:
        return Turn{Progress::kBusy, Wait::kNothing};
      case Chain::State::kBlocked:
        return Turn{so_far, Wait::kOutput};
      case Chain::State::kWaiting:
        polls_outside_ = true;
        return Turn{so_far, Wait::kOutput};
      case Chain::State::kReady:
        break;
    }
    if (phase_ == Phase::kEnding) return Turn{so_far, Wait::kOutput};
    HW_ASSIGN_OR_RETURN(const bool delivered, deliver_read());
    if (delivered) continue;
    HW_ASSIGN_OR_RETURN(const bool did, do_one_thing());
    if (did) return Turn{Progress::kBusy, Wait::kNothing};
    polls_outside_ = true;
    HW_TRY(chain_.tail().on_quiet());
    return Turn{so_far, Wait::kInput};
  }
  return Turn{Progress::kBusy, Wait::kNothing};
}

// What a step is for when everything read so far has gone on: control first, then a poll.
Result<bool> SourceTasklet::do_one_thing() {
  if (!chain_.wants_input()) {
    // Somebody further down has all the rows it wants.
    stop_reading();
    return true;
  }
  HW_ASSIGN_OR_RETURN(const bool injected, inject_barrier());
  if (injected) return true;
  reading_ = true;
  HW_TRY(open_dealt());
  HW_ASSIGN_OR_RETURN(const bool ended, end_if_over());
  if (ended) {
    reading_ = false;
    return true;
  }
  const bool idled = note_idle_splits();
  HW_ASSIGN_OR_RETURN(const bool polled, poll_next());
  reading_ = false;
  return idled || polled;
}

Status SourceTasklet::open_dealt() {
  // All take part in the minimum before any of them says where it stands.
  std::vector<int> members;
  for (size_t i = 0; i < dealt_.size(); ++i) members.push_back(merge_.add_member());
  for (size_t i = 0; i < dealt_.size(); ++i) {
    DealtSplit& split = dealt_[i];
    if (split.watermark_ms != Watermark::kNone)
      HW_TRY(tell(merge_.on_watermark(members[i], Watermark{split.watermark_ms})));
    HW_ASSIGN_OR_RETURN(auto feed, SplitFeed::open(std::move(split), recipe_, source_context_,
                                                   members[i], now_ms_));
    feeds_.push_back(std::move(feed));
  }
  dealt_.clear();
  if (!no_more_splits_ && !splits_to_come_) {
    splits_to_come_ = merge_.add_member();
    HW_TRY(tell(merge_.on_watermark(*splits_to_come_, {Watermark::kNone, /*idle=*/true})));
  } else if (no_more_splits_ && splits_to_come_) {
    HW_TRY(tell(merge_.on_end(*splits_to_come_)));
    splits_to_come_.reset();
  }
  return Status::OK();
}

Status SourceTasklet::tell(const std::optional<Watermark>& watermark) {
  if (!watermark) return Status::OK();
  metrics_->watermark_ms.set(watermark->ms);
  pace_.tell(*watermark);
  return chain_.deliver(0, *watermark);
}

Result<bool> SourceTasklet::deliver_read() {
  if (read_.empty()) return false;
  auto [member, message] = std::move(read_.front());
  read_.pop_front();
  if (const auto* watermark = std::get_if<Watermark>(&message)) {
    HW_TRY(tell(merge_.on_watermark(member, *watermark)));
  } else if (const auto* batch = std::get_if<Batch>(&message)) {
    HW_TRY(tell(merge_.on_row(member)));
    if (checker_) HW_TRY(checker_->on_batch(*batch));
    metrics_->batches_out.add(1);
    metrics_->rows_out.add(HW_PLANTED_BUG(51) ? 1 : batch->num_rows());
    metrics_->bytes_out.add(batch->num_bytes());
    HW_TRY(chain_.deliver(0, std::move(message)));
  } else {
    HW_TRY(tell(merge_.on_end(member)));
  }
  return true;
}

Result<bool> SourceTasklet::inject_barrier() {
  if (barriers_.empty()) return false;
  const InjectBarrier inject = barriers_.front();
  if (inject.drain) {
    // All time passes; what this leads to comes before the barrier.
    barriers_.front().drain = false;
    HW_TRY(tell(Watermark{Watermark::kMax}));
    return true;
  }
  barriers_.pop_front();
  HW_TRY(send_snapshot(inject.barrier));
  HW_TRY(chain_.deliver(0, inject.barrier));
  // A source that goes on would only have its rows dropped.
  if (inject.barrier.kind == BarrierKind::kStopWithSavepoint) stopped_ = true;
  return true;
}

Status SourceTasklet::send_snapshot(const Barrier& barrier) {
  OperatorSnapshot snapshot{.uid = recipe_.uid, .subtask = context_.subtask};
  int number = 0;
  const auto put = [&](const DealtSplit& split) {
    snapshot.named["split-" + std::to_string(number++)] = encode_split(split);
  };
  for (const auto* feeds : {&feeds_, &resting_}) {
    for (const auto& feed : *feeds) {
      HW_ASSIGN_OR_RETURN(const DealtSplit split, feed->where());
      put(split);
      feed->on_barrier(barrier.id);
    }
  }
  if (!HW_PLANTED_BUG(28))
    for (const DealtSplit& split : dealt_) put(split);
  snapshot.watermark_ms = merge_.told_ms();
  return snapshots_.on_snapshot(barrier, std::move(snapshot));
}

void SourceTasklet::stop_reading() {
  phase_ = Phase::kEnding;
  feeds_.clear();
  resting_.clear();
  pace_.leave();
}

bool SourceTasklet::note_idle_splits() {
  pace_.look(now_ms_);
  const size_t before = read_.size();
  for (const auto& feed : feeds_) {
    if (pace_.holds(feed->watermark_ms())) feed->hold(now_ms_);
    if (feed->fell_idle(now_ms_))
      read_.emplace_back(feed->member(), HW_PLANTED_BUG(11)
                                             ? Watermark{Watermark::kMax, /*idle=*/false}
                                             : Watermark{Watermark::kNone, /*idle=*/true});
  }
  return read_.size() != before;
}

Result<bool> SourceTasklet::end_if_over() {
  if (!stopped_ && (!no_more_splits_ || !feeds_.empty())) return false;
  if (!stopped_ && holds_) {
    if (on_exhausted_) {
      pace_.leave();
      std::exchange(on_exhausted_, nullptr)();
    }
    return false;
  }
  stop_reading();
  // Bounded input is complete: all time has passed. After a stop it has not.
  if (!stopped_) HW_TRY(tell(Watermark{Watermark::kMax}));
  HW_TRY(chain_.deliver(0, End{}));
  return true;
}

Result<bool> SourceTasklet::poll_next() {
  // A full round of waiting means that all of them wait for the outside.
  for (size_t tried = 0; tried < feeds_.size(); ++tried) {
    turn_ = (turn_ + 1) % feeds_.size();
    if (pace_.holds(feeds_[turn_]->watermark_ms())) continue;
    OperatorMetrics* const payer = busy_clock_.switch_to(metrics_.get());
    const Result<Flow> flow = poll(turn_);
    busy_clock_.switch_to(payer);
    HW_TRY(flow.status());
    if (*flow != Flow::kWaiting || !read_.empty()) return true;
  }
  return false;
}

Result<Flow> SourceTasklet::poll(size_t i) {
  SplitFeed& feed = *feeds_[i];
  std::vector<Message> read;
  HW_ASSIGN_OR_RETURN(const Flow flow, feed.poll(now_ms_, read));
  for (Message& message : read) read_.emplace_back(feed.member(), std::move(message));
  ReadProgress total = finished_reads_;
  for (const auto& one : feeds_) {
    total.bytes_done += one->progress().bytes_done;
    total.bytes_total += one->progress().bytes_total;
  }
  metrics_->read_bytes_done.set(total.bytes_done);
  metrics_->read_bytes_total.set(total.bytes_total);
  if (flow != Flow::kFinished) return flow;
  finished_reads_.bytes_done += feed.progress().bytes_done;
  finished_reads_.bytes_total += feed.progress().bytes_total;
  if (holds_ && feed.may_grow()) {
    // Rows that come to it later are not late for having come later.
    resting_.push_back(std::move(feeds_[i]));
  } else {
    // A split that has ended leaves the minimum; its last rows go first.
    read_.emplace_back(feed.member(), End{});
  }
  feeds_.erase(feeds_.begin() + static_cast<std::ptrdiff_t>(i));
  return flow;
}

int64_t SourceTasklet::next_due_ms() const {
  int64_t next = chain_.next_due_ms();
  for (const auto& feed : feeds_) {
    if (feed->idle_at_ms() == kNever) continue;
    next = std::min(next, context_.env->wall_ms() + feed->idle_at_ms() - now_ms_);
  }
  return next;
}

void SourceTasklet::close() {
  pace_.leave();
  feeds_.clear();
  resting_.clear();
  chain_.close();
}

}  // namespace hw
