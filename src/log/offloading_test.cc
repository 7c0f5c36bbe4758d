// SPDX-License-Identifier: Apache-2.0

#include "log/offloading.h"

#include <string>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "log/retention.h"
#include "log/scratch_topic.h"
#include "log/topic_verification.h"
#include "testkit/faulty_env.h"

namespace hw {
namespace {

class OffloadingTest : public testing::Test {
 protected:
  void create(TopicOptions options = {}) {
    directory_.clear();
    options.segment_bytes = 4096;
    options.offload_path = directory_.path() + "/old";
    options.offload_after_ms = 20'000;
    ASSERT_TRUE(create_topic(env_, directory_.path(),
                             {.name = "t", .schema = scratch_schema(), .options = options})
                    .ok());
    writer_ = *TopicWriter::open(env_, scratch_writer(directory_.path(), {0}));
    next_ = 0;
    expected_.clear();
  }
  /// A commit of one row every second.
  void write(int64_t count) {
    for (int64_t n = 0; n < count; ++n) {
      env_.advance_ms(1000);
      ASSERT_TRUE(writer_->append(0, scratch_rows(next_, 1), {}).ok());
      const std::string token = *writer_->prepare(writer_->settled_epoch() + 1);
      ASSERT_TRUE(writer_->commit({&token, 1}).ok());
      const std::string number = std::to_string(next_++);
      expected_ += (expected_.empty() ? "" : " ") + number + ":" + number;
    }
  }
  std::unique_ptr<Topic> topic() { return *Topic::open(env_, directory_.path(), "t"); }
  size_t num_files(const std::string& folder) const {
    arrow::fs::FileSelector selector;
    selector.base_dir = folder;
    selector.recursive = true;
    selector.allow_not_found = true;
    size_t count = 0;
    for (const auto& entry : *real_env().locate("/")->files->GetFileInfo(selector)) {
      count += entry.IsFile() && entry.extension() != "lock" ? 1 : 0;
    }
    return count;
  }
  /// Of pieces that are here, or that were moved.
  static size_t num_needed(const Topic& topic, bool moved) {
    size_t count = 0;
    for (const Piece& piece : topic.state().partitions[0].pieces) {
      if (piece.location.empty() != moved) count += piece.indexed ? 2 : 1;
    }
    return count;
  }
  void expect_tidy(const Topic& topic) const {
    EXPECT_EQ(num_files(directory_.path() + "/t/p00000"), num_needed(topic, false));
    EXPECT_EQ(num_files(directory_.path() + "/old"), num_needed(topic, true));
  }

