// SPDX-License-Identifier: Apache-2.0
//
// The sending end of a tasklet: its outgoing edges. What a channel does not take waits here, at
// most what one call of an operator emits, and the chain above is not called until it is gone.
// Every receiver gets watermarks, barriers and ends.

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "runtime/chain_tail.h"
#include "runtime/channel.h"
#include "runtime/router.h"
#include "runtime/worker_metrics.h"

namespace hw {

class BarrierAnswers;

/// One edge as one sender sees it. The channels outlive the outbox.
struct OutEdge {
  int from_operator = -1;
  int from_port = 0;
  std::unique_ptr<Router> router;
  std::vector<Channel*> channels;  // by receiver, as the router numbers them
};

class Outbox final : public ChainTail {
 public:
  /// `last_operator`: whose End ends the tasklet. `metrics` counts the bytes sent. `answers`, if
  /// there are any, are told of each barrier that has passed.
  Outbox(std::vector<OutEdge> edges, int last_operator, std::shared_ptr<OperatorMetrics> metrics,
         BarrierAnswers* answers = nullptr);

  Result<Room> drain() override;
  bool has_room() const override { return num_waiting_ == 0; }
  Status on_batch(int from_operator, int port, const Batch& batch) override;
  Status on_control(int from_operator, const Message& control) override;
  bool finished() const override;
  bool done() const override { return num_waiting_ == 0 && (ended_ || finished()); }
  /// Tells receivers that had no End that none will come.
  void close() override;

 private:
  struct Lane {  // to one receiver
    Channel* channel;
    std::deque<Message> waiting;
    bool ended = false;
  };
  struct Edge {
    int from_operator;
    int from_port;
    std::unique_ptr<Router> router;
    std::vector<Lane> lanes;
  };
  void send(Lane& lane, Message message);
  void drain(Lane& lane);
  int64_t sum_of_lanes() const;

  // Constant after construction.
  const int last_operator_;
  const std::shared_ptr<OperatorMetrics> metrics_;
  BarrierAnswers* const answers_;  // may be null
  // Owned by the tasklet's thread.
  std::vector<Edge> edges_;
  std::vector<RoutedBatch> routed_;  // scratch
  int64_t num_waiting_ = 0;
  bool ended_ = false;
};

}  // namespace hw
