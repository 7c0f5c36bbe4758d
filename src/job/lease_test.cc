// SPDX-License-Identifier: Apache-2.0

#include "job/lease.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "job/checkpoint_error.h"
#include "job/lease_watch.h"
#include "testkit/memory_objects.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

using Verdict = LeaseWatch::Verdict;

struct WatchCase {
  const char* what;
  bool standby;
  std::vector<LeaseObservation> seen;
  std::vector<Verdict> verdicts;
};

LeaseObservation seen(int64_t now_ms, int64_t attempt, bool locked, int64_t record,
                      int64_t heartbeat) {
  return {.now_ms = now_ms,
          .attempt = attempt,
          .locked = locked,
          .record_number = record,
          .heartbeat_ns = heartbeat};
}

TEST(LeaseWatchTest, DecidesByLockAndSignsOfLife) {
  constexpr auto kTake = Verdict::kTake, kWait = Verdict::kWait, kRefuse = Verdict::kRefuse;
  const std::vector<WatchCase> cases = {
      {"nobody ever had it", false, {seen(0, 0, false, 0, 0)}, {kTake}},
      {"the holder died", false, {seen(0, 3, false, 9, 50)}, {kTake}},
      {"the holder died, standby", true, {seen(0, 3, false, 9, 50)}, {kTake}},
      {"a heartbeat refuses",
       false,
       {seen(0, 3, true, 9, 50), seen(200, 3, true, 9, 51)},
       {kWait, kRefuse}},
      {"a heartbeat that goes back is one too",
       false,
       {seen(0, 3, true, 9, 50), seen(200, 3, true, 9, 20)},
       {kWait, kRefuse}},
      {"a record is a sign of life",
       false,
       {seen(0, 3, true, 9, 50), seen(200, 3, true, 10, 50)},
       {kWait, kRefuse}},
      {"somebody else took it meanwhile",
       false,
       {seen(0, 3, true, 9, 50), seen(200, 4, true, 10, 60)},
       {kWait, kRefuse}},
      {"standby waits for as long as it lives",
       true,
       {seen(0, 3, true, 9, 50), seen(9'999, 3, true, 9, 51), seen(19'998, 3, true, 9, 51),
        seen(19'999, 3, true, 9, 51)},
       {kWait, kWait, kWait, kTake}},
      {"stale by our own clock, whatever the heartbeat's",
       false,
       {seen(5, 3, true, 9, 0), seen(10'004, 3, true, 9, 0), seen(10'005, 3, true, 9, 0)},
       {kWait, kWait, kTake}},
      {"it dies while we wait",
       true,
       {seen(0, 3, true, 9, 50), seen(200, 3, true, 9, 51), seen(400, 3, false, 9, 51)},
       {kWait, kWait, kTake}},
  };
  for (const WatchCase& test : cases) {
    LeaseWatch watch(10'000, test.standby);
    std::vector<Verdict> verdicts;
    for (const LeaseObservation& look : test.seen) verdicts.push_back(watch.on(look));
    EXPECT_EQ(verdicts, test.verdicts) << test.what;
  }
}

enum class Place { kDisk, kObjects };

// A fresh directory and processes that share it: each Lease is one.
class LeaseTest : public testing::TestWithParam<Place> {
 protected:
  LeaseTest() {
    env_.set_object_store([this] { return objects_; });
    directory_ = "s3://bucket/job";
    if (GetParam() == Place::kDisk) {
      directory_ = testing::TempDir() + "lease_test_" + std::to_string(::getpid()) + "_" +
                   std::to_string(real_env().random("directory").next()) +
                   std::to_string(num_directories++);
    }
    files_ = open_checkpoint_files(env_, directory_).ValueOrDie();
  }

  std::unique_ptr<Lease> take() { return Lease::take(env_, files_, {}).ValueOrDie(); }
  static Status publish(Lease& lease, int64_t checkpoint) {
    return lease.publish({.checkpoint = checkpoint,
                          .manifest = "checkpoint-" + std::to_string(checkpoint),
                          .digest = digest_of(std::to_string(checkpoint)),
                          .sinks = {"sink"}});
  }
  std::vector<int64_t> lineage() {
    std::vector<int64_t> checkpoints;
    for (const LeaseRecord& record : read_lease_chain(*files_)->lineage()) {
      checkpoints.push_back(record.checkpoint);
    }
    return checkpoints;
  }
  // Overwrites a byte in the middle of a file.
  void damage(const std::string& name) {
    std::string bytes = files_->read(name, 1 << 20).ValueOrDie();
    bytes[bytes.size() / 2] ^= 1;
    ASSERT_TRUE(files_->remove(name).ok());
    ASSERT_TRUE(files_->put_new(name, bytes).ok());
  }

  static inline int num_directories = 0;
  VirtualEnv env_;
  const std::shared_ptr<MemoryObjects> objects_ = std::make_shared<MemoryObjects>();
  std::string directory_;
  std::shared_ptr<CheckpointFiles> files_;
};

INSTANTIATE_TEST_SUITE_P(Places, LeaseTest, testing::Values(Place::kDisk, Place::kObjects));

using Checkpoints = std::vector<int64_t>;

TEST_P(LeaseTest, RecordsReadBack) {
  const LeaseRecord record = {.kind = LeaseRecord::Kind::kPublish,
                              .number = 7,
                              .floor = 5,
                              .attempt = 3,
                              .generation = 2,
                              .checkpoint = 9,
                              .manifest = "checkpoint-9",
                              .digest = digest_of("9"),
                              .origin = "/savepoints/a",
                              .sinks = {"one", "two"},
                              .host = "here",
                              .process_id = 17,
                              .wall_ms = 1234};
  const std::string bytes = encode(record);
  EXPECT_EQ(*decode_lease_record(bytes), record);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] ^= 0x20;
    EXPECT_TRUE(decode_lease_record(damaged).status().IsSerializationError()) << i;
    EXPECT_FALSE(decode_lease_record(std::string_view(bytes).substr(0, i)).ok()) << i;
  }
}

TEST_P(LeaseTest, EachTakeIsAnAttempt) {
  const auto first = take();
  const int64_t generation = first->generation();
  EXPECT_EQ(first->attempt(), 1);
  EXPECT_GE(generation, 1);
  EXPECT_EQ(take()->attempt(), 2);
  auto third = take();
  EXPECT_EQ(third->attempt(), 3);
  EXPECT_EQ(third->generation(), generation);
  EXPECT_TRUE(publish(*third, 1).ok());
  EXPECT_TRUE(publish(*third, 2).ok());
  EXPECT_EQ(lineage(), Checkpoints({1, 2}));
}

TEST_P(LeaseTest, ALivingHolderIsNamed) {
  auto holder = take();
  LeaseOptions options;
  // As if time passed in the other process: its heartbeat moves.
  options.cancelled = [&] {
    EXPECT_TRUE(holder->renew().ok());
    return false;
  };
  const Status status = Lease::take(env_, files_, options).status();
  EXPECT_EQ(checkpoint_error_of(status), CheckpointErrorKind::kHeld);
  EXPECT_EQ(status.message(), "one process at a time runs the job in '" + directory_ +
                                  "', but process 0 on localhost (attempt 1) does: stop it, or "
                                  "wait for its end with --standby");
}

TEST_P(LeaseTest, AStalledHolderIsFencedWhenItWakes) {
  auto sleeper = take();
  EXPECT_TRUE(publish(*sleeper, 1).ok());
  const int64_t before_ms = env_.wall_ms();
  auto next = take();
  EXPECT_GE(env_.wall_ms() - before_ms, kLeaseTimeoutDefaultMs);
  EXPECT_EQ(next->attempt(), 2);
  EXPECT_TRUE(is_fenced(publish(*sleeper, 2)));
  EXPECT_TRUE(is_fenced(sleeper->renew()));
  EXPECT_TRUE(is_fenced(sleeper->start_from({})));
  EXPECT_TRUE(publish(*next, 2).ok());
  EXPECT_TRUE(next->renew().ok());
  EXPECT_EQ(lineage(), Checkpoints({1, 2}));
}

TEST_P(LeaseTest, TheDeathOfASleeperDoesNotFreeTheNext) {
  auto sleeper = take();
  auto next = take();
  sleeper.reset();
  LeaseOptions options;
  std::string said;
  options.on_wait = [&](const std::string& text) { said = text; };
  options.cancelled = [&] {
    EXPECT_TRUE(next->renew().ok());
    return false;
  };
  EXPECT_EQ(checkpoint_error_of(Lease::take(env_, files_, options).status()),
            CheckpointErrorKind::kHeld);
  EXPECT_TRUE(said.starts_with("waits for a sign of life of process ")) << said;
}

TEST_P(LeaseTest, StandbyTakesOverSoonAfterTheHolderDies) {
  auto holder = take();
  int looks = 0;
  int waits = 0;
  int64_t died_ms = 0;
  LeaseOptions options = {.standby = true};
  options.on_wait = [&](const std::string& text) {
    ++waits;
    EXPECT_TRUE(text.starts_with("stands by: process ")) << text;
  };
  options.cancelled = [&] {
    if (++looks < 100) {
      EXPECT_TRUE(holder->renew().ok());
    } else if (looks == 100) {
      holder.reset();
      died_ms = env_.wall_ms();
    }
    return false;
  };
  auto next = Lease::take(env_, files_, options).ValueOrDie();
  EXPECT_EQ(next->attempt(), 2);
  EXPECT_EQ(waits, 1);
  EXPECT_LE(env_.wall_ms() - died_ms, 3'000);
}

TEST_P(LeaseTest, WaitingCanBeCancelled) {
  auto holder = take();
  LeaseOptions options = {.standby = true};
  int looks = 0;
  options.cancelled = [&] { return ++looks > 3; };
  EXPECT_TRUE(Lease::take(env_, files_, options).status().IsCancelled());
}

TEST_P(LeaseTest, GoingOnFromAnOlderOneAbandonsTheNewer) {
  auto lease = take();
  for (const int64_t checkpoint : {1, 2, 3}) EXPECT_TRUE(publish(*lease, checkpoint).ok());
  lease.reset();
  lease = take();
  EXPECT_TRUE(
      lease->start_from({.generation = 1, .checkpoint = 2, .manifest = "checkpoint-2"}).ok());
  EXPECT_EQ(lineage(), Checkpoints({1, 2}));
  EXPECT_TRUE(publish(*lease, 4).ok());
  EXPECT_EQ(lineage(), Checkpoints({1, 2, 4}));
  EXPECT_EQ(read_lease_chain(*files_)->newest_checkpoint(), 4);
}

TEST_P(LeaseTest, AnOriginHoldsUntilSomethingIsPublished) {
  auto lease = take();
  EXPECT_TRUE(publish(*lease, 1).ok());
  EXPECT_TRUE(lease->start_from({.generation = 2, .origin = "/savepoints/a"}).ok());
  EXPECT_EQ(lineage(), Checkpoints());
  lease.reset();
  lease = take();
  EXPECT_EQ(lease->generation(), 2);
  EXPECT_EQ(read_lease_chain(*files_)->origin(), "/savepoints/a");
  EXPECT_TRUE(publish(*lease, 2).ok());
  lease.reset();
  lease = take();
  EXPECT_EQ(read_lease_chain(*files_)->origin(), "");
  EXPECT_EQ(lineage(), Checkpoints({2}));
}

TEST_P(LeaseTest, OldRecordsGoOnceANewerOneDeclaresThemVoid) {
  auto lease = take();
  for (const int64_t checkpoint : {1, 2, 3}) EXPECT_TRUE(publish(*lease, checkpoint).ok());
  EXPECT_TRUE(lease->forget_before(3).ok());
  EXPECT_EQ(lineage(), Checkpoints({1, 2, 3}));
  EXPECT_TRUE(publish(*lease, 4).ok());
  EXPECT_EQ(lineage(), Checkpoints({3, 4}));
  EXPECT_TRUE(lease->forget_before(3).ok());
  EXPECT_FALSE(files_->read(lease_record_name(3), 1000).ok());
  EXPECT_TRUE(files_->read(lease_record_name(4), 1000).ok());
  EXPECT_TRUE(read_lease_chain(*files_)->damaged.empty());
  lease.reset();
  lease = take();
  EXPECT_EQ(lineage(), Checkpoints({3, 4}));
  EXPECT_TRUE(lease->forget_before(4).ok());
  EXPECT_TRUE(publish(*lease, 5).ok());
  EXPECT_EQ(lineage(), Checkpoints({4, 5}));
}

TEST_P(LeaseTest, ASleeperWinsNothingInAPlaceThatWasFreed) {
  auto sleeper = take();
  auto next = take();
  for (const int64_t checkpoint : {1, 2, 3}) EXPECT_TRUE(publish(*next, checkpoint).ok());
  EXPECT_TRUE(next->forget_before(3).ok());
  EXPECT_TRUE(publish(*next, 4).ok());
  EXPECT_TRUE(next->forget_before(3).ok());
  EXPECT_FALSE(files_->read(lease_record_name(2), 1000).ok()) << "the sleeper's next place";
  EXPECT_TRUE(is_fenced(publish(*sleeper, 9)));
  EXPECT_EQ(lineage(), Checkpoints({3, 4}));
}

TEST_P(LeaseTest, DamagedRecordsAreToldAndNeverReused) {
  auto lease = take();
  for (const int64_t checkpoint : {1, 2}) EXPECT_TRUE(publish(*lease, checkpoint).ok());
  lease.reset();
  damage(lease_record_name(3));
  const LeaseChain chain = read_lease_chain(*files_).ValueOrDie();
  ASSERT_EQ(chain.damaged.size(), 1u);
  EXPECT_EQ(chain.damaged[0].number, 3);
  EXPECT_EQ(chain.newest_number, 3);
  EXPECT_EQ(lineage(), Checkpoints({1}));
  lease = take();
  EXPECT_GT(lease->attempt(), 2);
  EXPECT_TRUE(publish(*lease, 5).ok());
  ASSERT_TRUE(files_->remove(lease_record_name(2)).ok());
  EXPECT_EQ(read_lease_chain(*files_)->damaged.size(), 2u) << "one damaged, one missing";
}

// Found by simulation (tests/sim/scenarios/unreadable_lease.scenario): the record that was written
// all the same said that there was no checkpoint, and the next process believed it.
TEST_P(LeaseTest, AChainThatHidesAPublicationIsNotTaken) {
  auto lease = take();
  EXPECT_TRUE(files_->put_new("checkpoint-000000000001-1", "x").ok());
  EXPECT_TRUE(lease->publish({.checkpoint = 1, .manifest = "checkpoint-000000000001-1"}).ok());
  lease.reset();
  damage(lease_record_name(2));
  EXPECT_EQ(checkpoint_error_of(Lease::take(env_, files_, {}).status()),
            CheckpointErrorKind::kNothingValid);
  EXPECT_EQ(read_lease_chain(*files_)->newest_number, 2) << "nothing was written";
  EXPECT_TRUE(Lease::take(env_, files_, {.elsewhere = true}).ok());
}

// Found by simulation (tests/sim/scenarios/restore-dies-over-damage.scenario): the record of a
// process that was to restore a savepoint, and died before it did, made an unreadable chain one
// without checkpoints.
TEST_P(LeaseTest, WhoDiesBeforeItBeginsElsewhereLeavesTheDamage) {
  auto lease = take();
  EXPECT_TRUE(publish(*lease, 1).ok());
  lease.reset();
  for (const int64_t number : {1, 2}) damage(lease_record_name(number));
  lease = Lease::take(env_, files_, {.elsewhere = true}).ValueOrDie();
  lease.reset();
  EXPECT_EQ(checkpoint_error_of(Lease::take(env_, files_, {}).status()),
            CheckpointErrorKind::kNothingValid);

  lease = Lease::take(env_, files_, {.elsewhere = true}).ValueOrDie();
  EXPECT_TRUE(lease->start_from({.generation = 7, .origin = "/save/one"}).ok());
  lease.reset();
  EXPECT_EQ(take()->chain().origin(), "/save/one") << "what is gone on from is known again";
  EXPECT_TRUE(read_lease_chain(*files_)->damaged.empty());
}

TEST_P(LeaseTest, CheckpointsWithoutAnyRecordAreNotStartedOver) {
  ASSERT_TRUE(files_->put_new("checkpoint-000000000001-1", "x").ok());
  EXPECT_EQ(checkpoint_error_of(Lease::take(env_, files_, {}).status()),
            CheckpointErrorKind::kNothingValid);
  EXPECT_EQ(Lease::take(env_, files_, {.fresh = true}).ValueOrDie()->attempt(), 1);
}

TEST_P(LeaseTest, FoldersOfJobsAreSafeNames) {
  EXPECT_EQ(job_folder("counts per word"), "counts%20per%20word");
  EXPECT_EQ(job_folder("../a"), "%2E.%2Fa");
  EXPECT_EQ(job_folder("a,b.c"), "a%2Cb.c");
  EXPECT_EQ(job_folder(std::string(1000, 'x')).size(), 233u);
}

/// Leases on an object store whose requests or answers are lost.
class LostAnswerTest : public LeaseTest {};

INSTANTIATE_TEST_SUITE_P(Objects, LostAnswerTest, testing::Values(Place::kObjects));

TEST_P(LostAnswerTest, APublicationThatMayStillArriveIsNotTakenForAbsent) {
  auto lease = take();
  objects_->on_put = [](const std::string&) { return MemoryObjects::Fault::kLostRequest; };
  EXPECT_EQ(checkpoint_error_of(publish(*lease, 1)), CheckpointErrorKind::kUnknownOutcome);
  objects_->on_put = nullptr;
  lease.reset();
  // Whoever comes next occupies its number.
  const auto next = take();
  EXPECT_EQ(files_->put_new(lease_record_name(2), "late").code(), arrow::StatusCode::AlreadyExists);
  EXPECT_EQ(lineage(), Checkpoints());
  EXPECT_TRUE(publish(*next, 2).ok());
  EXPECT_EQ(lineage(), Checkpoints({2}));
}

TEST_P(LostAnswerTest, APublicationWhoseAnswerWasLostIsGoneOnFrom) {
  auto lease = take();
  objects_->on_put = [](const std::string&) { return MemoryObjects::Fault::kLostAnswer; };
  EXPECT_EQ(checkpoint_error_of(publish(*lease, 1)), CheckpointErrorKind::kUnknownOutcome);
  objects_->on_put = nullptr;
  lease.reset();
  take();
  EXPECT_EQ(lineage(), Checkpoints({1}));
}

TEST_P(LostAnswerTest, AHolderWhoWasKilledIsReplacedOnceItsHeartbeatStandsStill) {
  auto killed = take();
  // Its lock stays behind: nobody is there to remove it.
  ASSERT_TRUE(files_->modified_ns("lease/lock-1").ok());
  const int64_t before_ms = env_.wall_ms();
  EXPECT_EQ(take()->attempt(), 2);
  EXPECT_GE(env_.wall_ms() - before_ms, kLeaseTimeoutDefaultMs);
  EXPECT_LE(env_.wall_ms() - before_ms, kLeaseTimeoutDefaultMs + 2'000);
}

TEST_P(LostAnswerTest, AHolderWhoEndedCleanlyIsReplacedAtOnce) {
  take();
  const int64_t before_ms = env_.wall_ms();
  EXPECT_EQ(take()->attempt(), 2);
  EXPECT_EQ(env_.wall_ms(), before_ms);
}

}  // namespace
}  // namespace hw
