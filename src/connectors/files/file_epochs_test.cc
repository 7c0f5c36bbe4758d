// SPDX-License-Identifier: Apache-2.0
//
// The file sink between checkpoints: what is visible when, what a restore shows, and what a crash,
// a full disk or a broken one can do to it.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "connectors/testing/memory_files.h"
#include "connectors/testing/table_probe.h"
#include "testkit/faulty_env.h"

namespace hw {
namespace {

using testing::MemoryFiles;
using testing::TableProbe;
using Values = TableProbe::Values;
using Files = std::map<std::string, std::string>;

/// One table, its sink, and what the newest checkpoint holds of it.
class FileEpochs : public ::testing::Test {
 protected:
  FileEpochs() { options_ = {{"connector", "filesystem"}, {"path", "out"}, {"format", "json"}}; }

  /// A new process that has restored the newest checkpoint.
  void start(int64_t generation = 0) {
    probe_.emplace(env_, columns_, options_);
    probe_->sink_request.job_guarantee = guarantee_;
    probe_->sink_request.partition_keys = partition_keys_;
    probe_->scan.partition_keys = partition_keys_;
    probe_->sink_context.attempt = ++attempt_;
    probe_->sink_context.generation = generation;
    sink_ = probe_->sink().ValueOrDie();
    writer_ = sink_->make_writer(probe_->sink_context).ValueOrDie();
    const Status recovered = writer_->recover(held_);
    ASSERT_TRUE(recovered.ok()) << recovered.message();
  }
  Status write(std::string_view rows) {
    return writer_->write(parse_batch(probe_->sink_request.schema, rows).ValueOrDie());
  }
  /// Prepares; the checkpoint is durable but nobody has been told.
  void checkpoint() { held_ = writer_->prepare(next_epoch_++).ValueOrDie(); }
  Status commit() {
    for (const Committable& one : held_) HW_TRY(writer_->commit(one));
    return Status::OK();
  }
  void checkpoint_and_commit() {
    checkpoint();
    ASSERT_TRUE(commit().ok());
  }
  std::string read() { return probe_->read(); }
  Files visible() const {
    Files files = env_.files();
    std::erase_if(files,
                  [](const auto& file) { return file.first.find("/.") != std::string::npos; });
    return files;
  }

