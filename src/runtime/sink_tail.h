// SPDX-License-Identifier: Apache-2.0
//
// The end of a chain that is a sink. Each barrier ends an epoch: the sink prepares it, goes on with
// the next one, and commits it when the job says that the checkpoint is durable. Without
// checkpoints it prepares once, at the end of its input, and commits when every sink has prepared;
// whatever stops the job before that makes it drop what it has written.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/chain_tail.h"
#include "runtime/sink.h"
#include "runtime/tasklet.h"
#include "runtime/worker_metrics.h"

namespace hw {

class BarrierAnswers;
class PartitionedWriter;

struct SinkTailParts {
  std::shared_ptr<Sink> sink;
  SinkContext context;
  /// Whose messages reach the sink.
  int last_operator = -1;
  std::shared_ptr<OperatorMetrics> metrics;
  /// Told of each barrier. Null: the job has no checkpoints.
  BarrierAnswers* answers = nullptr;
  /// Called once: the input has ended, only the commit is left.
  std::function<void()> on_prepared;
  /// All epochs up to this one are committed. May be empty.
  std::function<void(int64_t epoch)> on_committed;
  /// What the checkpoint that the job goes on from still held.
  std::vector<Committable> pending;
};

class SinkTail final : public ChainTail {
 public:
  explicit SinkTail(SinkTailParts parts) : parts_(std::move(parts)) {}

  Status open() override;
  Result<Room> drain() override;
  bool has_room() const override { return has_room_; }
  Status on_batch(int from_operator, int port, const Batch& batch) override;
  Status on_control(int from_operator, const Message& control) override;
  Status on_quiet() override;
  Status on_barrier_under_way(const Barrier& barrier) override;
  Status on_commit(const CommitPrepared& commit) override;
  bool finished() const override { return false; }
  bool done() const override { return phase_ == Phase::kCommitted; }
  OperatorMetrics* metrics() override { return parts_.metrics.get(); }
  void close() override;

 private:
  enum class Phase {
    kWriting,  // takes rows
    kStopped,  // has prepared at the barrier that stops the job: what comes behind it is not shown
    kEnded,    // its input has ended; waits for the commit
    kCommitted,  // done: everything is visible
    kClosed,
  };
  struct Epoch {
    int64_t number;
    std::vector<Committable> committables;
  };
  /// Another instance commits what this one prepares.
  bool commits_elsewhere() const;
  void add(CommitPrepared::Prepared prepared);
  Result<std::vector<Committable>> prepare(int64_t epoch);
  Status take(const Message& control);
  Status on_barrier(const Barrier& barrier);
  Status on_end();
  Status look_for_room();
  Status answer_what_is_under_way();
  Status commit_what_is_due();

  // Constant after construction.
  const SinkTailParts parts_;
  // Owned by the tasklet's thread.
  std::unique_ptr<SinkWriter> writer_;
  PartitionedWriter* together_ = nullptr;  // the writer, where one commits for all
  std::deque<Epoch> epochs_;               // prepared, not committed; ascending
  std::deque<int64_t> expected_;           // barriers under way, at most those in flight
  std::optional<CommitPrepared> due_;      // said, but not all done: the disk is full
  int64_t prepared_up_to_ = 0;
  Phase phase_ = Phase::kWriting;
  bool dirty_ = false;    // written since the last flush
  bool has_room_ = true;  // the writer takes more rows
  bool said_full_ = false;
  std::deque<Message> held_;  // barriers and the end that found no room; bounded by those in flight
};

}  // namespace hw
