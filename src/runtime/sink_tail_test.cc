// SPDX-License-Identifier: Apache-2.0

#include "runtime/sink_tail.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "runtime/barrier_answers.h"
#include "runtime/partitioned_sink.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

/// What its writer does is written down; the test says whether there is room.
struct Diary {
  std::vector<std::string> lines;
  bool room = true;
  int num_committables = 0;
  /// How many commits find room.
  int commits_left = 0;
  bool together = false;
};

class DiarySink final : public PartitionedSink {
 public:
  explicit DiarySink(Diary& diary) : diary_(diary) {}
  Guarantee guarantee() const override { return Guarantee::kExactlyOnce; }
  Description describe() const override { return {.name = "Diary", .details = {}}; }
  int writers_max() const override { return 4; }
  bool commits_together() const override { return diary_.together; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext&) override {
    return std::make_unique<Writer>(diary_);
  }

 private:
  class Writer final : public PartitionedWriter {
   public:
    explicit Writer(Diary& diary) : diary_(diary) {}
    Status write(const Batch&) override { return note("row"); }
    Status on_watermark(int64_t ms) override { return note("wm " + std::to_string(ms)); }
    Status on_end() override { return note("end"); }
    Result<bool> has_room() override { return diary_.room; }
    Status flush() override {
      return diary_.room ? Status::OK() : Status::CapacityError("no space");
    }
    Result<std::vector<Committable>> prepare(int64_t checkpoint) override {
      if (!diary_.room) return Status::CapacityError("no space");
      HW_TRY(note("prepare " + std::to_string(checkpoint)));
      std::vector<Committable> committables;
      for (int i = 0; i < diary_.num_committables; ++i) committables.push_back(std::to_string(i));
      return committables;
    }
    Status commit(const Committable& committable) override {
      if (diary_.commits_left-- <= 0) return Status::CapacityError("no space");
      return note("commit " + committable);
    }
    Status commit_epoch(std::span<const Committable> committables) override {
      if (diary_.commits_left-- <= 0) return Status::CapacityError("no space");
      std::string line = "commit";
      for (const Committable& committable : committables) line += " " + committable;
      return note(line);
    }

   private:
    Status note(std::string line) {
      diary_.lines.push_back(std::move(line));
      return Status::OK();
    }
    Diary& diary_;
  };
  Diary& diary_;
};

class SinkTailTest : public ::testing::Test {
 protected:
  SinkTailTest() { open(0); }
  void open(int subtask) {
    tail_ = std::make_unique<SinkTail>(SinkTailParts{
        .sink = std::make_shared<DiarySink>(diary_),
        .context =
            {.env = &env_, .memory_pool = env_.memory_pool(), .subtask = subtask, .sink = "t"},
        .metrics = std::make_shared<OperatorMetrics>("sink", "Diary", 0, 0),
        .answers = &answers_,
        .on_prepared = [this] { diary_.lines.push_back("prepared"); }});
    EXPECT_TRUE(tail_->open().ok());
  }
  Status row() {
    return tail_->on_batch(-1, 0, parse_batch(*parse_schema("a INT"), "+ 1").ValueOrDie());
  }
  using Lines = std::vector<std::string>;

  VirtualEnv env_;
  Diary diary_;
  BarrierAnswers answers_{[this](BarrierAnswer answer) {
    diary_.lines.push_back("answer " + std::to_string(answer.checkpoint));
  }};
  std::unique_ptr<SinkTail> tail_;
};

TEST_F(SinkTailTest, TheWriterHearsOfWatermarksAndOfTheEnd) {
  ASSERT_TRUE(tail_->on_control(-1, Watermark{5}).ok());
  ASSERT_TRUE(row().ok());
  ASSERT_TRUE(tail_->on_control(-1, End{}).ok());
  EXPECT_EQ(diary_.lines, (Lines{"wm 5", "row", "end", "prepared"}));
}

TEST_F(SinkTailTest, TheBarrierThatStopsTheJobIsTheEnd) {
  ASSERT_TRUE(
      tail_->on_control(-1, Barrier{.id = 3, .kind = BarrierKind::kStopWithSavepoint}).ok());
  EXPECT_EQ(diary_.lines, (Lines{"end", "prepare 3", "answer 3"}));
}

TEST_F(SinkTailTest, WithoutRoomRowsWaitAndSoDoBarriers) {
  diary_.room = false;
  ASSERT_TRUE(row().ok());
  EXPECT_FALSE(tail_->has_room());
  EXPECT_NE(env_.stderr_text().find("sink 't' has no room"), std::string::npos);
  EXPECT_EQ(tail_->drain().ValueOrDie(), ChainTail::Room::kWaiting);
  ASSERT_TRUE(tail_->on_control(-1, Barrier{.id = 1}).ok());
  ASSERT_TRUE(tail_->on_control(-1, End{}).ok());
  EXPECT_EQ(tail_->drain().ValueOrDie(), ChainTail::Room::kWaiting);
  EXPECT_EQ(diary_.lines, (Lines{"row"}));
  diary_.room = true;
  ASSERT_TRUE(tail_->drain().ok());
  EXPECT_TRUE(tail_->has_room());
  EXPECT_EQ(diary_.lines, (Lines{"row", "prepare 1", "answer 1", "end", "prepared"}));
}

