// SPDX-License-Identifier: Apache-2.0

#include "runtime/inbox.h"

#include <utility>

#include "base/assert.h"
#include "base/planted.h"

namespace hw {

Inbox::Inbox(const std::vector<InputChannel>& channels, int num_inputs,
             const InputSelection* selection, Alignment alignment)
    : num_inputs_(num_inputs),
      selection_(selection),
      alignment_(alignment),
      open_lanes_(static_cast<size_t>(num_inputs)),
      merge_(static_cast<int>(channels.size())) {
  HW_CHECK(num_inputs >= 1 && num_inputs <= 32);
  for (const InputChannel& channel : channels) {
    lanes_.push_back({.input = channel.input, .channel = channel.channel, .burst = {}});
    ++open_lanes_[static_cast<size_t>(channel.input)];
  }
  for (int input = 0; input < num_inputs; ++input) {
    if (open_lanes_[static_cast<size_t>(input)] > 0) continue;
    ready_.push_back({input, End{}});
    ++inputs_ended_;
  }
}

void Inbox::resume_at(int64_t watermark_ms) {
  merge_ = WatermarkMerge(static_cast<int>(lanes_.size()), watermark_ms);
}

uint32_t Inbox::wanted_inputs() const {
  constexpr uint32_t kAll = ~uint32_t{0};
  if (selection_ == nullptr) return kAll;
  const uint32_t wanted = selection_->wanted_inputs();
  for (int input = 0; input < num_inputs_; ++input)
    if ((wanted >> input & 1) != 0 && open_lanes_[static_cast<size_t>(input)] > 0) return wanted;
  // It waits for inputs that have ended: their End tells it so, the others go on.
  return kAll;
}

bool Inbox::readable(const Lane& lane, uint32_t wanted) const {
  const bool waits = alignment_ == Alignment::kExactlyOnce && !barriers_.empty() &&
                     lane.barrier == barriers_.front().id && !HW_PLANTED_BUG(5);
  return !lane.ended && !waits && (wanted >> lane.input & 1) != 0;
}

Result<std::optional<Inbox::Delivery>> Inbox::next() {
  const uint32_t wanted = wanted_inputs();
  for (size_t tried = 0; ready_.empty() && tried < lanes_.size();) {
    Lane& lane = lanes_[turn_];
    if (readable(lane, wanted) && lane.burst_next == lane.burst.size()) {
      lane.burst.clear();
      lane.burst_next = 0;
      if (lane.channel->take(lane.burst, kBurst) == 0) HW_TRY(lane.channel->lost());
    }
    if (!readable(lane, wanted) || lane.burst.empty()) {
      turn_ = (turn_ + 1) % lanes_.size();
      ++tried;
      continue;
    }
    const size_t from = turn_;
    Message message = std::move(lane.burst[lane.burst_next++]);
    // A burst is finished before the next channel has its turn: its rows are warm.
    if (lane.burst_next == lane.burst.size()) turn_ = (turn_ + 1) % lanes_.size();
    HW_TRY(accept(from, std::move(message)));
    tried = 0;
  }
  if (ready_.empty()) return std::nullopt;
  std::optional<Delivery> delivery = std::move(ready_.front());
  ready_.pop_front();
  return delivery;
}

void Inbox::tell(const std::optional<Watermark>& watermark) {
  if (watermark) ready_.push_back({0, *watermark});
}

Status Inbox::accept(size_t i, Message message) {
  Lane& lane = lanes_[i];
  if (std::holds_alternative<Batch>(message)) {
    tell(merge_.on_row(static_cast<int>(i)));
    ready_.push_back({lane.input, std::move(message)});
  } else if (const auto* watermark = std::get_if<Watermark>(&message)) {
    tell(merge_.on_watermark(static_cast<int>(i), *watermark));
  } else if (const auto* barrier = std::get_if<Barrier>(&message)) {
    HW_TRY(accept_barrier(lane, *barrier));
  } else {
    end_lane(i);
  }
  return Status::OK();
}

Status Inbox::accept_barrier(Lane& lane, const Barrier& barrier) {
  if (HW_PLANTED_BUG(4) && barrier.id == lane.barrier) return Status::OK();
  const bool aligned = alignment_ == Alignment::kExactlyOnce;
  const bool overtakes = aligned && !barriers_.empty() && barriers_.front().id != barrier.id;
  if (overtakes || barrier.id <= lane.barrier)
    return Status::UnknownError("internal check: barriers arrive in order on every channel, but ",
                                barrier.id, " came while ",
                                overtakes ? barriers_.front().id : lane.barrier, " was aligned");
  lane.barrier = barrier.id;
  if (HW_PLANTED_BUG(4)) lanes_.back().barrier = barrier.id;
  if (barriers_.empty() || barriers_.back().id < barrier.id) barriers_.push_back(barrier);
  release_barriers();
  return Status::OK();
}

// Lets a barrier through when every channel that has not ended has delivered it.
void Inbox::release_barriers() {
  while (!barriers_.empty()) {
    for (const Lane& lane : lanes_)
      if (!lane.ended && lane.barrier < barriers_.front().id) return;
    ready_.push_back({0, barriers_.front()});
    barriers_.pop_front();
  }
}

void Inbox::end_lane(size_t i) {
  Lane& lane = lanes_[i];
  lane.ended = true;
  tell(merge_.on_end(static_cast<int>(i)));
  // What waited for this channel only comes before what its end leads to.
  release_barriers();
  if (--open_lanes_[static_cast<size_t>(lane.input)] > 0) return;
  ++inputs_ended_;
  ready_.push_back({lane.input, End{}});
}

void Inbox::stop_wanting() {
  for (Lane& lane : lanes_) {
    if (lane.ended) continue;
    lane.ended = true;
    lane.burst.clear();
    lane.channel->stop_wanting();
  }
}

}  // namespace hw
