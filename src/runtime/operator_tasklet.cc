// SPDX-License-Identifier: Apache-2.0

#include "runtime/operator_tasklet.h"

#include <utility>

namespace hw {
namespace {

const InputSelection* selection_of(
    const std::vector<std::unique_ptr<OperatorInstance>>& operators) {
  return operators.empty() ? nullptr
                           : dynamic_cast<const InputSelection*>(&operators.front()->op());
}

}  // namespace

OperatorTasklet::OperatorTasklet(OperatorTaskletParts parts)
    : name_(std::move(parts.name)),
      env_(*parts.env),
      metrics_(std::move(parts.metrics)),
      busy_clock_(env_),
      step_clock_(env_, *metrics_),
      selection_(selection_of(parts.operators)),
      inbox_(parts.inputs, parts.num_inputs, selection_, parts.alignment),
      chain_(std::move(parts.operators), std::move(parts.tail), busy_clock_),
      restored_(std::move(parts.restored)) {}

Status OperatorTasklet::open() {
  HW_TRY(chain_.open(restored_));
  // The vertex had ended: nobody reads here.
  if (!chain_.wants_input()) inbox_.stop_wanting();
  if (!restored_.empty()) inbox_.resume_at(chain_.restored_watermark_ms());
  restored_.clear();
  return Status::OK();
}

Status OperatorTasklet::on_control(Control control) {
  if (const auto* commit = std::get_if<CommitPrepared>(&control))
    return chain_.tail().on_commit(*commit);
  if (const auto* inject = std::get_if<InjectBarrier>(&control))
    return chain_.tail().on_barrier_under_way(inject->barrier);
  return Status::OK();
}

Result<Progress> OperatorTasklet::step() {
  step_clock_.begin();
  polls_outside_ = false;
  chain_.on_time(env_.wall_ms());
  HW_ASSIGN_OR_RETURN(const Turn turn, this->turn());
  step_clock_.end(turn.wait);
  return turn.progress;
}

Result<OperatorTasklet::Turn> OperatorTasklet::turn() {
  using Wait = StepClock::Wait;
  for (int deliveries = 0; deliveries < kDeliveriesMax; ++deliveries) {
    const Progress so_far = deliveries > 0 ? Progress::kBusy : Progress::kIdle;
    HW_ASSIGN_OR_RETURN(const Chain::State state, chain_.advance());
    // Senders are told at once, also while the outputs are full.
    if (!chain_.wants_input()) inbox_.stop_wanting();
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
    HW_ASSIGN_OR_RETURN(std::optional<Inbox::Delivery> delivery, inbox_.next());
    if (!delivery) {
      HW_TRY(chain_.tail().on_quiet());
      return Turn{so_far, Wait::kInput};
    }
    if (const auto* batch = std::get_if<Batch>(&delivery->message))
      metrics_->bytes_in.add(batch->num_bytes());
    HW_TRY(chain_.deliver(delivery->input, std::move(delivery->message)));
  }
  return Turn{Progress::kBusy, Wait::kNothing};
}

void OperatorTasklet::close() {
  inbox_.stop_wanting();
  chain_.close();
}

}  // namespace hw