TEST_F(SinkTailTest, ABarrierThatFindsNoRoomIsAnsweredWhenThereIsSome) {
  ASSERT_TRUE(row().ok());
  diary_.room = false;
  ASSERT_TRUE(tail_->on_control(-1, Barrier{.id = 1}).ok());
  EXPECT_FALSE(tail_->has_room());
  diary_.room = true;
  EXPECT_EQ(tail_->drain().ValueOrDie(), ChainTail::Room::kFree);
  EXPECT_EQ(diary_.lines, (Lines{"row", "prepare 1", "answer 1"}));
}

TEST_F(SinkTailTest, ACommitThatFindsNoRoomGoesOnWhenThereIsSome) {
  diary_.num_committables = 2;
  diary_.commits_left = 1;
  ASSERT_TRUE(row().ok());
  ASSERT_TRUE(tail_->on_control(-1, Barrier{.id = 1}).ok());
  ASSERT_TRUE(tail_->on_commit({.up_to = 1, .last = false}).ok());
  EXPECT_FALSE(tail_->has_room());
  EXPECT_NE(env_.stderr_text().find("sink 't' has no room"), std::string::npos);
  EXPECT_EQ(tail_->drain().ValueOrDie(), ChainTail::Room::kWaiting);
  EXPECT_EQ(diary_.lines, (Lines{"row", "prepare 1", "answer 1", "commit 0"}));
  diary_.commits_left = 1;
  EXPECT_EQ(tail_->drain().ValueOrDie(), ChainTail::Room::kFree);
  EXPECT_EQ(diary_.lines, (Lines{"row", "prepare 1", "answer 1", "commit 0", "commit 1"}));
}

TEST_F(SinkTailTest, WhatAPauseFindsNoRoomForIsTriedAgain) {
  ASSERT_TRUE(row().ok());
  diary_.room = false;
  ASSERT_TRUE(tail_->on_quiet().ok());
  EXPECT_FALSE(tail_->has_room());
  diary_.room = true;
  EXPECT_EQ(tail_->drain().ValueOrDie(), ChainTail::Room::kFree);
}

TEST_F(SinkTailTest, TheLastBarrierWaitsForRoomToo) {
  ASSERT_TRUE(row().ok());
  ASSERT_TRUE(tail_->on_control(-1, End{}).ok());
  diary_.room = false;
  ASSERT_TRUE(tail_->on_barrier_under_way(Barrier{.id = 2}).ok());
  EXPECT_EQ(tail_->drain().ValueOrDie(), ChainTail::Room::kWaiting);
  EXPECT_EQ(diary_.lines, (Lines{"row", "end", "prepared"}));
  diary_.room = true;
  ASSERT_TRUE(tail_->drain().ok());
  EXPECT_EQ(diary_.lines, (Lines{"row", "end", "prepared", "prepare 2", "answer 2"}));
}

TEST_F(SinkTailTest, OneInstanceCommitsAnEpochForAll) {
  diary_ = {.num_committables = 1, .commits_left = 2, .together = true};
  open(0);
  ASSERT_TRUE(tail_->on_control(-1, Barrier{.id = 1}).ok());
  ASSERT_TRUE(tail_->on_control(-1, Barrier{.id = 2}).ok());
  ASSERT_TRUE(tail_->on_control(-1, Barrier{.id = 3}).ok());
  diary_.lines.clear();
  ASSERT_TRUE(
      tail_->on_commit({.up_to = 2, .last = false, .of_others = {{1, "x"}, {2, "y"}, {2, "z"}}})
          .ok());
  EXPECT_EQ(diary_.lines, (Lines{"commit 0 x", "commit 0 y z"}));
}

TEST_F(SinkTailTest, WhatOthersPreparedIsKeptWhileTheDiskIsFull) {
  diary_ = {.num_committables = 0, .commits_left = 0, .together = true};
  open(0);
  ASSERT_TRUE(tail_->on_control(-1, Barrier{.id = 1}).ok());
  diary_.lines.clear();
  ASSERT_TRUE(tail_->on_commit({.up_to = 1, .last = false, .of_others = {{1, "x"}}}).ok());
  EXPECT_FALSE(tail_->has_room());
  diary_.commits_left = 1;
  ASSERT_TRUE(tail_->drain().ok());
  EXPECT_EQ(diary_.lines, (Lines{"commit x"}));
}

TEST_F(SinkTailTest, TheOtherInstancesCommitNothing) {
  diary_ = {.num_committables = 1, .commits_left = 5, .together = true};
  open(1);
  ASSERT_TRUE(tail_->on_control(-1, Barrier{.id = 1}).ok());
  ASSERT_TRUE(tail_->on_commit({.up_to = 1, .last = true}).ok());
  EXPECT_EQ(diary_.lines, (Lines{"prepare 1", "answer 1"}));
  EXPECT_TRUE(tail_->done());
}

}  // namespace
}  // namespace hw