  VirtualEnv env_{1'000'000};
  ScratchDirectory directory_;
  std::unique_ptr<TopicWriter> writer_;
  int64_t next_ = 0;
  std::string expected_;
};

TEST_F(OffloadingTest, OldPiecesLieElsewhereAndAreReadAsBefore) {
  create();
  write(60);
  const auto lagging = topic();
  const auto reader = *TopicReader::open(*lagging, {.first_offset = 10});
  const auto seen = topic();
  EXPECT_GT(clean(*seen)->num_offloaded, 2);
  EXPECT_EQ(*scratch_read(*seen, 0), expected_);
  EXPECT_EQ((*reader->next())->first_offset, 10);
  expect_tidy(*seen);
  EXPECT_TRUE(verify_topic(env_, directory_.path(), "t")->damage.empty());
  EXPECT_EQ(clean(*seen)->num_offloaded, 0);
  // A writer that begins anew goes on behind it.
  writer_ = nullptr;
  writer_ = *TopicWriter::open(env_, scratch_writer(directory_.path(), {0}, 2));
  write(60);
  EXPECT_GT(clean(*seen)->num_offloaded, 2);
  EXPECT_EQ(*scratch_read(*topic(), 0), expected_);
  expect_tidy(*seen);
}

TEST_F(OffloadingTest, AFolderThatIsNotThereIsNamedAndIsNoDamage) {
  create();
  write(60);
  const auto seen = topic();
  ASSERT_GT(clean(*seen)->num_offloaded, 0);
  const auto files = real_env().locate("/")->files;
  ASSERT_TRUE(files->Move(directory_.path() + "/old", directory_.path() + "/away").ok());
  const Status missing = scratch_read(*seen, 0).status();
  EXPECT_TRUE(missing.IsIOError()) << missing.ToString();
  EXPECT_NE(missing.message().find("is missing, where 'offload.path' has moved it to"),
            std::string::npos)
      << missing.message();
  ASSERT_TRUE(files->Move(directory_.path() + "/away", directory_.path() + "/old").ok());
  EXPECT_EQ(*scratch_read(*seen, 0), expected_);
}

TEST_F(OffloadingTest, RetentionRemovesWhatLiesElsewhere) {
  create({.retention_ms = 50'000});
  write(60);
  const auto seen = topic();
  ASSERT_GT(clean(*seen)->num_offloaded, 0);
  env_.advance_ms(40'000);
  ASSERT_GT(clean(*seen)->num_pieces, 2);
  const int64_t start = seen->state().partitions[0].start_offset;
  EXPECT_TRUE(scratch_read(*seen, 0, start)->starts_with(std::to_string(start) + ":"));
  expect_tidy(*seen);
}

TEST_F(OffloadingTest, CompactionRewritesWhatLiesElsewhere) {
  create({.cleanup_delete = false, .cleanup_compact = true, .min_dirty_ratio = 0, .key = {"n"}});
  for (int round = 0; round < 3; ++round) {
    write(60);
    const auto seen = topic();
    ASSERT_TRUE(clean(*seen).ok());
    EXPECT_EQ(*scratch_read(*seen, 0), expected_);
    expect_tidy(*seen);
    EXPECT_GT(num_needed(*seen, true), 0U);
  }
}

TEST_F(OffloadingTest, AnotherFileInTheWayIsNotTakenForACopy) {
  create();
  write(60);
  const auto seen = topic();
  ASSERT_GT(clean(*seen)->num_offloaded, 0);
  const std::string location = seen->state().partitions[0].pieces[0].location;
  const auto files = real_env().locate("/")->files;
  std::string next;
  for (const Piece& piece : seen->state().partitions[0].pieces) {
    if (next.empty() && piece.location.empty()) next = piece.segment.file_name();
  }
  const auto out = *files->OpenOutputStream(location + "/" + next);
  ASSERT_TRUE(out->Write("something else").ok());
  ASSERT_TRUE(out->Close().ok());
  write(60);
  EXPECT_TRUE(clean(*seen).status().IsAlreadyExists());
  EXPECT_EQ(*scratch_read(*topic(), 0), expected_);
}

TEST_F(OffloadingTest, AKillAtAnyStepLosesNothingAndLeavesNothing) {
  for (const FlushPolicy flush : {FlushPolicy::kCommit, FlushPolicy::kNone}) {
    for (int64_t step = 0;; ++step) {
      create({.flush = flush});
      write(50);
      FaultyEnv env;
      env.faults.fail_at = step;
      env.sleep_ns((env_.wall_ms() - env.wall_ms()) * 1'000'000);
      const auto seen = Topic::open(env, directory_.path(), "t");
      const Status status = seen.ok() ? clean(**seen).status() : seen.status();
      const std::string what = "killed at step " + std::to_string(step);
      EXPECT_EQ(status.ok(), !env.faults.fired) << what;
      EXPECT_EQ(*scratch_read(*topic(), 0), expected_) << what;
      const auto again = topic();
      ASSERT_TRUE(clean(*again).ok()) << what;
      EXPECT_EQ(*scratch_read(*again, 0), expected_) << what;
      expect_tidy(*again);
      EXPECT_GT(num_needed(*again, true), 2U);
      if (!env.faults.fired) {
        EXPECT_GT(step, 10);
        break;
      }
    }
  }
}

}  // namespace
}  // namespace hw
