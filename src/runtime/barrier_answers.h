// SPDX-License-Identifier: Apache-2.0
//
// What one tasklet says to a barrier: the snapshots of its source and operators, and what its sink
// has prepared. Collected while the barrier passes the chain, sent when it has passed the tail.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "runtime/operator_instance.h"
#include "runtime/operator_snapshot.h"
#include "runtime/sink.h"

namespace hw {

struct BarrierAnswer {
  int64_t checkpoint = 0;
  /// In order of the chain, a source's first. Empty when the chain had ended before the barrier
  /// came: everything that it will ever emit has gone on.
  std::vector<OperatorSnapshot> snapshots;
  /// Of the sink's epoch that the barrier ends.
  std::vector<Committable> committables;
};

/// Belongs to one tasklet, and to its thread. Outlives it.
class BarrierAnswers final : public SnapshotReceiver {
 public:
  /// `send` is called on the tasklet's thread.
  explicit BarrierAnswers(std::function<void(BarrierAnswer)> send) : send_(std::move(send)) {}

  Status on_snapshot(const Barrier& barrier, OperatorSnapshot snapshot) override {
    collected_[barrier.id].push_back(std::move(snapshot));
    return Status::OK();
  }
  /// The tail has passed the barrier on, or its sink has prepared.
  void on_passed(int64_t checkpoint, std::vector<Committable> committables) {
    auto snapshots = collected_.extract(checkpoint);
    send_({.checkpoint = checkpoint,
           .snapshots =
               snapshots.empty() ? std::vector<OperatorSnapshot>() : std::move(snapshots.mapped()),
           .committables = std::move(committables)});
  }
  /// The chain had ended when the barrier came, or before it got through.
  void on_ended(int64_t checkpoint, std::vector<Committable> committables) {
    collected_.erase(checkpoint);
    on_passed(checkpoint, std::move(committables));
  }

 private:
  const std::function<void(BarrierAnswer)> send_;
  std::map<int64_t, std::vector<OperatorSnapshot>> collected_;  // by checkpoint
};

}  // namespace hw
