// SPDX-License-Identifier: Apache-2.0

#include "log/compaction.h"

#include <map>
#include <string>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "log/retention.h"
#include "log/scratch_topic.h"
#include "log/topic_pin.h"
#include "log/topic_verification.h"
#include "testkit/faulty_env.h"

namespace hw {
namespace {

Piece piece(int64_t first_offset, int64_t num_bytes, bool compacted = false) {
  return {.segment = {.writer = 1, .sequence = first_offset},
          .first_offset = first_offset,
          .end_offset = first_offset + 10,
          .num_bytes = num_bytes,
          .compacted = compacted};
}

TEST(CompactablePiecesTest, ClosedOnesAreTakenOnceTheirShareIsDirty) {
  const TopicOptions options{.cleanup_compact = true, .key = {"n"}};
  constexpr int64_t kFree = 1000;
  PartitionState rows;
  EXPECT_EQ(compactable_pieces(rows, options, kFree), 0U);
  rows.pieces = {piece(0, 100)};
  EXPECT_EQ(compactable_pieces(rows, options, kFree), 0U);
  rows.pieces = {piece(0, 100), piece(10, 100)};
  EXPECT_EQ(compactable_pieces(rows, options, kFree), 1U);
  rows.pieces = {piece(0, 100, true), piece(10, 100)};
  EXPECT_EQ(compactable_pieces(rows, options, kFree), 0U);
  rows.pieces = {piece(0, 100, true), piece(10, 99), piece(20, 1000)};
  EXPECT_EQ(compactable_pieces(rows, options, kFree), 0U);
  rows.pieces = {piece(0, 100, true), piece(10, 100), piece(20, 1000)};
  EXPECT_EQ(compactable_pieces(rows, options, kFree), 2U);
  EXPECT_EQ(compactable_pieces(rows, options, 19), 0U);
  rows.pieces = {piece(0, 100), piece(10, 100), piece(20, 1000)};
  EXPECT_EQ(compactable_pieces(rows, options, 15), 1U);
  EXPECT_EQ(compactable_pieces(rows, {.key = {"n"}}, kFree), 0U);
  // A piece of the open segment is not closed.
  rows.pieces[1].segment = rows.pieces[2].segment;
  EXPECT_EQ(compactable_pieces(rows, options, kFree), 1U);
}

class CompactionTest : public testing::Test {
 protected:
  void create(TopicOptions options = {}) {
    directory_.clear();
    options.segment_bytes = 4096;
    options.cleanup_delete = false;
    options.cleanup_compact = true;
    options.key = {"n"};
    ASSERT_TRUE(create_topic(env_, directory_.path(),
                             {.name = "t", .schema = scratch_schema(), .options = options})
                    .ok());
    writer_ = *TopicWriter::open(env_, scratch_writer(directory_.path(), {0}));
    next_ = 0;
    newest_.clear();
  }
  /// One commit: `+ 1 a | - 2 b`.
  void write(const std::string& text) {
    const Batch rows = *parse_batch(scratch_schema(), text);
    for (int64_t row = 0; row < rows.num_rows(); ++row) {
      newest_[value_text(*rows.column(0), row)] = next_++;
    }
    ASSERT_TRUE(writer_->append(0, rows, {}).ok());
    const std::string token = *writer_->prepare(writer_->settled_epoch() + 1);
    ASSERT_TRUE(writer_->commit({&token, 1}).ok());
  }
  /// Rows of keys 0, 1, … `num_keys` - 1 in turn, a commit each.
  void write_keys(int64_t num_rows, int64_t num_keys) {
    for (int64_t i = 0; i < num_rows; ++i) {
      write("+ " + std::to_string(next_ % num_keys) + " v" + std::to_string(next_));
    }
  }
  /// What must be left: the newest row of each key, and all rows from `dirty` on.
  std::string expected(int64_t dirty, int64_t num_keys) const {
    std::string text;
    for (int64_t offset = 0; offset < next_; ++offset) {
      if (offset < dirty && offset + num_keys < dirty) continue;
      text += (text.empty() ? "" : " ") + std::to_string(offset) + ":" +
              std::to_string(offset % num_keys);
    }
    return text;
  }
  std::unique_ptr<Topic> topic() { return *Topic::open(env_, directory_.path(), "t"); }
  int64_t open_piece(const Topic& topic) const {
    return topic.state().partitions[0].pieces.back().first_offset;
  }
  std::vector<std::string> files() {
    arrow::fs::FileSelector selector;
    selector.base_dir = directory_.path() + "/t/p00000";
    std::vector<std::string> names;
    for (const auto& entry : *real_env().locate("/")->files->GetFileInfo(selector)) {
      if (entry.extension() != "lock") names.push_back(entry.base_name());
    }
    return names;
  }
  /// Segments and index files that the topic has.
  size_t num_needed(const Topic& topic) const {
    size_t count = 0;
    for (const Piece& one : topic.state().partitions[0].pieces) count += one.indexed ? 2 : 1;
    return count;
  }

