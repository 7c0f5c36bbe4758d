// SPDX-License-Identifier: Apache-2.0
//
// The coordinator under a shell that carries its actions out in any order it may and lets anything
// fail, seed by seed.

#include <algorithm>
#include <deque>
#include <utility>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "job/checkpoint_coordinator.h"

namespace hw {
namespace {

using Kind = CheckpointAction::Kind;
using Purpose = CheckpointPurpose;

// A shell that answers in any order and lets anything fail. What it checks after every action is
// written at the top of the coordinator's header.
class RandomShell {
 public:
  explicit RandomShell(uint64_t seed)
      : random_(seed),
        num_tasklets_(1 + static_cast<int>(random_.below(3))),
        settings_({.interval_ms = 50,
                   .timeout_ms = 300,
                   .min_pause_ms = static_cast<int64_t>(random_.below(2)) * 20,
                   .max_concurrent = 1 + static_cast<int>(random_.below(3)),
                   .tolerable_failures = 1'000'000,
                   .num_retained = 1 + static_cast<int>(random_.below(3))}),
        coordinator_(settings_, {.attempt = 1, .num_tasklets = num_tasklets_}),
        barriers_(static_cast<size_t>(num_tasklets_)),
        committing_(static_cast<size_t>(num_tasklets_)) {}