  MemoryFiles env_;
  std::string columns_ = "a INT";
  Values options_;
  std::vector<std::string> partition_keys_;
  Guarantee guarantee_ = Guarantee::kExactlyOnce;
  std::optional<TableProbe> probe_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<SinkWriter> writer_;
  std::vector<Committable> held_;
  int64_t attempt_ = 0;
  int64_t next_epoch_ = 1;
};

TEST_F(FileEpochs, AFileOfRowsGoesOnThroughCheckpointsUntilItIsOldEnough) {
  options_["sink.rolling-policy.rollover-interval"] = "10 min";
  start();
  // An hour of a row a second with ten checkpoints a minute.
  int rows = 0;
  for (int second = 0; second < 3600; ++second) {
    ASSERT_TRUE(write("+ " + std::to_string(rows++)).ok());
    env_.advance_ms(1'000);
    if (second % 6 == 5) checkpoint_and_commit();
  }
  EXPECT_LE(visible().size(), 6u);
  EXPECT_GE(visible().size(), 5u);
  ASSERT_TRUE(writer_->on_end().ok());
  checkpoint_and_commit();
  EXPECT_LE(visible().size(), 7u);
  std::string all;
  for (const auto& [path, text] : visible()) all += text;
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 3600);
}

TEST_F(FileEpochs, ARestoreShowsAnUnfinishedFileUpToItsCheckpoint) {
  start();
  ASSERT_TRUE(write("+ 1").ok());
  checkpoint_and_commit();
  ASSERT_TRUE(write("+ 2").ok());
  checkpoint_and_commit();
  EXPECT_EQ(read(), "");
  // Beyond the checkpoint; read again by the next attempt.
  ASSERT_TRUE(write("+ 3").ok());
  start();
  EXPECT_EQ(visible(), (Files{{"out/part-job-0-t-0-1-0.json", "{\"a\":1}\n{\"a\":2}\n"}}));
  // Killed before its first checkpoint: the same again.
  ASSERT_TRUE(write("+ 3").ok());
  start();
  ASSERT_TRUE(write("+ 3").ok());
  ASSERT_TRUE(writer_->on_end().ok());
  checkpoint_and_commit();
  EXPECT_EQ(read(), "+I[1] | +I[2] | +I[3]");
}

TEST_F(FileEpochs, AFileThatGoesOnAndOneThatEndedInTheNextEpochAreShownOnce) {
  options_["sink.rolling-policy.file-size"] = "20b";
  start();
  ASSERT_TRUE(write("+ 1").ok());
  std::vector<Committable> both = writer_->prepare(1).ValueOrDie();
  // The first checkpoint's commit is not acknowledged when the second one is written.
  ASSERT_TRUE(write("+ 2").ok());
  ASSERT_TRUE(write("+ 3").ok());
  ASSERT_TRUE(write("+ 4").ok());
  for (Committable& one : writer_->prepare(2).ValueOrDie()) both.push_back(std::move(one));
  held_ = both;
  start();
  EXPECT_EQ(read(), "+I[1] | +I[2] | +I[3] | +I[4]");
  start();
  EXPECT_EQ(read(), "+I[1] | +I[2] | +I[3] | +I[4]");
  EXPECT_EQ(visible().size(), 2u);
}

TEST_F(FileEpochs, AWriterThatIsTakenForDeadDoesNoHarm) {
  start();
  ASSERT_TRUE(write("+ 1").ok());
  checkpoint();
  const auto zombie = std::move(writer_);
  start();
  ASSERT_TRUE(zombie->write(parse_batch(probe_->sink_request.schema, "+ 9").ValueOrDie()).ok());
  ASSERT_TRUE(zombie->prepare(7).ok());
  zombie->abort();
  EXPECT_EQ(read(), "+I[1]");
  ASSERT_TRUE(write("+ 2").ok());
  ASSERT_TRUE(writer_->on_end().ok());
  next_epoch_ = 8;
  checkpoint_and_commit();
  EXPECT_EQ(read(), "+I[1] | +I[2]");
}

TEST_F(FileEpochs, ACrashOfTheMachineLosesNothingThatACheckpointHolds) {
  for (const double kept : {0.0, 0.5, 1.0}) {
    SCOPED_TRACE(kept);
    options_["path"] = "crash" + std::to_string(static_cast<int>(kept * 10));
    held_.clear();
    start();
    ASSERT_TRUE(write("+ 1 | + 2").ok());
    checkpoint();
    ASSERT_TRUE(write("+ 3 | + 4").ok());
    env_.lose_unsynced(kept);
    start();
    EXPECT_EQ(read(), "+I[1] | +I[2]");
  }
}

TEST(FileFolders, NamesOfNewOnesAreOnDiskBeforeACheckpointTellsOfFilesInThem) {
  const std::string root = ::testing::TempDir() + "headwater-file-folders";
  const auto clear = [&] { (void)real_env().locate(root)->files->DeleteDir(root).ok(); };
  clear();
  FaultyEnv env;
  TableProbe probe(env, "a INT, p STRING",
                   {{"connector", "filesystem"}, {"path", root + "/a/out"}, {"format", "json"}});
  probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
  probe.sink_request.partition_keys = {"p"};
  const auto writer = (*probe.sink())->make_writer(probe.sink_context).ValueOrDie();
  ASSERT_TRUE(writer->write(*parse_batch(probe.sink_request.schema, "+ 1 x")).ok());
  ASSERT_TRUE(writer->prepare(1).ok());
  const std::string above = root.substr(0, root.rfind('/'));
  for (const std::string& folder :
       {above, root, root + "/a", root + "/a/out/", root + "/a/out/p=x/"}) {
    EXPECT_TRUE(env.synced.contains(folder)) << folder;
  }
  clear();
}

TEST_F(FileEpochs, AnotherFileUnderTheNameStopsTheJob) {
  start();
  ASSERT_TRUE(write("+ 1").ok());
  ASSERT_TRUE(writer_->on_end().ok());
  checkpoint();
  env_.write("out/part-job-0-t-0-1-0.json", "{\"a\":7}\n");
  const Status refused = commit();
  EXPECT_TRUE(refused.IsIOError());
  EXPECT_NE(refused.message().find("another file of 8 bytes has its name"), std::string::npos)
      << refused.message();
}

TEST_F(FileEpochs, AFileThatIsGoneStopsTheJob) {
  start();
  ASSERT_TRUE(write("+ 1").ok());
  checkpoint();
  for (const auto& [path, text] : env_.files())
    ASSERT_TRUE(env_.locate("")->files->DeleteFile(path).ok());
  const auto next = sink_->make_writer(probe_->sink_context).ValueOrDie();
  EXPECT_NE(next->recover(held_).message().find("is gone"), std::string::npos);
}

TEST_F(FileEpochs, VersionsStartedFromOneSavepointHaveFilesOfTheirOwn) {
  start();
  ASSERT_TRUE(write("+ 1").ok());
  checkpoint_and_commit();
  const std::vector<Committable> savepoint = held_;
  start(/*generation=*/5);
  EXPECT_EQ(visible(), (Files{{"out/part-job-5-t-0-1-0.json", "{\"a\":1}\n"}}));
  // The first version goes on and finishes its file; a third one finds the rows there.
  const auto first = sink_->make_writer(probe_->sink_context).ValueOrDie();
  env_.write("out/part-job-0-t-0-1-0.json", "{\"a\":1}\n{\"a\":2}\n");
  held_ = savepoint;
  start(/*generation=*/6);
  EXPECT_EQ(visible().size(), 2u);
}

TEST_F(FileEpochs, AFullDiskMakesRowsWait) {
  start();
  ASSERT_TRUE(write("+ 1").ok());
  checkpoint_and_commit();
  env_.set_free_bytes(5);
  ASSERT_TRUE(write("+ 2").ok());
  EXPECT_TRUE(writer_->prepare(2).status().IsCapacityError());
  EXPECT_FALSE(writer_->has_room().ValueOrDie());
  env_.set_free_bytes(100);
  EXPECT_TRUE(writer_->has_room().ValueOrDie());
  next_epoch_ = 2;
  ASSERT_TRUE(writer_->on_end().ok());
  checkpoint_and_commit();
  EXPECT_EQ(visible(), (Files{{"out/part-job-0-t-0-1-0.json", "{\"a\":1}\n{\"a\":2}\n"}}));
}

TEST_F(FileEpochs, AFileThatIsOldEnoughStaysOpenWhileTheDiskIsFull) {
  options_["sink.rolling-policy.rollover-interval"] = "10 s";
  options_["sink.rolling-policy.check-interval"] = "1 s";
  start();
  ASSERT_TRUE(write("+ 1").ok());
  checkpoint_and_commit();
  env_.set_free_bytes(5);
  ASSERT_TRUE(write("+ 2").ok());
  env_.advance_ms(11'000);
  ASSERT_TRUE(writer_->on_watermark(1).ok());
  EXPECT_FALSE(writer_->has_room().ValueOrDie());
  env_.set_free_bytes(100);
  EXPECT_TRUE(writer_->has_room().ValueOrDie());
  env_.advance_ms(1'000);
  ASSERT_TRUE(write("+ 3").ok());
  ASSERT_TRUE(writer_->on_end().ok());
  checkpoint_and_commit();
  EXPECT_EQ(read(), "+I[1] | +I[2] | +I[3]");
}

TEST_F(FileEpochs, AFileThatIsLargeEnoughStaysOpenWhileTheDiskIsFull) {
  options_["sink.rolling-policy.file-size"] = "10b";
  start();
  env_.set_free_bytes(5);
  ASSERT_TRUE(write("+ 1").ok());
  ASSERT_TRUE(write("+ 2").ok());
  EXPECT_FALSE(writer_->has_room().ValueOrDie());
  env_.set_free_bytes(100);
  EXPECT_TRUE(writer_->has_room().ValueOrDie());
  ASSERT_TRUE(writer_->on_end().ok());
  checkpoint_and_commit();
  EXPECT_EQ(read(), "+I[1] | +I[2]");
}

TEST_F(FileEpochs, ADiskThatDoesNotSyncFailsTheEpoch) {
  start();
  ASSERT_TRUE(write("+ 1").ok());
  env_.break_sync();
  EXPECT_TRUE(writer_->prepare(1).status().IsIOError());
}

TEST_F(FileEpochs, WithoutCheckpointsFilesAreVisibleWhenTheyRollAndAtTheEnd) {
  guarantee_ = Guarantee::kNone;
  options_["sink.rolling-policy.file-size"] = "10b";
  start();
  ASSERT_TRUE(write("+ 1").ok());
  EXPECT_EQ(read(), "");
  ASSERT_TRUE(write("+ 2").ok());
  EXPECT_EQ(read(), "+I[1] | +I[2]");
  ASSERT_TRUE(write("+ 3").ok());
  EXPECT_EQ(visible().size(), 1u);
  ASSERT_TRUE(writer_->on_end().ok());
  next_epoch_ = 0;
  checkpoint_and_commit();
  EXPECT_EQ(read(), "+I[1] | +I[2] | +I[3]");
}

TEST_F(FileEpochs, QuietFilesAreClosed) {
  options_["sink.rolling-policy.inactivity-interval"] = "2 min";
  start();
  ASSERT_TRUE(write("+ 1").ok());
  env_.advance_ms(60'000);
  checkpoint_and_commit();
  EXPECT_EQ(visible().size(), 0u);
  env_.advance_ms(61'000);
  checkpoint_and_commit();
  EXPECT_EQ(visible().size(), 1u);
  checkpoint_and_commit();
  EXPECT_EQ(visible().size(), 1u);
}

TEST_F(FileEpochs, BulkFilesEndWithTheirEpochAndSmallOnesAreMerged) {
  options_["format"] = "parquet";
  start();
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(write("+ " + std::to_string(i)).ok());
    checkpoint_and_commit();
  }
  EXPECT_EQ(visible().size(), 4u);

  options_["path"] = "merged";
  options_["auto-compaction"] = "true";
  options_["compaction.file-size"] = "1500b";
  held_.clear();
  start();
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(write("+ " + std::to_string(i)).ok());
    checkpoint_and_commit();
  }
  ASSERT_TRUE(writer_->on_end().ok());
  checkpoint_and_commit();
  const Files files = env_.files();
  const auto merged = std::count_if(files.begin(), files.end(), [](const auto& file) {
    return file.first.starts_with("merged/");
  });
  EXPECT_LE(merged, 10) << "what was merged is deleted, hidden files too";
  int64_t sum = 0;
  for (const Batch& batch : probe_->read_batches().ValueOrDie())
    for (int64_t i = 0; i < batch.num_rows(); ++i) sum += batch.column(0)->value<int32_t>(i);
  EXPECT_EQ(sum, 190);
}

TEST_F(FileEpochs, SmallFilesThatWaitAreShownByARestore) {
  options_["format"] = "parquet";
  options_["auto-compaction"] = "true";
  start();
  ASSERT_TRUE(write("+ 1").ok());
  checkpoint_and_commit();
  ASSERT_TRUE(write("+ 2").ok());
  checkpoint_and_commit();
  const std::vector<Committable> both = held_;
  EXPECT_EQ(visible().size(), 0u);
  // The two became one in a checkpoint that is not the restored one: it was never committed.
  ASSERT_TRUE(writer_->on_end().ok());
  ASSERT_TRUE(writer_->prepare(3).ok());
  start();
  EXPECT_EQ(read(), "+I[1] | +I[2]");
  // And when that one is restored, with the older one's files still in it.
  next_epoch_ = 10;
  held_.clear();
  options_["path"] = "again";
  start();
  ASSERT_TRUE(write("+ 1").ok());
  checkpoint();
  std::vector<Committable> all = held_;
  ASSERT_TRUE(write("+ 2").ok());
  ASSERT_TRUE(writer_->on_end().ok());
  checkpoint();
  all.insert(all.end(), held_.begin(), held_.end());
  held_ = all;
  start();
  EXPECT_EQ(read(), "+I[1] | +I[2]");
  start();
  EXPECT_EQ(read(), "+I[1] | +I[2]");
}

TEST_F(FileEpochs, APartitionIsCompleteWhenTheWatermarkHasPassedItsTimeAndTheDelay) {
  columns_ = "a INT, day STRING, hour STRING";
  partition_keys_ = {"day", "hour"};
  options_["sink.partition-commit.policy.kind"] = "success-file";
  options_["sink.partition-commit.trigger"] = "partition-time";
  options_["sink.partition-commit.delay"] = "1 h";
  options_["sink.partition-commit.watermark-time-zone"] = "+01:00";
  options_["partition.time-extractor.timestamp-pattern"] = "$day $hour:00:00";
  start();
  EXPECT_EQ(sink_->partition_by(), (std::vector<int>{1, 2}));
  ASSERT_TRUE(write("+ 1 1970-01-02 01 | + 2 1970-01-02 03").ok());
  const std::string first = "out/day=1970-01-02/hour=01/";
  constexpr int64_t kComplete = (24 + 1 - 1 + 1) * 3'600'000;
  ASSERT_TRUE(writer_->on_watermark(kComplete).ok());
  checkpoint_and_commit();
  EXPECT_TRUE(visible().empty());
  ASSERT_TRUE(writer_->on_watermark(kComplete + 1).ok());
  checkpoint();
  EXPECT_TRUE(visible().empty()) << "not before the checkpoint is durable";
  ASSERT_TRUE(commit().ok());
  EXPECT_EQ(visible(),
            (Files{{first + "_SUCCESS", ""}, {first + "part-job-0-t-0-1-0.json", "{\"a\":1}\n"}}));
  ASSERT_TRUE(commit().ok()) << "may be repeated";
  // The other one is remembered through a restart, and complete at the end of all time.
  start();
  EXPECT_EQ(visible().count("out/day=1970-01-02/hour=03/_SUCCESS"), 0u);
  ASSERT_TRUE(writer_->on_watermark(INT64_MAX).ok());
  ASSERT_TRUE(writer_->on_end().ok());
  checkpoint_and_commit();
  EXPECT_EQ(visible().count("out/day=1970-01-02/hour=03/_SUCCESS"), 1u);
  EXPECT_EQ(visible().size(), 4u);
}

TEST_F(FileEpochs, APartitionIsCompleteSomeTimeAfterItsFirstRow) {
  columns_ = "a INT, p STRING";
  partition_keys_ = {"p"};
  options_["sink.partition-commit.policy.kind"] = "success-file";
  options_["sink.partition-commit.delay"] = "5 min";
  options_["sink.partition-commit.success-file.name"] = "DONE";
  start();
  ASSERT_TRUE(write("+ 1 x").ok());
  env_.advance_ms(300'000);
  checkpoint_and_commit();
  EXPECT_TRUE(visible().empty());
  // Counted from the first row, through a restart too; what was unfinished is shown by it.
  start();
  env_.advance_ms(1);
  checkpoint_and_commit();
  EXPECT_EQ(visible(),
            (Files{{"out/p=x/DONE", ""}, {"out/p=x/part-job-0-t-0-1-0.json", "{\"a\":1}\n"}}));
}

TEST_F(FileEpochs, APartitionWhoseTimeCannotBeReadIsAnError) {
  columns_ = "a INT, p STRING";
  partition_keys_ = {"p"};
  options_["sink.partition-commit.policy.kind"] = "success-file";
  options_["sink.partition-commit.trigger"] = "partition-time";
  start();
  EXPECT_TRUE(write("+ 1 2020-02-29").ok());
  EXPECT_NE(write("+ 1 2021-02-29").message().find("'2021-02-29' is not"), std::string::npos);
  EXPECT_FALSE(write("+ 1 null").ok());
}

TEST_F(FileEpochs, NamesAreSafe) {
  start();
  probe_->sink_context.job = "insert into a/b";
  probe_->sink_context.sink = "b-2";
  probe_->sink_context.generation = 3;
  probe_->sink_context.subtask = 4;
  writer_ = sink_->make_writer(probe_->sink_context).ValueOrDie();
  ASSERT_TRUE(write("+ 1").ok());
  ASSERT_TRUE(writer_->on_end().ok());
  next_epoch_ = 17;
  checkpoint_and_commit();
  EXPECT_EQ(visible().begin()->first, "out/part-insert_into_a_b-3-b-2-4-17-0.json");
}

TEST_F(FileEpochs, SaysWhatItCannotDo) {
  const auto message = [&](const std::string& key, const std::string& value) {
    Values options = options_;
    options[key] = value;
    return TableProbe(env_, "a INT", options).sink().status().message();
  };
  EXPECT_EQ(message("path", "s3://bucket/x"),
            "not supported yet: writing to 's3://bucket/x': a file sink writes to local paths");
  EXPECT_NE(message("sink.partition-commit.policy.kind", "metastore,success-file")
                .find("not supported yet"),
            std::string::npos);
  EXPECT_NE(message("sink.partition-commit.policy.kind", "x").find("but has 'x'"),
            std::string::npos);
  EXPECT_NE(message("partition.time-extractor.timestamp-formatter", "eee").find("has 'e'"),
            std::string::npos);
  EXPECT_NE(message("sink.partition-commit.watermark-time-zone", "Nowhere").find("Nowhere"),
            std::string::npos);
}

}  // namespace
}  // namespace hw