  VirtualEnv env_{1'000'000};
  ScratchDirectory directory_;
  std::unique_ptr<TopicWriter> writer_;
  int64_t next_ = 0;
  std::map<std::string, int64_t> newest_;
};

TEST_F(CompactionTest, TheNewestRowOfEachKeyStaysAtItsOffset) {
  create();
  write_keys(100, 7);
  const auto seen = topic();
  const int64_t dirty = open_piece(*seen);
  ASSERT_GT(dirty, 50);
  const std::vector<Extent> before = *seen->extents_of(0, seen->state().partitions[0].pieces[0]);
  const CleaningReport report = *clean(*seen);
  EXPECT_GT(report.compaction.num_pieces, 3);
  EXPECT_EQ(report.compaction.num_rows, dirty - 7);
  EXPECT_EQ(*scratch_read(*seen, 0), expected(dirty, 7));
  EXPECT_EQ(*scratch_read(*topic(), 0), expected(dirty, 7));
  EXPECT_EQ(files().size(), num_needed(*seen));
  EXPECT_TRUE(verify_topic(env_, directory_.path(), "t")->damage.empty());
  EXPECT_EQ(*scratch_read(*seen, 0, dirty - 2, dirty),
            std::to_string(dirty - 2) + ":" + std::to_string((dirty - 2) % 7) + " " +
                std::to_string(dirty - 1) + ":" + std::to_string((dirty - 1) % 7));
  EXPECT_EQ(*scratch_read(*seen, 0, 0, dirty - 8), "");
  EXPECT_EQ(clean(*seen)->compaction.num_pieces, 0);
}

TEST_F(CompactionTest, WhatIsCompactedIsCompactedAgainWithWhatCameSince) {
  create();
  for (int round = 0; round < 4; ++round) {
    write_keys(80, 5);
    const auto seen = topic();
    const int64_t dirty = open_piece(*seen);
    ASSERT_TRUE(clean(*seen).ok());
    EXPECT_EQ(*scratch_read(*seen, 0), expected(dirty, 5)) << round;
    EXPECT_EQ(files().size(), num_needed(*seen)) << round;
  }
  // A writer that begins anew goes on behind it.
  writer_ = nullptr;
  writer_ = *TopicWriter::open(env_, scratch_writer(directory_.path(), {0}, 2));
  write_keys(1, 5);
  EXPECT_TRUE(scratch_read(*topic(), 0)->ends_with(" 320:0"));
}

TEST_F(CompactionTest, DeletesStayForAWhile) {
  create({.min_dirty_ratio = 0, .delete_retention_ms = 5000});
  write("+ 100 a | + 101 b");
  write("- 100 a");
  write_keys(60, 3);
  const auto seen = topic();
  ASSERT_GT(clean(*seen)->compaction.num_rows, 0);
  EXPECT_TRUE(scratch_read(*seen, 0)->starts_with("1:101 2:100 "));
  env_.advance_ms(6000);
  write_keys(60, 3);
  ASSERT_GT(clean(*seen)->compaction.num_rows, 0);
  EXPECT_TRUE(scratch_read(*seen, 0)->starts_with("1:101 "));
  EXPECT_EQ(scratch_read(*seen, 0)->find(" 2:100"), std::string::npos);
}

TEST_F(CompactionTest, PinnedRowsStay) {
  create();
  write_keys(100, 7);
  const auto seen = topic();
  auto pin = *TopicPin::open(*seen, "reader", {0});
  EXPECT_EQ(clean(*seen)->compaction.num_pieces, 0);
  ASSERT_TRUE(pin->move({40}).ok());
  EXPECT_GT(clean(*seen)->compaction.num_pieces, 0);
  const std::string rows = *scratch_read(*seen, 0);
  EXPECT_NE(rows.find(" 40:5 41:6 42:0 "), std::string::npos) << rows;
  pin = nullptr;
  EXPECT_GT(clean(*seen)->compaction.num_pieces, 0);
  EXPECT_EQ(*scratch_read(*seen, 0), expected(open_piece(*seen), 7));
}

TEST_F(CompactionTest, ReadersInTheMiddleGoOn) {
  create();
  write_keys(100, 7);
  for (const int64_t num_read : {0, 1, 5, 40, 90}) {
    SCOPED_TRACE(num_read);
    const auto reading = topic();
    const auto reader = *TopicReader::open(*reading, {});
    std::map<std::string, int64_t> last;
    const auto read = [&](int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        const auto rows = reader->next();
        ASSERT_TRUE(rows.ok()) << rows.status();
        if (!*rows) return;
        for (int64_t row = 0; row < (*rows)->batch.num_rows(); ++row) {
          const int64_t offset = (*rows)->offsets ? (*rows)->offsets->value<int64_t>(row)
                                                  : (*rows)->first_offset + row;
          last[value_text(*(*rows)->batch.column(0), row)] = offset;
        }
      }
    };
    read(num_read);
    ASSERT_TRUE(clean(*topic()).ok());
    read(1000);
    EXPECT_EQ(last, newest_);
    write_keys(60, 7);
    ASSERT_TRUE(reading->refresh().ok());
    read(1000);
    EXPECT_EQ(last, newest_);
  }
}

TEST_F(CompactionTest, EpochsThatAreCommittedLateAreNotLost) {
  create();
  write_keys(90, 7);
  ASSERT_TRUE(writer_->append(0, *parse_batch(scratch_schema(), "+ 1000 late"), {}).ok());
  const std::string late = *writer_->prepare(writer_->settled_epoch() + 1);
  writer_ = nullptr;
  writer_ = *TopicWriter::open(env_, scratch_writer(directory_.path(), {0}, 1, "other"));
  write_keys(60, 7);
  const auto seen = topic();
  ASSERT_GT(clean(*seen)->compaction.num_pieces, 0);
  ASSERT_GT(*writer_->commit({&late, 1}), 0);
  ASSERT_TRUE(seen->refresh().ok());
  EXPECT_TRUE(scratch_read(*seen, 0)->ends_with(" 150:1000"));
  write_keys(60, 7);
  ASSERT_TRUE(clean(*seen).ok());
  EXPECT_TRUE(scratch_read(*seen, 0)->starts_with("150:1000 ")) << *scratch_read(*seen, 0);
}

TEST_F(CompactionTest, AKillAtAnyStepLosesNothingAndLeavesNothing) {
  for (const FlushPolicy flush : {FlushPolicy::kCommit, FlushPolicy::kNone}) {
    for (int64_t step = 0;; ++step) {
      create({.flush = flush});
      write_keys(60, 7);
      const int64_t dirty = open_piece(*topic());
      FaultyEnv env;
      env.faults.fail_at = step;
      const auto seen = Topic::open(env, directory_.path(), "t");
      const Status status = seen.ok() ? clean(**seen).status() : seen.status();
      const std::string what = "killed at step " + std::to_string(step);
      EXPECT_EQ(status.ok(), !env.faults.fired) << what;
      const std::string rows = *scratch_read(*topic(), 0);
      const std::string all = expected(0, 7);
      EXPECT_TRUE(rows == all || rows == expected(dirty, 7)) << what << rows;
      const auto again = topic();
      ASSERT_TRUE(clean(*again).ok()) << what;
      EXPECT_EQ(*scratch_read(*again, 0), expected(dirty, 7)) << what;
      EXPECT_EQ(files().size(), num_needed(*again)) << what;
      if (!env.faults.fired) {
        EXPECT_GT(step, 6);
        break;
      }
    }
  }
}

}  // namespace
}  // namespace hw
