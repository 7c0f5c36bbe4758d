// SPDX-License-Identifier: Apache-2.0
//
// The log under kills, full disks, failing syncs and damaged bytes.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <gtest/gtest.h>

#include "log/log_error.h"
#include "log/scratch_topic.h"
#include "log/segment_file.h"
#include "testkit/faulty_env.h"

namespace hw {
namespace {

constexpr int64_t kEpochs = 3;

/// What a job would have kept in its checkpoints.
struct Checkpoint {
  int64_t epoch = 0;
  std::string token;
};

/// Writes epochs (checkpoint.epoch, kEpochs] of rows into both partitions, in segments so small
/// that they roll within an epoch.
Status write_epochs(TopicWriter& writer, Checkpoint& checkpoint) {
  for (int64_t epoch = checkpoint.epoch + 1; epoch <= kEpochs; ++epoch) {
    for (int64_t part = 0; part < 2; ++part) {
      HW_TRY(writer.append(0, scratch_rows(epoch * 100 + part * 40, 40), {}));
      HW_TRY(writer.append(1, scratch_rows(epoch * 100 + part * 40, 40), {}));
    }
    HW_ASSIGN_OR_RETURN(const std::string token, writer.prepare(epoch));
    checkpoint = {.epoch = epoch, .token = token};
    HW_TRY(writer.commit({&token, 1}).status());
  }
  return Status::OK();
}

Status run_job(Env& env, const std::string& directory, int64_t attempt, Checkpoint& checkpoint) {
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<TopicWriter> writer,
                      TopicWriter::open(env, scratch_writer(directory, {0, 1}, attempt)));
  HW_TRY(writer->commit({&checkpoint.token, 1}).status());
  return write_epochs(*writer, checkpoint);
}

std::string all_rows() {
  std::string text;
  int64_t offset = 0;
  for (int64_t epoch = 1; epoch <= kEpochs; ++epoch) {
    for (int64_t n = 0; n < 80; ++n) {
      text +=
          (offset > 0 ? " " : "") + std::to_string(offset) + ":" + std::to_string(epoch * 100 + n);
      ++offset;
    }
  }
  return text;
}

class LogFaultsTest : public testing::Test {
 protected:
  void create(FlushPolicy flush = FlushPolicy::kCommit) {
    directory_.clear();
    ASSERT_TRUE(create_topic(calm_, directory_.path(),
                             {.name = "t",
                              .schema = scratch_schema(),
                              .num_partitions = 2,
                              .options = {.segment_bytes = 4096, .flush = flush}})
                    .ok());
  }
  /// A reader sees whole epochs, the same on both partitions.
  void expect_prefix(const std::string& what) {
    const auto first = scratch_read(calm_, directory_.path(), 0);
    const auto second = scratch_read(calm_, directory_.path(), 1);
    ASSERT_TRUE(first.ok()) << what << first.status().ToString();
    EXPECT_EQ(*first, *second) << what;
    EXPECT_TRUE(all_rows().starts_with(*first)) << what << *first;
  }
  void expect_all(const std::string& what) {
    EXPECT_EQ(scratch_read(calm_, directory_.path(), 0).ValueOr("?"), all_rows()) << what;
    EXPECT_EQ(scratch_read(calm_, directory_.path(), 1).ValueOr("?"), all_rows()) << what;
  }