  void run() {
    for (int step = 0; step < 4'000 && !finished_; ++step) {
      if (step == 1'500) carry_out(coordinator_.on_request({.purpose = Purpose::kStop}, now_ms_));
      faulty_ = step < 1'400;
      one_event();
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_TRUE(finished_);
    EXPECT_EQ(prepared_.size(), committed_.size()) << "everything prepared is committed";
  }

 private:
  bool fails() { return faulty_ && random_.below(8) == 0; }
  Status outcome() {
    return fails()
               ? (random_.below(2) == 0 ? Status::IOError("broken") : Status::CapacityError("full"))
               : Status::OK();
  }

  void one_event() {
    const auto tasklet = static_cast<size_t>(random_.below(static_cast<uint64_t>(num_tasklets_)));
    switch (random_.below(6)) {
      case 0:
        // The stop at the end must not be late.
        if (!faulty_ && std::any_of(barriers_.begin(), barriers_.end(),
                                    [](const auto& waiting) { return !waiting.empty(); })) {
          return;
        }
        now_ms_ += static_cast<int64_t>(random_.below(60));
        return carry_out(coordinator_.on_tick(now_ms_));
      case 1:
      case 2: {
        if (barriers_[tasklet].empty()) return;
        const int64_t checkpoint = barriers_[tasklet].front();
        barriers_[tasklet].pop_front();
        CheckpointCoordinator::Answer answer = {.checkpoint = checkpoint,
                                                .attempt = 1,
                                                .tasklet = static_cast<int>(tasklet),
                                                .status = outcome()};
        for (uint64_t n = random_.below(3); n > 0; --n) {
          const std::string bytes = std::to_string(prepared_.size());
          prepared_[bytes] = static_cast<int>(tasklet);
          order_[tasklet].push_back(bytes);
          prepared_at_[bytes] = checkpoint;
          answer.committables.push_back({"sink", static_cast<int>(tasklet), 1, checkpoint, bytes});
        }
        return carry_out(coordinator_.on_answer(std::move(answer), now_ms_));
      }
      case 3: {
        if (to_write_ == 0) return;
        const int64_t checkpoint = std::exchange(to_write_, 0);
        const Status status = outcome();
        return carry_out(coordinator_.on_manifest_written(checkpoint, status, now_ms_));
      }
      case 4: {
        if (to_publish_ == 0) return;
        const int64_t checkpoint = std::exchange(to_publish_, 0);
        const Status status = outcome();
        if (status.ok()) {
          EXPECT_GT(checkpoint, published_.empty() ? 0 : published_.back());
          published_.push_back(checkpoint);
          durable_.insert(manifest_.begin(), manifest_.end());
        }
        return carry_out(coordinator_.on_published(checkpoint, status, now_ms_));
      }
      default: {
        if (committing_[tasklet].empty()) return;
        const int64_t checkpoint = committing_[tasklet].front();
        committing_[tasklet].pop_front();
        const Status status = outcome();
        if (status.ok()) commit(tasklet, checkpoint);
        return carry_out(
            coordinator_.on_committed(static_cast<int>(tasklet), checkpoint, status, now_ms_));
      }
    }
  }

  // As a sink does: everything up to the barrier, in the order in which it was prepared.
  void commit(size_t tasklet, int64_t checkpoint) {
    for (const std::string& bytes : order_[tasklet]) {
      if (prepared_at_[bytes] > checkpoint) break;
      EXPECT_TRUE(durable_.contains(bytes)) << bytes << " is committed and in no manifest";
      committed_.insert(bytes);
    }
  }

  void carry_out(const CheckpointCoordinator::Actions& actions) {
    for (const CheckpointAction& action : actions) carry_out(action);
    EXPECT_LE(coordinator_.num_in_flight(), static_cast<size_t>(settings_.max_concurrent));
  }

  void carry_out(const CheckpointAction& action) {
    switch (action.kind) {
      case Kind::kTrigger:
        EXPECT_GT(action.checkpoint, std::exchange(last_triggered_, action.checkpoint));
        base_[action.checkpoint] = published_.empty() ? 0 : published_.back();
        for (auto& barriers : barriers_) barriers.push_back(action.checkpoint);
        break;
      case Kind::kAbort:
        base_.erase(action.checkpoint);
        break;
      case Kind::kWriteManifest: {
        EXPECT_EQ(to_write_ + to_publish_, 0) << "one at a time";
        to_write_ = action.checkpoint;
        manifest_.clear();
        for (const auto& item : action.committables) manifest_.insert(item.bytes);
        for (const auto& [bytes, checkpoint] : prepared_at_) {
          const bool held = manifest_.contains(bytes) || committed_.contains(bytes);
          EXPECT_TRUE(held || checkpoint > action.checkpoint) << bytes << " is lost";
        }
        break;
      }
      case Kind::kPublish:
        to_publish_ = action.checkpoint;
        break;
      case Kind::kCommit:
        EXPECT_EQ(action.checkpoint, published_.back()) << "committed before it is published";
        base_.erase(action.checkpoint);
        for (const int tasklet : action.tasklets) {
          committing_[static_cast<size_t>(tasklet)].push_back(action.checkpoint);
        }
        break;
      case Kind::kDrop: {
        base_.erase(action.checkpoint);
        for (const int64_t dropped : action.dropped) dropped_.insert(dropped);
        EXPECT_LT(action.dropped.empty() ? 0 : action.dropped.back(), published_.back());
        EXPECT_GE(published_.size() - dropped_.size(),
                  std::min(published_.size(), static_cast<size_t>(settings_.num_retained)));
        for (const auto& [checkpoint, base] : base_) {
          EXPECT_FALSE(dropped_.contains(base)) << checkpoint << " builds on " << base;
        }
        break;
      }
      case Kind::kFinish:
        finished_ = true;
        break;
      default:
        ADD_FAILURE() << "action " << static_cast<int>(action.kind) << ": " << action.reason;
    }
  }

  Random random_;
  const int num_tasklets_;
  const CheckpointSettings settings_;
  CheckpointCoordinator coordinator_;
  int64_t now_ms_ = 0;
  bool faulty_ = true;
  bool finished_ = false;
  std::vector<std::deque<int64_t>> barriers_;    // on their way, by tasklet
  std::vector<std::deque<int64_t>> committing_;  // told and not answered, by tasklet
  int64_t to_write_ = 0;
  int64_t to_publish_ = 0;
  int64_t last_triggered_ = 0;
  std::vector<int64_t> published_;
  std::set<int64_t> dropped_;
  std::map<int64_t, int64_t> base_;      // in flight: what was newest at the trigger
  std::map<std::string, int> prepared_;  // committable -> tasklet
  std::map<std::string, int64_t> prepared_at_;
  std::map<size_t, std::vector<std::string>> order_;
  std::set<std::string> manifest_;  // of the one being written
  std::set<std::string> durable_;
  std::set<std::string> committed_;
};

TEST(CheckpointCoordinatorRandomTest, NothingIsLostAndNothingIsCommittedEarly) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    RandomShell(seed).run();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace hw
