// SPDX-License-Identifier: Apache-2.0
//
// The receiving end of a tasklet: batches of all channels in turn, one merged watermark (the
// minimum over active channels of all inputs), barriers aligned (a channel that has delivered
// barrier n is not read until the others have), one End an input. Control messages of single
// channels never leave it.

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

class Inbox {
 public:
  /// Messages taken from a channel at once.
  static constexpr size_t kBurst = 8;

  struct Delivery {
    int input;
    Message message;
  };

  /// An input without channels has ended. `selection` may be null.
  Inbox(const std::vector<InputChannel>& channels, int num_inputs, const InputSelection* selection);

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
    bool blocked = false;  // has delivered the barrier that others have not
    bool ended = false;
  };
  bool readable(const Lane& lane, uint32_t wanted) const;
  uint32_t wanted_inputs() const;
  Status accept(size_t lane, Message message);
  Status accept_barrier(Lane& lane, const Barrier& barrier);
  void end_lane(size_t lane);
  void release_barrier();
  void tell(const std::optional<Watermark>& watermark);

  // Constant after construction.
  const int num_inputs_;
  const InputSelection* const selection_;
  // Owned by the tasklet's thread.
  std::vector<Lane> lanes_;
  std::vector<int> open_lanes_;  // per input
  WatermarkMerge merge_;
  std::deque<Delivery> ready_;
  std::optional<Barrier> barrier_;  // being aligned
  size_t turn_ = 0;
  int inputs_ended_ = 0;
};

}  // namespace hw
