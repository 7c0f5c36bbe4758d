// SPDX-License-Identifier: Apache-2.0
//
// The receiving end of a tasklet: batches of all channels in turn, one merged watermark (the
// minimum over active channels of all inputs), barriers aligned (a channel that has delivered
// barrier n is not read until the others have; at least once: it is), one End an input. Control
// messages of single channels never leave it.

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/channel.h"
#include "runtime/message.h"
#include "runtime/operator.h"
#include "runtime/watermark_merge.h"

namespace hw {

/// The channel outlives the inbox.
struct InputChannel {
  int input = 0;
  Channel* channel = nullptr;
};

/// What an input does that has delivered a barrier which others have not.
enum class Alignment : uint8_t {
  kExactlyOnce,  // waits
  kAtLeastOnce,  // goes on: what it delivers meanwhile is in the snapshot, and comes again
};

class Inbox {
 public:
  /// Messages taken from a channel at once.
  static constexpr size_t kBurst = 8;

  struct Delivery {
    int input;
    Message message;
  };

  /// An input without channels has ended. `selection` may be null.
  Inbox(const std::vector<InputChannel>& channels, int num_inputs, const InputSelection* selection,
        Alignment alignment = Alignment::kExactlyOnce);

  /// After a restore, before the first next(): time goes on from there.
  void resume_at(int64_t watermark_ms);
  /// The next message for the operator, if there is one. Fails when a sender was lost, or when
  /// barriers overtake each other.
  Result<std::optional<Delivery>> next();
  /// The tasklet has finished: senders may stop.
  void stop_wanting();
  /// All inputs ended.
  bool ended() const { return inputs_ended_ == num_inputs_; }

 private:
  struct Lane {  // from one sender
    int input;
    Channel* channel;
    std::vector<Message> burst;
    size_t burst_next = 0;
    bool ended = false;
    int64_t barrier = 0;  // the last one that it has delivered
  };
  bool readable(const Lane& lane, uint32_t wanted) const;
  uint32_t wanted_inputs() const;
  Status accept(size_t lane, Message message);
  Status accept_barrier(Lane& lane, const Barrier& barrier);
  void end_lane(size_t lane);
  void release_barriers();
  void tell(const std::optional<Watermark>& watermark);

  // Constant after construction.
  const int num_inputs_;
  const InputSelection* const selection_;
  const Alignment alignment_;
  // Owned by the tasklet's thread.
  std::vector<Lane> lanes_;
  std::vector<int> open_lanes_;  // per input
  WatermarkMerge merge_;
  std::deque<Delivery> ready_;
  std::deque<Barrier> barriers_;  // delivered by some channels, not by all; rising
  size_t turn_ = 0;
  int inputs_ended_ = 0;
};

}  // namespace hw