  VirtualEnv calm_{1'000'000};
  ScratchDirectory directory_;
};

TEST_F(LogFaultsTest, AKillAtAnyStepLosesAndRepeatsNothing) {
  for (int64_t step = 0;; ++step) {
    create(FlushPolicy::kCommit);
    Checkpoint checkpoint;
    FaultyEnv env;
    env.faults.fail_at = step;
    const Status status = run_job(env, directory_.path(), 1, checkpoint);
    const std::string what = "killed at step " + std::to_string(step) + ": ";
    if (!env.faults.fired) {
      EXPECT_TRUE(status.ok()) << status.ToString();
      expect_all("undisturbed");
      EXPECT_GT(step, 30);
      break;
    }
    EXPECT_FALSE(status.ok()) << what;
    expect_prefix(what);
    const Status again = run_job(calm_, directory_.path(), 2, checkpoint);
    ASSERT_TRUE(again.ok()) << what << again.ToString();
    expect_all(what);
  }
}

TEST_F(LogFaultsTest, NamesOfNewFoldersAreOnDiskBeforeATopicIsThere) {
  const std::string log = directory_.path() + "/a/log";
  FaultyEnv env;
  ASSERT_TRUE(create_topic(env, log, {.name = "t", .schema = scratch_schema()}).ok());
  for (const std::string& folder :
       {directory_.path(), directory_.path() + "/a", log, log + "/t", log + "/t/chain"}) {
    EXPECT_TRUE(env.synced.contains(folder)) << folder;
  }
}

TEST_F(LogFaultsTest, AFailedSyncLosesAndRepeatsNothing) {
  for (int64_t step = 0;; ++step) {
    create();
    Checkpoint checkpoint;
    FaultyEnv env;
    env.faults = {.fail_at = step, .kind = Faults::Kind::kSyncFails};
    const Status status = run_job(env, directory_.path(), 1, checkpoint);
    if (!env.faults.fired) break;
    const std::string what = "sync failed at step " + std::to_string(step) + ": ";
    expect_prefix(what);
    const Status again = run_job(calm_, directory_.path(), 2, checkpoint);
    ASSERT_TRUE(again.ok()) << what << again.ToString();
    expect_all(what);
  }
}

TEST_F(LogFaultsTest, AFullDiskLeavesTheLogAsItWas) {
  create();
  FaultyEnv env;
  const auto writer = *TopicWriter::open(env, scratch_writer(directory_.path(), {0, 1}));
  ASSERT_TRUE(writer->append(0, scratch_rows(1, 2), {}).ok());
  ASSERT_TRUE(writer->append(1, scratch_rows(1, 2), {}).ok());
  env.faults = {
      .fail_at = env.faults.step, .kind = Faults::Kind::kDiskFull, .step = env.faults.step};
  EXPECT_TRUE(writer->prepare(1).status().IsCapacityError());
  const auto token = writer->prepare(1);
  ASSERT_TRUE(token.ok()) << token.status().ToString();
  env.faults = {
      .fail_at = env.faults.step, .kind = Faults::Kind::kDiskFull, .step = env.faults.step};
  EXPECT_TRUE(writer->commit({&*token, 1}).status().IsCapacityError());
  EXPECT_EQ(*scratch_read(calm_, directory_.path(), 0), "");
  EXPECT_GT(*writer->commit({&*token, 1}), 0);
  EXPECT_EQ(*scratch_read(calm_, directory_.path(), 0), "0:1 1:2");
  EXPECT_EQ(*scratch_read(calm_, directory_.path(), 1), "0:1 1:2");
}

/// Bytes of a file, and a way to put others in their place.
class FileUnderTest {
 public:
  explicit FileUnderTest(std::string path) : path_(std::move(path)) {
    const auto file = *files_->OpenInputFile(path_);
    bytes_ = (*file->ReadAt(0, *file->GetSize()))->ToString();
  }
  const std::string& bytes() const { return bytes_; }
  void put(std::string_view bytes) {
    const auto out = *files_->OpenOutputStream(path_);
    EXPECT_TRUE(out->Write(bytes).ok());
    EXPECT_TRUE(out->Close().ok());
  }

