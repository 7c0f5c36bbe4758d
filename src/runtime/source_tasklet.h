// SPDX-License-Identifier: Apache-2.0
//
// The tasklet of a vertex with a source: reads its splits in turn, one poll a step, so that many
// splits and many sources share a thread and all of them get on. Lets barriers in between two
// polls. Its watermark is the minimum over its active splits.

#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/chain.h"
#include "runtime/changelog_checker.h"
#include "runtime/job_graph.h"
#include "runtime/source_pace.h"
#include "runtime/split_feed.h"
#include "runtime/step_clock.h"
#include "runtime/tasklet.h"
#include "runtime/watermark_merge.h"

namespace hw {

struct SourceTaskletParts {
  std::string name;
  TaskletContext context;
  SourceRecipe recipe;
  std::vector<std::unique_ptr<OperatorInstance>> operators;
  std::unique_ptr<ChainTail> tail;
  std::shared_ptr<OperatorMetrics> metrics;  // of the source itself
  SnapshotReceiver* snapshots = nullptr;
  std::vector<OperatorSnapshot> restored;  // of the operators; splits come by DealSplits
  /// Set: it does not end by itself. Called once, when there is nothing more to read; the barrier
  /// that stops the job ends it then.
  std::function<void()> on_exhausted;
  SourcePace pace = {};
};

class SourceTasklet final : public Tasklet {
 public:
  /// Messages passed on in one step at most.
  static constexpr int kDeliveriesMax = 8;

  explicit SourceTasklet(SourceTaskletParts parts);

  const std::string& name() const override { return name_; }
  Status open() override;
  Result<Progress> step() override;
  Status on_control(Control control) override;
  int64_t next_due_ms() const override;
  bool polls_outside() const override { return polls_outside_; }
  std::string current_operator() const override;
  void close() override;

 private:
  enum class Phase : uint8_t {
    kReading,  // reads splits; more may be dealt
    kEnding,   // has sent its end; the chain passes on what is left
  };
  struct Turn {
    Progress progress;
    StepClock::Wait wait;
  };
  Result<Turn> turn();
  Status open_dealt();
  // Each does one thing if there is one to do, and says whether it did.
  Result<bool> do_one_thing();
  Result<bool> deliver_read();
  Result<bool> inject_barrier();
  Result<bool> end_if_over();
  Result<bool> poll_next();
  Result<Flow> poll(size_t feed);
  void stop_reading();
  bool note_idle_splits();
  Status tell(const std::optional<Watermark>& watermark);
  Status send_snapshot(const Barrier& barrier);

  // Constant after construction.
  const std::string name_;
  const TaskletContext context_;
  const SourceRecipe recipe_;
  const std::shared_ptr<OperatorMetrics> metrics_;
  SnapshotReceiver& snapshots_;
  std::function<void()> on_exhausted_;  // null: ends by itself, or has told already
  const bool holds_;                    // never ends by itself
  // Owned by the worker's thread.
  BusyClock busy_clock_;
  StepClock step_clock_;
  Chain chain_;
  SourceContext source_context_;
  std::unique_ptr<ChangelogChecker> checker_;  // null when debug checks are off
  std::vector<OperatorSnapshot> restored_;
  std::vector<DealtSplit> dealt_;  // not opened yet
  std::vector<std::unique_ptr<SplitFeed>> feeds_;
  std::vector<std::unique_ptr<SplitFeed>> resting_;  // at their end for now; hold the watermark
  std::deque<std::pair<int, Message>> read_;         // by member; rows of one poll at most
  std::deque<InjectBarrier> barriers_;               // asked for, at most those in flight
  WatermarkMerge merge_;
  SourcePace pace_;
  std::optional<int> splits_to_come_;  // an idle member while splits may still be dealt
  ReadProgress finished_reads_;
  size_t turn_ = 0;
  int64_t now_ms_ = 0;  // monotonic
  Phase phase_ = Phase::kReading;
  bool reading_ = false;  // the source is at work, not the chain
  bool no_more_splits_ = false;
  bool stopped_ = false;  // a clean stop: no final watermark
  bool polls_outside_ = false;
};

}  // namespace hw
