// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_coordinator.h"

#include <gtest/gtest.h>

#include "job/checkpoint_error.h"

namespace hw {
namespace {

using Kind = CheckpointAction::Kind;
using Purpose = CheckpointPurpose;

std::string numbers(const auto& values) {
  std::string text;
  for (const auto value : values) text += (text.empty() ? "" : ",") + std::to_string(value);
  return text;
}

std::string to_text(const CheckpointAction& action) {
  const std::string id = std::to_string(action.checkpoint);
  switch (action.kind) {
    case Kind::kTrigger:
      return "trigger " + id +
             (action.request.purpose == Purpose::kStop    ? " stop"
              : action.request.purpose == Purpose::kFinal ? " final"
                                                          : "");
    case Kind::kAbort:
      return "abort " + id;
    case Kind::kWriteManifest: {
      std::string text = "write " + id;
      for (const auto& item : action.committables) text += " " + item.bytes;
      return text;
    }
    case Kind::kPublish:
      return "publish " + id;
    case Kind::kWriteSavepoint:
      return "savepoint " + id + " to " + action.request.savepoint_directory;
    case Kind::kCommit:
      return "commit " + id + " at " + numbers(action.tasklets);
    case Kind::kDrop:
      return action.dropped.empty() ? "sweep" : "drop " + numbers(action.dropped);
    case Kind::kAnswerSavepoint:
      return action.reason.ok() ? "answer ok" : "answer: " + action.reason.message();
    case Kind::kFinish:
      return "finish";
    case Kind::kFail:
      return "fail: " + action.reason.message();
  }
  return "";
}

std::string to_text(const CheckpointCoordinator::Actions& actions) {
  std::string text;
  for (const CheckpointAction& action : actions) {
    text += (text.empty() ? "" : " | ") + to_text(action);
  }
  return text;
}

// Tasklets 0 and 1; tasklet 1 is a sink that prepares `<checkpoint>` at each barrier.
class CheckpointCoordinatorTest : public testing::Test {
 protected:
  explicit CheckpointCoordinatorTest() { start({.interval_ms = 100, .timeout_ms = 1'000}); }

  void start(CheckpointSettings settings) {
    coordinator_ = std::make_unique<CheckpointCoordinator>(
        settings, CheckpointCoordinator::Start{.attempt = 3, .num_tasklets = 2});
  }
  std::string tick(int64_t now_ms) {
    now_ms_ = now_ms;
    return to_text(coordinator_->on_tick(now_ms));
  }
  std::string request(CheckpointRequest request) {
    return to_text(coordinator_->on_request(std::move(request), now_ms_));
  }
  std::string answer(int64_t checkpoint, int tasklet, Status status = {}, int64_t attempt = 3) {
    CheckpointCoordinator::Answer answer = {
        .checkpoint = checkpoint, .attempt = attempt, .tasklet = tasklet, .status = status};
    if (tasklet == 1) {
      answer.committables = {{"sink", 0, 1, checkpoint, std::to_string(checkpoint)}};
    }
    return to_text(coordinator_->on_answer(std::move(answer), now_ms_));
  }
  std::string done(int tasklet) { return to_text(coordinator_->on_tasklet_done(tasklet)); }
  std::string written(int64_t checkpoint, Status status = {}) {
    return to_text(coordinator_->on_manifest_written(checkpoint, status, now_ms_));
  }
  std::string published(int64_t checkpoint, Status status = {}) {
    return to_text(coordinator_->on_published(checkpoint, status, now_ms_));
  }
  std::string committed(int64_t checkpoint, Status status = {}) {
    return to_text(coordinator_->on_committed(1, checkpoint, status, now_ms_));
  }
  // From its trigger to its commit; returns what followed its publication.
  std::string run(int64_t checkpoint) {
    answer(checkpoint, 0);
    answer(checkpoint, 1);
    written(checkpoint);
    std::string after = published(checkpoint);
    committed(checkpoint);
    return after;
  }

  std::unique_ptr<CheckpointCoordinator> coordinator_;
  int64_t now_ms_ = 0;
};

const Status kBroken = Status::IOError("broken");
const Status kFull = Status::CapacityError("disk full");
const Status kFenced = checkpoint_error(CheckpointErrorKind::kFenced, "taken over");
const Status kUnknown = checkpoint_error(CheckpointErrorKind::kUnknownOutcome, "who knows");

TEST_F(CheckpointCoordinatorTest, GoesFromTriggerToCommit) {
  EXPECT_EQ(tick(99), "");
  EXPECT_EQ(tick(100), "trigger 1");
  EXPECT_EQ(answer(1, 0), "");
  EXPECT_EQ(answer(1, 1), "write 1 1");
  EXPECT_EQ(written(1), "publish 1");
  EXPECT_EQ(published(1), "commit 1 at 1 | sweep");
  EXPECT_EQ(coordinator_->num_pending(), 1u);
  EXPECT_EQ(committed(1), "");
  EXPECT_EQ(coordinator_->num_pending(), 0u);
  EXPECT_EQ(coordinator_->num_completed(), 1);
}

TEST_F(CheckpointCoordinatorTest, NothingIsTriggeredWithoutAnInterval) {
  start({});
  EXPECT_EQ(tick(1'000'000), "");
  EXPECT_EQ(coordinator_->next_tick_ms(), std::nullopt);
}

TEST_F(CheckpointCoordinatorTest, AnswersOfOtherAttemptsAreDroppedAndCounted) {
  tick(100);
  EXPECT_EQ(answer(1, 0), "");
  EXPECT_EQ(answer(1, 1, {}, 2), "");
  EXPECT_EQ(answer(1, 0), "") << "an answer that comes twice is none either";
  EXPECT_EQ(coordinator_->num_foreign_answers(), 2);
  EXPECT_EQ(coordinator_->num_pending(), 0u);
  EXPECT_EQ(answer(1, 1), "write 1 1");
}

TEST_F(CheckpointCoordinatorTest, DueButFullIsSkippedCountedOnceAndMadeUpFor) {
  tick(100);
  EXPECT_EQ(tick(200), "");
  EXPECT_EQ(tick(300), "");
  EXPECT_EQ(coordinator_->num_skipped(), 1);
  EXPECT_EQ(run(1), "commit 1 at 1 | sweep | trigger 2");
}

TEST_F(CheckpointCoordinatorTest, TheMinimalPauseCountsFromTheCompletion) {
  start({.interval_ms = 100, .min_pause_ms = 150});
  tick(100);
  now_ms_ = 190;
  run(1);
  EXPECT_EQ(tick(200), "");
  EXPECT_EQ(coordinator_->next_tick_ms(), 340);
  EXPECT_EQ(tick(339), "");
  EXPECT_EQ(tick(340), "trigger 2");
}

TEST_F(CheckpointCoordinatorTest, SeveralInFlightArePublishedInTheirOrder) {
  start({.interval_ms = 100, .max_concurrent = 2});
  EXPECT_EQ(tick(100), "trigger 1");
  EXPECT_EQ(tick(200), "trigger 2");
  EXPECT_EQ(tick(300), "");
  answer(1, 1);
  EXPECT_EQ(answer(2, 1), "");
  EXPECT_EQ(answer(1, 0), "write 1 1");
  EXPECT_EQ(answer(2, 0), "") << "one manifest at a time";
  EXPECT_EQ(written(2), "") << "nobody asked for it";
  EXPECT_EQ(written(1), "publish 1");
  EXPECT_EQ(published(1), "commit 1 at 1 | sweep | write 2 1 2 | trigger 3");
  EXPECT_EQ(written(2), "publish 2");
  EXPECT_EQ(published(2), "commit 2 at 1 | sweep") << "3 began when 1 was the newest";
  EXPECT_EQ(run(3), "commit 3 at 1 | drop 1,2");
}

TEST_F(CheckpointCoordinatorTest, ALateOneIsAbortedAndItsCommittablesTravelOn) {
  start({.interval_ms = 100, .timeout_ms = 1'000, .tolerable_failures = 1});
  tick(100);
  answer(1, 1);
  EXPECT_EQ(coordinator_->next_tick_ms(), 200);
  EXPECT_EQ(tick(1'099), "");
  EXPECT_EQ(tick(1'100), "abort 1 | trigger 2");
  EXPECT_EQ(answer(1, 0), "") << "too late";
  answer(2, 0);
  EXPECT_EQ(answer(2, 1), "write 2 1 2");
  EXPECT_EQ(written(2), "publish 2");
  EXPECT_EQ(published(2), "commit 2 at 1 | sweep");
  EXPECT_EQ(coordinator_->num_failed(), 1);
}

TEST_F(CheckpointCoordinatorTest, WhatASinkPreparedForAnAbortedOneIsKeptWhenItComesLate) {
  start({.interval_ms = 100, .tolerable_failures = 5});
  tick(100);
  EXPECT_EQ(answer(1, 0, kBroken), "abort 1");
  EXPECT_EQ(answer(1, 1), "");
  EXPECT_EQ(tick(200), "trigger 2");
  answer(2, 0);
  EXPECT_EQ(answer(2, 1), "write 2 1 2");
}

TEST_F(CheckpointCoordinatorTest, AFailedAnswerKeepsItsCommittablesToo) {
  start({.interval_ms = 100, .tolerable_failures = 5});
  tick(100);
  EXPECT_EQ(answer(1, 1, kBroken), "abort 1");
  EXPECT_EQ(coordinator_->num_pending(), 1u);
}

TEST_F(CheckpointCoordinatorTest, FailuresBeyondTheTolerableEndTheJob) {
  start({.interval_ms = 100, .tolerable_failures = 1});
  EXPECT_EQ(tick(100), "trigger 1");
  EXPECT_EQ(answer(1, 0, kBroken), "abort 1");
  EXPECT_EQ(tick(200), "trigger 2");
  run(2);
  EXPECT_EQ(tick(300), "trigger 3");
  EXPECT_EQ(answer(3, 0, kBroken), "abort 3") << "the one that succeeded set the count back";
  EXPECT_EQ(tick(400), "trigger 4");
  EXPECT_EQ(answer(4, 0, kBroken), "abort 4 | fail: broken");
  EXPECT_EQ(tick(500), "");
}

TEST_F(CheckpointCoordinatorTest, AFullDiskNeverEndsTheJob) {
  for (int64_t checkpoint = 1; checkpoint <= 10; ++checkpoint) {
    const std::string id = std::to_string(checkpoint);
    EXPECT_EQ(tick(100 * checkpoint), "trigger " + id);
    EXPECT_EQ(answer(checkpoint, 0, kFull), "abort " + id);
  }
}

TEST_F(CheckpointCoordinatorTest, AManifestThatCannotBeWrittenAbortsItsCheckpoint) {
  start({.interval_ms = 100, .tolerable_failures = 1});
  tick(100);
  answer(1, 0);
  answer(1, 1);
  EXPECT_EQ(written(1, kBroken), "abort 1");
  EXPECT_EQ(published(1), "") << "never asked for";
  EXPECT_EQ(tick(200), "trigger 2");
  answer(2, 0);
  EXPECT_EQ(answer(2, 1), "write 2 1 2");
}

TEST_F(CheckpointCoordinatorTest, APublicationThatFailedAbortsAndNothingIsCommitted) {
  start({.interval_ms = 100, .tolerable_failures = 1});
  tick(100);
  answer(1, 0);
  answer(1, 1);
  written(1);
  EXPECT_EQ(published(1, kBroken), "abort 1");
  EXPECT_EQ(coordinator_->num_pending(), 1u);
}

TEST_F(CheckpointCoordinatorTest, FencedOrUnknownEndsTheJobAndRemovesNothing) {
  for (const Status& status : {kFenced, kUnknown}) {
    start({.interval_ms = 100, .tolerable_failures = 100});
    tick(100);
    answer(1, 0);
    answer(1, 1);
    written(1);
    EXPECT_EQ(published(1, status), "fail: " + status.message());
    EXPECT_EQ(tick(10'000), "");
  }
}

TEST_F(CheckpointCoordinatorTest, ATimeoutDoesNotTouchWhatIsBeingPublished) {
  tick(100);
  answer(1, 0);
  answer(1, 1);
  written(1);
  EXPECT_EQ(tick(100'000), "");
  EXPECT_EQ(published(1), "commit 1 at 1 | sweep | trigger 2");
}

TEST_F(CheckpointCoordinatorTest, UnansweredCommitsTravelInTheNextManifest) {
  tick(100);
  answer(1, 0);
  answer(1, 1);
  written(1);
  published(1);
  tick(200);
  answer(2, 0);
  EXPECT_EQ(answer(2, 1), "write 2 1 2");
  EXPECT_EQ(committed(1), "");
  written(2);
  EXPECT_EQ(published(2), "commit 2 at 1 | drop 1");
  EXPECT_EQ(committed(2), "");
  EXPECT_EQ(coordinator_->num_pending(), 0u);
}

TEST_F(CheckpointCoordinatorTest, AnAnswerToACommitSettlesNothingThatWasNotPublished) {
  tick(100);
  answer(1, 1);
  EXPECT_EQ(committed(1), "");
  EXPECT_EQ(coordinator_->num_pending(), 1u);
}

TEST_F(CheckpointCoordinatorTest, AFailedCommitIsRepeated) {
  tick(100);
  answer(1, 0);
  answer(1, 1);
  written(1);
  published(1);
  EXPECT_EQ(committed(1, kBroken), "");
  EXPECT_EQ(coordinator_->next_tick_ms(), 200);
  EXPECT_EQ(tick(200), "trigger 2");
  EXPECT_EQ(tick(1'099), "");
  EXPECT_EQ(tick(1'100), "commit 1 at 1");
  EXPECT_EQ(tick(1'101), "") << "told once a failure";
  EXPECT_EQ(committed(1), "");
  EXPECT_EQ(coordinator_->num_pending(), 0u);
}

TEST_F(CheckpointCoordinatorTest, RestoredCommittablesAreToldFirst) {
  coordinator_ = std::make_unique<CheckpointCoordinator>(
      CheckpointSettings{.interval_ms = 100},
      CheckpointCoordinator::Start{.attempt = 3,
                                   .next_checkpoint = 8,
                                   .num_tasklets = 2,
                                   .published = {7},
                                   .pending = {{1, {"sink", 0, 1, 6, "6"}}}});
  EXPECT_EQ(tick(0), "commit 7 at 1");
  EXPECT_EQ(tick(100), "trigger 8");
  answer(8, 0);
  EXPECT_EQ(answer(8, 1), "write 8 6 8");
  EXPECT_EQ(committed(7), "");
  EXPECT_EQ(coordinator_->num_pending(), 1u);
}

TEST_F(CheckpointCoordinatorTest, RetainsAsManyAsAskedFor) {
  start({.interval_ms = 100, .num_retained = 3});
  for (int64_t checkpoint = 1; checkpoint <= 3; ++checkpoint) {
    tick(100 * checkpoint);
    EXPECT_EQ(run(checkpoint), "commit " + std::to_string(checkpoint) + " at 1 | sweep");
  }
  tick(400);
  EXPECT_EQ(run(4), "commit 4 at 1 | drop 1");
}

TEST_F(CheckpointCoordinatorTest, WhatOneInFlightBuildsOnIsNotDropped) {
  start({.interval_ms = 100, .max_concurrent = 2});
  tick(100);
  run(1);
  EXPECT_EQ(tick(200), "trigger 2");
  EXPECT_EQ(tick(300), "trigger 3");
  EXPECT_EQ(run(2), "commit 2 at 1 | sweep") << "3 may use files of 1";
  EXPECT_EQ(run(3), "commit 3 at 1 | drop 1,2");
}

TEST_F(CheckpointCoordinatorTest, EndedTaskletsAreNotWaitedFor) {
  tick(100);
  EXPECT_EQ(answer(1, 1), "");
  EXPECT_EQ(done(0), "write 1 1");
  written(1);
  published(1);
  EXPECT_EQ(tick(200), "trigger 2");
  EXPECT_EQ(answer(2, 1), "write 2 1 2");
}

TEST_F(CheckpointCoordinatorTest, ASavepointIsCopiedAfterItsPublication) {
  EXPECT_EQ(request({.purpose = Purpose::kSavepoint, .savepoint_directory = "/s"}), "trigger 1");
  answer(1, 0);
  answer(1, 1);
  written(1);
  EXPECT_EQ(published(1), "commit 1 at 1 | savepoint 1 to /s | sweep");
  tick(100);
  run(2);
  EXPECT_EQ(tick(200), "trigger 3");
  EXPECT_EQ(run(3), "commit 3 at 1 | sweep") << "1 is still being copied";
  EXPECT_EQ(to_text(coordinator_->on_savepoint_written(1, {}, {})), "answer ok");
  EXPECT_EQ(to_text(coordinator_->on_savepoint_written(1, {}, {})), "");
  tick(300);
  EXPECT_EQ(run(4), "commit 4 at 1 | drop 1,2,3");
}

TEST_F(CheckpointCoordinatorTest, AFailedSavepointIsAnsweredAndCountsForNothing) {
  EXPECT_EQ(request({.savepoint_directory = "/s"}), "trigger 1");
  EXPECT_EQ(answer(1, 0, kBroken), "abort 1 | answer: broken");
  EXPECT_EQ(tick(100), "trigger 2");
}

TEST_F(CheckpointCoordinatorTest, ASavepointWaitsForRoom) {
  tick(100);
  EXPECT_EQ(request({.savepoint_directory = "/s"}), "");
  EXPECT_EQ(run(1), "commit 1 at 1 | sweep | trigger 2");
}

TEST_F(CheckpointCoordinatorTest, AStopTakesALastCheckpointAndWaitsForItsCommits) {
  tick(100);
  EXPECT_EQ(request({.purpose = Purpose::kStop, .savepoint_directory = "/s"}), "");
  EXPECT_EQ(request({.savepoint_directory = "/t"}),
            "answer: a job that is stopping takes no savepoint");
  EXPECT_EQ(run(1), "commit 1 at 1 | sweep | trigger 2 stop");
  EXPECT_EQ(tick(1'000), "") << "nothing begins behind it";
  answer(2, 0);
  answer(2, 1);
  written(2);
  EXPECT_EQ(published(2), "commit 2 at 1 | savepoint 2 to /s | drop 1");
  EXPECT_EQ(committed(2), "");
  EXPECT_EQ(to_text(coordinator_->on_savepoint_written(2, {}, {})), "answer ok | finish");
  EXPECT_EQ(tick(100'000), "");
}

TEST_F(CheckpointCoordinatorTest, AStopWithoutSavepointFinishesWithItsCommit) {
  EXPECT_EQ(request({.purpose = Purpose::kStop}), "trigger 1 stop");
  answer(1, 0);
  answer(1, 1);
  written(1);
  EXPECT_EQ(published(1), "commit 1 at 1 | sweep");
  EXPECT_EQ(committed(1, kBroken), "");
  EXPECT_EQ(tick(1'000), "commit 1 at 1");
  EXPECT_EQ(committed(1), "finish");
}

TEST_F(CheckpointCoordinatorTest, AStopThatFailsEndsTheJobWithItsReason) {
  EXPECT_EQ(request({.purpose = Purpose::kStop, .savepoint_directory = "/s"}), "trigger 1 stop");
  EXPECT_EQ(answer(1, 0, kBroken), "abort 1 | answer: broken | fail: broken");
}

TEST_F(CheckpointCoordinatorTest, TheEndOfTheInputIsALastCheckpoint) {
  done(0);
  EXPECT_EQ(request({.purpose = Purpose::kFinal}), "trigger 1 final");
  EXPECT_EQ(answer(1, 1), "write 1 1");
  EXPECT_EQ(written(1, kFull), "abort 1") << "a full disk only takes time";
  EXPECT_EQ(coordinator_->next_tick_ms(), 1'000);
  EXPECT_EQ(tick(1'000), "trigger 2 final");
  EXPECT_EQ(answer(2, 1), "write 2 1 2");
  EXPECT_EQ(written(2), "publish 2");
  EXPECT_EQ(published(2), "commit 2 at 1 | sweep");
  EXPECT_EQ(committed(2), "finish");
}

}  // namespace
}  // namespace hw