 private:
  const std::shared_ptr<arrow::fs::FileSystem> files_ = real_env().locate("/")->files;
  const std::string path_;
  std::string bytes_;
};

TEST_F(LogFaultsTest, EveryFlippedByteIsDetectedOrHarmless) {
  create();
  {
    const auto writer = *TopicWriter::open(calm_, scratch_writer(directory_.path(), {0}));
    for (int64_t epoch = 1; epoch <= 2; ++epoch) {
      ASSERT_TRUE(writer->append(0, scratch_rows(epoch, 1), {}).ok());
      const std::string token = *writer->prepare(epoch);
      ASSERT_TRUE(writer->commit({&token, 1}).ok());
    }
  }
  for (const char* name : {"/t/p00000/0000000000000002-000001.seg", "/t/chain/0000000000000001.rec",
                           "/t/chain/0000000000000003.rec"}) {
    FileUnderTest file(directory_.path() + name);
    int num_detected = 0;
    for (size_t i = 0; i < file.bytes().size(); ++i) {
      std::string bytes = file.bytes();
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
      file.put(bytes);
      const auto rows = scratch_read(calm_, directory_.path(), 0);
      if (rows.ok()) {
        EXPECT_EQ(*rows, "0:1 1:2") << name << " byte " << i;
      } else {
        ++num_detected;
        EXPECT_TRUE(rows.status().IsSerializationError() || rows.status().IsInvalid())
            << rows.status().ToString();
      }
    }
    EXPECT_GT(num_detected, 100) << name;
    file.put(file.bytes());
  }
  EXPECT_EQ(*scratch_read(calm_, directory_.path(), 0), "0:1 1:2");
}

TEST_F(LogFaultsTest, ATailTornAnywhereIsCutByTheNextWriter) {
  create();
  size_t committed = 0;
  const std::string path = directory_.path() + "/t/p00000/0000000000000002-000001.seg";
  {
    const auto writer = *TopicWriter::open(calm_, scratch_writer(directory_.path(), {0}));
    ASSERT_TRUE(writer->append(0, scratch_rows(1, 1), {}).ok());
    const std::string token = *writer->prepare(1);
    ASSERT_TRUE(writer->commit({&token, 1}).ok());
    committed = FileUnderTest(path).bytes().size();
    ASSERT_TRUE(writer->append(0, scratch_rows(50, 1), {}).ok());
    ASSERT_TRUE(writer->prepare(2).ok());
  }
  FileUnderTest file(path);
  ASSERT_GT(file.bytes().size(), committed + 100);
  std::string expected = "0:1";
  int64_t rows = 1;
  int64_t attempt = 2;
  for (size_t length = committed; length < file.bytes().size(); length += 7) {
    // The file as a kill would leave it, under the rows that were written since.
    FileUnderTest now(path);
    now.put(now.bytes() + file.bytes().substr(committed, length - committed));
    const auto writer = TopicWriter::open(calm_, scratch_writer(directory_.path(), {0}, attempt++));
    ASSERT_TRUE(writer.ok()) << writer.status().ToString();
    ASSERT_TRUE((*writer)->append(0, scratch_rows(rows + 1, 1), {}).ok());
    const std::string token = *(*writer)->prepare(attempt + 10);
    ASSERT_TRUE((*writer)->commit({&token, 1}).ok());
    expected += " " + std::to_string(rows) + ":" + std::to_string(rows + 1);
    ++rows;
    ASSERT_EQ(*scratch_read(calm_, directory_.path(), 0), expected) << length;
  }
  EXPECT_GT(rows, 20);
}

TEST_F(LogFaultsTest, OpeningATopicReadsNoSegment) {
  create();
  Checkpoint checkpoint;
  ASSERT_TRUE(run_job(calm_, directory_.path(), 1, checkpoint).ok());
  // Without its closed segments a topic still opens, and a writer goes on.
  const auto topic = *Topic::open(calm_, directory_.path(), "t");
  const std::vector<Piece>& pieces = topic->state().partitions[0].pieces;
  ASSERT_GT(pieces.size(), 1U);
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    ASSERT_TRUE(
        real_env()
            .locate("/")
            ->files->DeleteFile(directory_.path() + "/t/p00000/" + pieces[i].segment.file_name())
            .ok());
  }
  EXPECT_TRUE(Topic::open(calm_, directory_.path(), "t").ok());
  const auto writer = TopicWriter::open(calm_, scratch_writer(directory_.path(), {0}, 2));
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  EXPECT_EQ(*scratch_read(*topic, 0, pieces.back().end_offset), "");
  EXPECT_FALSE(scratch_read(*topic, 0).ok());
}

}  // namespace
}  // namespace hw
