// SPDX-License-Identifier: Apache-2.0
//
// The end of a chain that is a sink. Without checkpoints it prepares once, at the end of its
// input, and commits when the job says that every sink has prepared; whatever stops the job
// before that makes it drop what it has written.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/chain_tail.h"
#include "runtime/sink.h"
#include "runtime/worker_metrics.h"

namespace hw {

class SinkTail final : public ChainTail {
 public:
  /// `last_operator`: whose messages reach the sink. `on_prepared` is called once.
  SinkTail(std::shared_ptr<Sink> sink, SinkContext context, int last_operator,
           std::shared_ptr<OperatorMetrics> metrics, std::function<void()> on_prepared);

  Status open() override;
  Result<Room> drain() override {
    return phase_ == Phase::kPrepared ? Room::kWaiting : Room::kFree;
  }
  bool has_room() const override { return true; }
  Status on_batch(int from_operator, int port, const Batch& batch) override;
  Status on_control(int from_operator, const Message& control) override;
  Status on_quiet() override;
  Status on_commit() override;
  bool finished() const override { return false; }
  bool done() const override { return phase_ == Phase::kCommitted; }
  OperatorMetrics* metrics() override { return metrics_.get(); }
  void close() override;

 private:
  enum class Phase {
    kWriting,    // takes rows
    kPrepared,   // its input has ended; waits for the other sinks
    kCommitted,  // done: everything is visible
    kClosed,
  };
  // Constant after construction.
  const std::shared_ptr<Sink> sink_;
  const SinkContext context_;
  const int last_operator_;
  const std::shared_ptr<OperatorMetrics> metrics_;
  const std::function<void()> on_prepared_;
  // Owned by the tasklet's thread.
  std::unique_ptr<SinkWriter> writer_;
  std::vector<Committable> committables_;
  Phase phase_ = Phase::kWriting;
  bool dirty_ = false;  // written since the last flush
};

}  // namespace hw
