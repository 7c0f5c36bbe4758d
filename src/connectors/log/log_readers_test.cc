// SPDX-License-Identifier: Apache-2.0
//
// Readers of a topic that are no plain ones: groups that keep how far they have read, and those
// that do not wait for commits.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "connectors/packing/packed_bytes.h"
#include "connectors/testing/table_probe.h"
#include "log/group_offsets.h"
#include "log/topic.h"

namespace hw {
namespace {

using testing::CollectedOutput;
using testing::TableProbe;

class LogReadersTest : public ::testing::Test {
 protected:
  LogReadersTest()
      : directory_(::testing::TempDir() + "headwater-" +
                   ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    clear();
  }
  ~LogReadersTest() override { clear(); }
  void clear() { (void)real_env().locate(directory_)->files->DeleteDir(directory_).ok(); }

  TableProbe table(TableProbe::Values more = {}) const {
    TableProbe::Values values = {{"connector", "log"}, {"path", directory_}, {"topic", "orders"}};
    for (auto& [name, value] : more) values[name] = value;
    return TableProbe(real_env(), "id INT", std::move(values));
  }
  TableProbe batch(TableProbe::Values more = {}) const {
    TableProbe probe = table(std::move(more));
    probe.scan.batch_mode = true;
    return probe;
  }
  static std::string error(const TableProbe& probe) {
    if (Status checked = probe.check(); !checked.ok()) return checked.message();
    return probe.source().status().message();
  }
  /// What of partition 0 the group has read; -1 = nothing.
  int64_t offset_of(const std::string& group) const {
    const auto topic = *Topic::open(real_env(), directory_, "orders");
    const auto offsets = *read_group_offsets(*topic, group);
    return offsets ? offsets->next.at(0) : -1;
  }

  const std::string directory_;
};

/// A job's source with one split, polled by hand.
class OneSplit {
 public:
  explicit OneSplit(const TableProbe& probe)
      : probe_(probe),
        source_(*probe.source()),
        enumerator_(*source_->make_enumerator(probe.source_context())),
        splits_(*enumerator_->discover()),
        reader_(*source_->make_reader(splits_.at(0), probe.source_context())) {}

  /// Polls until something came, or for long enough to look at the files a few times.
  std::string read() {
    CollectedOutput output;
    const int64_t until_ns = real_env().monotonic_ns() + 20'000'000;
    while (output.batches.empty() && real_env().monotonic_ns() < until_ns) {
      const Result<Flow> flow = reader_->poll(output);
      EXPECT_TRUE(flow.ok()) << flow.status();
      if (!flow.ok() || *flow == Flow::kFinished) break;
    }
    std::string text;
    for (const Batch& batch : output.batches) text += batch.to_text();
    return text;
  }
  void restart() {
    const std::string position = *reader_->position();
    reader_ = *source_->make_reader(splits_.at(0), probe_.source_context());
    EXPECT_TRUE(reader_->seek(position).ok());
  }
  SplitReader& reader() { return *reader_; }
  SplitEnumerator& enumerator() { return *enumerator_; }

