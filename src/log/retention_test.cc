// SPDX-License-Identifier: Apache-2.0

#include "log/retention.h"

#include <string>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "log/log_error.h"
#include "log/scratch_topic.h"
#include "log/topic_pin.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

class RetentionTest : public testing::Test {
 protected:
  void create(TopicOptions options) {
    options.segment_bytes = 4096;
    options.flush = FlushPolicy::kNone;
    ASSERT_TRUE(create_topic(env_, directory_.path(),
                             {.name = "t", .schema = scratch_schema(), .options = options})
                    .ok());
    open();
  }
  void open() {
    writer_ = nullptr;
    writer_ = *TopicWriter::open(env_, scratch_writer(directory_.path(), {0}, ++attempt_));
  }
  /// A commit of one row every second.
  void write(int64_t count) {
    for (int64_t n = 0; n < count; ++n) {
      env_.advance_ms(1000);
      ASSERT_TRUE(writer_->append(0, scratch_rows(next_++, 1), {}).ok());
      const std::string token = *writer_->prepare(writer_->settled_epoch() + 1);
      ASSERT_TRUE(writer_->commit({&token, 1}).ok());
    }
  }
  int64_t num_segments() {
    arrow::fs::FileSelector selector;
    selector.base_dir = directory_.path() + "/t/p00000";
    const auto entries = *real_env().locate("/")->files->GetFileInfo(selector);
    int64_t count = 0;
    for (const auto& entry : entries) count += entry.extension() == "seg" ? 1 : 0;
    return count;
  }
  std::unique_ptr<Topic> topic() { return *Topic::open(env_, directory_.path(), "t"); }

  VirtualEnv env_{1'000'000};
  const ScratchDirectory directory_;
  std::unique_ptr<TopicWriter> writer_;
  int64_t attempt_ = 0;
  int64_t next_ = 0;
};

TEST_F(RetentionTest, OldPiecesGoAndOffsetsStay) {
  create({.retention_ms = 20'000});
  write(60);
  const int64_t before = num_segments();
  const auto seen = topic();
  const CleaningReport report = *clean(*seen);
  EXPECT_GT(report.num_pieces, 2);
  EXPECT_EQ(num_segments(), before - report.num_pieces);
  const int64_t start = seen->state().partitions[0].start_offset;
  EXPECT_GT(start, 20);
  EXPECT_LE(start, 40);
  EXPECT_TRUE(scratch_read(*seen, 0, start)->starts_with(std::to_string(start) + ":"));
  EXPECT_EQ(log_error_of(scratch_read(*seen, 0, 0).status()), LogErrorKind::kRemoved);
  EXPECT_EQ(clean(*seen)->num_pieces, 0);
  write(1);
  EXPECT_EQ(*scratch_read(*topic(), 0, 60), "60:60");
}

TEST_F(RetentionTest, ALargePartitionShrinks) {
  create({.retention_bytes = 10'000});
  write(100);
  const auto seen = topic();
  EXPECT_GT(clean(*seen)->num_pieces, 0);
  int64_t num_bytes = 0;
  for (const TopicSplit& split : seen->splits()) num_bytes += split.num_bytes;
  EXPECT_LE(num_bytes, 10'000);
  EXPECT_GT(num_bytes, 4'000);
}

TEST_F(RetentionTest, PinnedRowsStayUntilTheirReaderGoes) {
  create({.retention_ms = 1});
  write(60);
  const auto seen = topic();
  auto pin = *TopicPin::open(*seen, "reader", {15});
  EXPECT_EQ(log_error_of(TopicPin::open(*seen, "reader", {0}).status()), LogErrorKind::kHeld);
  EXPECT_GT(clean(*seen)->num_pieces, 0);
  EXPECT_LE(seen->state().partitions[0].start_offset, 15);
  ASSERT_TRUE(pin->move({30}).ok());
  EXPECT_GT(clean(*seen)->num_pieces, 0);
  EXPECT_GT(seen->state().partitions[0].start_offset, 15);
  EXPECT_LE(seen->state().partitions[0].start_offset, 30);
  pin = nullptr;
  EXPECT_GT(clean(*seen)->num_pieces, 0);
  EXPECT_GT(seen->state().partitions[0].start_offset, 30);
}

TEST_F(RetentionTest, ASegmentWithAPreparedEpochStays) {
  create({.retention_ms = 1});
  write(3);
  ASSERT_TRUE(writer_->append(0, scratch_rows(next_, 1), {}).ok());
  const std::string pending = *writer_->prepare(10);
  writer_ = nullptr;
  {
    const auto other = *TopicWriter::open(env_, scratch_writer(directory_.path(), {0}, 1, "other"));
    ASSERT_TRUE(other->append(0, scratch_rows(500, 1), {}).ok());
    const std::string token = *other->prepare(1);
    ASSERT_TRUE(other->commit({&token, 1}).ok());
  }
  env_.advance_ms(10'000);
  const auto seen = topic();
  const CleaningReport report = *clean(*seen);
  EXPECT_EQ(report.num_pieces, 1);
  EXPECT_EQ(report.num_files, 0);
  open();
  ASSERT_TRUE(writer_->commit({&pending, 1}).ok());
  ASSERT_TRUE(seen->refresh().ok());
  EXPECT_EQ(*scratch_read(*seen, 0, 3), "3:500 4:3");
}

}  // namespace
}  // namespace hw