 private:
  const TableProbe& probe_;
  const std::unique_ptr<Source> source_;
  const std::unique_ptr<SplitEnumerator> enumerator_;
  const std::vector<Split> splits_;
  std::unique_ptr<SplitReader> reader_;
};

TEST_F(LogReadersTest, AGroupHasReadWhatAPublishedCheckpointHolds) {
  ASSERT_TRUE(table().write("+ 1 | + 2").ok());
  const TableProbe probe = table({{"group.id", "g"}});
  OneSplit job(probe);
  EXPECT_EQ(job.read(), "+I[1] | +I[2]");
  job.reader().on_barrier(1);
  EXPECT_EQ(offset_of("g"), -1);
  ASSERT_TRUE(table().write("+ 3").ok());
  EXPECT_EQ(job.read(), "+I[3]");
  job.reader().on_barrier(2);
  job.enumerator().on_published(1);
  EXPECT_EQ(offset_of("g"), 2);
  job.enumerator().on_published(2);
  EXPECT_EQ(offset_of("g"), 3);
}

TEST_F(LogReadersTest, AGroupHasReadWhatABatchReadOnceItHasEnded) {
  ASSERT_TRUE(table().write("+ 1 | + 2").ok());
  const TableProbe probe = batch({{"group.id", "g"}});
  OneSplit job(probe);
  EXPECT_EQ(job.read(), "+I[1] | +I[2]");
  EXPECT_EQ(job.read(), "");
  job.enumerator().on_published(1);
  EXPECT_EQ(offset_of("g"), -1) << "which checkpoint holds its last rows is not known";
  job.enumerator().on_published(SplitEnumerator::kAllDone);
  EXPECT_EQ(offset_of("g"), 2);
}

TEST_F(LogReadersTest, ReadingBeginsAndEndsWhereAGroupIs) {
  ASSERT_TRUE(table().write("+ 1 | + 2 | + 3").ok());
  const TableProbe from = batch({{"group.id", "g"}, {"scan.startup.mode", "group-offsets"}});
  EXPECT_EQ(from.read(),
            "error: group 'g' has no offset of partition 0 of topic 'orders' to go on from; read "
            "it once with this 'group.id' and 'scan.startup.mode' = 'earliest-offset' or "
            "'latest-offset'");
  const auto topic = *Topic::open(real_env(), directory_, "orders");
  ASSERT_TRUE(write_group_offsets(*topic, "g", {{0, 1}}).ok());
  EXPECT_EQ(from.read(), "+I[2] | +I[3]");
  EXPECT_EQ(batch({{"group.id", "g"}, {"scan.bounded.mode", "group-offsets"}}).read(), "+I[1]");
}

TEST_F(LogReadersTest, RowsAreReadBeforeTheirCommitOnceAlsoBehindARestart) {
  const TableProbe sink_probe = [&] {
    TableProbe probe = table({{"flush.interval", "0 s"}});
    probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
    return probe;
  }();
  const auto sink = *sink_probe.sink();
  const auto writer = *sink->make_writer(sink_probe.sink_context);
  const auto write = [&](std::string_view rows) {
    ASSERT_TRUE(writer->write(*parse_batch(sink_probe.sink_request.schema, rows)).ok());
    ASSERT_TRUE(writer->flush().ok());
  };
  const TableProbe probe = table({{"isolation-level", "read_uncommitted"}});
  const TableProbe patient_probe = table();
  OneSplit job(probe);
  OneSplit patient(patient_probe);
  write("+ 1 | + 2");
  EXPECT_EQ(job.read(), "+I[1] | +I[2]");
  EXPECT_EQ(patient.read(), "");
  job.restart();
  EXPECT_EQ(job.read(), "");
  const auto prepared = *writer->prepare(1);
  write("+ 3");
  EXPECT_EQ(job.read(), "+I[3]");
  ASSERT_TRUE(writer->commit(prepared.at(0)).ok());
  EXPECT_EQ(patient.read(), "+I[1] | +I[2]");
  EXPECT_EQ(job.read(), "");
  job.restart();
  EXPECT_EQ(job.read(), "");
  EXPECT_EQ(batch({{"isolation-level", "read_uncommitted"}}).read(), "+I[1] | +I[2] | +I[3]");
  EXPECT_EQ(batch().read(), "+I[1] | +I[2]");
}

TEST_F(LogReadersTest, OptionsThatDoNotFitAreRefused) {
  ASSERT_TRUE(table().write("+ 1").ok());
  EXPECT_EQ(error(table({{"scan.startup.mode", "group-offsets"}})),
            "'scan.startup.mode' = 'group-offsets' needs 'group.id'");
  EXPECT_EQ(error(table({{"scan.bounded.mode", "group-offsets"}})),
            "'scan.bounded.mode' = 'group-offsets' needs 'group.id'");
  EXPECT_NE(error(table({{"group.id", "a/b"}})).find("naming group 'a/b'"), std::string::npos);
  const std::string uncommitted = "read_uncommitted";
  EXPECT_EQ(error(table({{"isolation-level", uncommitted},
                         {"scan.bounded.mode", "timestamp"},
                         {"scan.bounded.timestamp-millis", "5"}})),
            "'isolation-level' = 'read_uncommitted' reads rows that have no offset yet, so reading "
            "ends with 'latest-offset' or never, but 'scan.bounded.mode' is 'timestamp'");
  TableProbe probe = table({{"isolation-level", uncommitted}});
  probe.scan.columns.push_back({"at", SqlType::bigint().not_null(), "offset"});
  EXPECT_EQ(error(probe),
            "'isolation-level' = 'read_uncommitted' reads rows that have no 'offset' yet, but the "
            "query reads column 'at'; leave it away, or read what is committed");
}

TEST_F(LogReadersTest, ASinkSaysWhichEpochItShowsAndShowsNoMoreOfEarlierAttempts) {
  TableProbe probe = table();
  probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
  const auto sink = *probe.sink();
  SinkContext context = probe.sink_context;
  context.attempt = 2;
  EXPECT_EQ(*sink->newest_shown_epoch(context), 0) << "there is no topic yet";
  SinkContext earlier = probe.sink_context;
  earlier.attempt = 1;
  const auto sleeper = *sink->make_writer(earlier);
  const auto prepare = [&](int64_t epoch) {
    EXPECT_TRUE(sleeper->write(*parse_batch(probe.sink_request.schema, "+ 1")).ok());
    return (*sleeper->prepare(epoch)).at(0);
  };
  const Committable third = prepare(3);
  const Committable fourth = prepare(4);
  ASSERT_TRUE(sleeper->commit(third).ok());
  EXPECT_EQ(*sink->newest_shown_epoch(context), 3);
  EXPECT_FALSE(sleeper->commit(fourth).ok()) << "it was asked, and stays what it said";
  EXPECT_EQ(*sink->newest_shown_epoch(context), 3);
  context.generation = 1;
  EXPECT_EQ(*sink->newest_shown_epoch(context), 0);
}

TEST_F(LogReadersTest, TheNewestEpochIsThatOfAnyWriter) {
  TableProbe probe = table({{"topic", "many"}, {"partitions", "2"}});
  probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
  const auto sink = *probe.sink();
  SinkContext context = probe.sink_context;
  context.attempt = 1;
  context.parallelism = 2;
  context.subtask = 1;
  const auto writer = *sink->make_writer(context);
  ASSERT_TRUE(writer->write(*parse_batch(probe.sink_request.schema, "+ 1")).ok());
  const auto prepared = *writer->prepare(4);
  ASSERT_TRUE(writer->commit(prepared.at(0)).ok());
  SinkContext asking = probe.sink_context;
  asking.attempt = 2;
  EXPECT_EQ(*sink->newest_shown_epoch(asking), 4);
}

TEST_F(LogReadersTest, APositionBehindRowsThatACrashTookIsRefused) {
  const TableProbe probe = table({{"flush", "interval"}});
  ASSERT_TRUE(probe.write("+ 1 | + 2 | + 3").ok());
  const auto source = *probe.source();
  const auto enumerator = *source->make_enumerator(probe.source_context());
  const std::vector<Split> splits = *enumerator->discover();
  const auto reader = *source->make_reader(splits.at(0), probe.source_context());
  CollectedOutput output;
  ASSERT_TRUE(reader->poll(output).ok());
  const std::string read = *reader->position();
  EXPECT_EQ(PackedReader(read, 3).number(), 3);

  const auto position = [](int64_t next, int64_t commit_before) {
    PackedWriter writer(3);
    writer.number(next);
    writer.number(commit_before);
    writer.number(0);
    return writer.finish();
  };
  const auto poll_at = [&](const std::string& where) {
    const auto again = *source->make_reader(splits.at(0), probe.source_context());
    EXPECT_TRUE(again->seek(where).ok());
    return again->poll(output).status();
  };
  EXPECT_TRUE(poll_at(read).ok());
  for (const std::string& lost : {position(3, 1), position(4, 5000)}) {
    EXPECT_NE(poll_at(lost).message().find("topic 'orders'"), std::string::npos);
    EXPECT_NE(poll_at(lost).message().find("has lost rows of partition 0 that the job had read"),
              std::string::npos)
        << poll_at(lost).message();
  }
}

}  // namespace
}  // namespace hw
