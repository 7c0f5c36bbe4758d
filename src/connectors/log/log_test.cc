// SPDX-License-Identifier: Apache-2.0
//
// Tables over topics, as planning and jobs use them.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"
#include "connectors/testing/table_probe.h"
#include "log/topic.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

using testing::CollectedOutput;
using testing::TableProbe;

/// A directory that goes away with its test.
class Scratch {
 public:
  Scratch()
      : path_(::testing::TempDir() + "headwater-" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    clear();
  }
  ~Scratch() { clear(); }
  const std::string& path() const { return path_; }

 private:
  void clear() { (void)real_env().locate(path_)->files->DeleteDir(path_).ok(); }
  const std::string path_;
};

class LogTableTest : public ::testing::Test {
 protected:
  TableProbe::Values options(TableProbe::Values more = {}) const {
    TableProbe::Values values = {
        {"connector", "log"}, {"path", directory_.path()}, {"topic", "orders"}};
    for (auto& [name, value] : more) {
      if (value.empty()) {
        values.erase(name);
      } else {
        values[name] = value;
      }
    }
    return values;
  }
  TableProbe table(std::string_view columns, TableProbe::Values more = {}) const {
    TableProbe probe(real_env(), columns, options(std::move(more)));
    probe.scan.batch_mode = true;
    return probe;
  }
  /// What planning says about reading the table.
  std::string source_error(const TableProbe& probe) const {
    if (Status checked = probe.check(); !checked.ok()) return checked.message();
    return probe.source().status().message();
  }
  std::string sink_error(const TableProbe& probe) const {
    if (Status checked = probe.check(); !checked.ok()) return checked.message();
    return probe.sink().status().message();
  }
  std::unique_ptr<SinkWriter> writer(const TableProbe& probe, int64_t attempt = 1) const {
    SinkContext context = probe.sink_context;
    context.attempt = attempt;
    auto sink = probe.sink();
    EXPECT_TRUE(sink.ok()) << sink.status();
    auto made = (*sink)->make_writer(context);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *std::move(made) : nullptr;
  }
  static Batch rows(const TableProbe& probe, std::string_view text) {
    return *parse_batch(probe.sink_request.schema, text);
  }
  static void add_metadata(TableProbe& probe, const std::string& key, SqlType type) {
    probe.scan.columns.push_back({key, std::move(type), key});
  }

  Scratch directory_;
};

TEST_F(LogTableTest, RowsThatWereWrittenAreRead) {
  const TableProbe probe = table("id INT NOT NULL, name STRING");
  ASSERT_TRUE(probe.write("+ 1 a | + 2 null").ok());
  ASSERT_TRUE(probe.write("+ 3 c").ok());
  EXPECT_EQ(probe.read(), "+I[1, a] | +I[2, NULL] | +I[3, c]");
  EXPECT_EQ(probe.read(/*restart=*/true), "+I[1, a] | +I[2, NULL] | +I[3, c]");
}

TEST_F(LogTableTest, AScanReadsItsColumnsAndTheMetadata) {
  ASSERT_TRUE(table("id INT, name STRING").write("+ 1 a | + 2 b").ok());
  TableProbe probe = table("name STRING");
  add_metadata(probe, "topic", SqlType::string().not_null());
  add_metadata(probe, "partition", SqlType::integer().not_null());
  add_metadata(probe, "offset", SqlType::bigint().not_null());
  add_metadata(probe, "row-kind", SqlType::string().not_null());
  EXPECT_EQ(probe.read(), "+I[a, orders, 0, 0, +I] | +I[b, orders, 0, 1, +I]");
}

TEST_F(LogTableTest, NothingAppearsBeforeItsEpochIsCommittedThenAllOfItOnAllPartitions) {
  TableProbe probe = table("id INT NOT NULL, name STRING", {{"partitions", "4"}});
  probe.sink_request.primary_key = {0};
  probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
  probe.sink_request.changelog = RowKindSet::upsert();
  const auto writer = this->writer(probe);
  ASSERT_TRUE(writer->write(rows(probe, "+ 1 a | + 2 b | + 3 c | + 4 d | + 5 e")).ok());
  const auto first = *writer->prepare(7);
  ASSERT_TRUE(writer->write(rows(probe, "+ 6 f")).ok());
  const auto second = *writer->prepare(8);
  ASSERT_EQ(first.size(), 1u);
  const auto topic = *Topic::open(real_env(), directory_.path(), "orders");
  EXPECT_EQ(topic->state().last_commit, 0);
  ASSERT_TRUE(writer->commit(first[0]).ok());
  ASSERT_TRUE(topic->refresh().ok());
  const int64_t commit = topic->state().last_commit;
  int64_t num_rows = 0;
  int num_used = 0;
  for (const PartitionState& partition : topic->state().partitions) {
    num_rows += partition.end_offset;
    num_used += partition.pieces.empty() ? 0 : 1;
    for (const Piece& piece : partition.pieces) EXPECT_EQ(piece.first_commit, commit);
  }
  EXPECT_EQ(num_rows, 5);
  EXPECT_GT(num_used, 1);
}

TEST_F(LogTableTest, AnEpochOfAKilledWriterIsCommittedOnceByTheNext) {
  TableProbe probe = table("id INT, name STRING");
  probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
  std::vector<Committable> pending;
  {
    const auto writer = this->writer(probe, 1);
    ASSERT_TRUE(writer->write(rows(probe, "+ 1 a")).ok());
    pending = *writer->prepare(3);
    ASSERT_TRUE(writer->write(rows(probe, "+ 2 lost")).ok());
    ASSERT_TRUE(writer->prepare(4).ok());  // in no checkpoint
  }
  const auto writer = this->writer(probe, 2);
  ASSERT_TRUE(writer->recover(pending).ok());
  ASSERT_TRUE(writer->recover(pending).ok());
  ASSERT_TRUE(writer->write(rows(probe, "+ 2 b")).ok());
  const auto prepared = *writer->prepare(4);
  ASSERT_TRUE(writer->commit(prepared[0]).ok());
  EXPECT_EQ(probe.read(), "+I[1, a] | +I[2, b]");
}

TEST_F(LogTableTest, WithoutCheckpointsRowsAppearWhenTheInputPauses) {
  const TableProbe probe = table("id INT");
  const auto writer = this->writer(probe);
  ASSERT_TRUE(writer->write(rows(probe, "+ 1")).ok());
  EXPECT_EQ(probe.read(), "");
  ASSERT_TRUE(writer->flush().ok());
  EXPECT_EQ(probe.read(), "+I[1]");
  EXPECT_TRUE((*writer->prepare(0)).empty());
}

TEST_F(LogTableTest, WithoutCheckpointsRowsAppearSoonThoughTheInputNeverPauses) {
  VirtualEnv env(1'000'000);
  const TableProbe probe(env, "id INT", options());
  const auto writer = this->writer(probe);
  const TableProbe reader = table("id INT");
  ASSERT_TRUE(writer->write(rows(probe, "+ 1")).ok());
  env.advance_ms(4);
  ASSERT_TRUE(writer->write(rows(probe, "+ 2")).ok());
  EXPECT_EQ(reader.read(), "");
  env.advance_ms(1);
  ASSERT_TRUE(writer->write(rows(probe, "+ 3")).ok());
  EXPECT_EQ(reader.read(), "+I[1] | +I[2] | +I[3]");
  // Each batch waits anew.
  env.advance_ms(100);
  ASSERT_TRUE(writer->write(rows(probe, "+ 4")).ok());
  EXPECT_EQ(reader.read(), "+I[1] | +I[2] | +I[3]");
}

TEST_F(LogTableTest, WhatABoundedInputBringsAppearsAtItsEnd) {
  TableProbe probe = table("id INT");
  probe.sink_request.bounded_input = true;
  const auto writer = this->writer(probe);
  ASSERT_TRUE(writer->write(rows(probe, "+ 1")).ok());
  ASSERT_TRUE(writer->flush().ok());
  const auto prepared = *writer->prepare(0);
  EXPECT_EQ(probe.read(), "");
  ASSERT_TRUE(writer->commit(prepared[0]).ok());
  EXPECT_EQ(probe.read(), "+I[1]");
}

TEST_F(LogTableTest, AnUpsertTopicKeepsNewestRowsAndDeletes) {
  TableProbe probe = table("id INT NOT NULL, name STRING");
  probe.sink_request.primary_key = {0};
  probe.scan.primary_key = {0};
  probe.sink_request.changelog = RowKindSet::all();
  ASSERT_TRUE(probe.write("+ 1 a | -U 1 a | +U 1 b | -D 1 b").ok());
  EXPECT_EQ((*probe.source())->changelog(), RowKindSet::upsert());
  EXPECT_EQ((*probe.sink())->accepts(), RowKindSet::upsert());
  EXPECT_EQ(probe.read(), "+I[1, a] | -D[1, a] | +U[1, b] | -D[1, b]");
}

TEST_F(LogTableTest, ATopicOfUpsertsIsCompactedBehindItsCommits) {
  TableProbe probe = table("id INT NOT NULL, name STRING", {{"segment.bytes", "4kb"}});
  probe.sink_request.primary_key = {0};
  probe.scan.primary_key = {0};
  for (int round = 0; round < 100; ++round) {
    ASSERT_TRUE(probe.write("+ 1 a" + std::to_string(round) + " | + 2 b").ok());
  }
  const auto topic = *Topic::open(real_env(), directory_.path(), "orders");
  EXPECT_TRUE(topic->state().options.cleanup_compact);
  EXPECT_FALSE(topic->state().options.cleanup_delete);
  const PartitionState& rows = topic->state().partitions[0];
  EXPECT_TRUE(rows.pieces.front().compacted);
  EXPECT_EQ(rows.end_offset, 200);
  const std::string read = probe.read();
  EXPECT_LT(read.size(), 2000u);
  EXPECT_TRUE(read.ends_with(" | +I[1, a99] | +I[2, b]")) << read;
}

TEST_F(LogTableTest, OldSegmentsAreMovedBehindCommitsAndReadAsBefore) {
  const TableProbe probe = table("id INT", {{"segment.bytes", "4kb"},
                                            {"offload.path", directory_.path() + "/old"},
                                            {"offload.after", "1 ms"}});
  std::string expected;
  for (int round = 0; round < 40; ++round) {
    ASSERT_TRUE(probe.write("+ " + std::to_string(round)).ok());
    expected += (expected.empty() ? "+I[" : " | +I[") + std::to_string(round) + "]";
  }
  const auto topic = *Topic::open(real_env(), directory_.path(), "orders");
  EXPECT_TRUE(topic->state().partitions[0].pieces[0].location.starts_with(directory_.path()));
  EXPECT_EQ(probe.read(), expected);
  EXPECT_NE(sink_error(table("id INT", {{"topic", "new"}, {"offload.after", "1 h"}}))
                .find("say together"),
            std::string::npos);
  EXPECT_NE(sink_error(table("id INT", {{"offload.after", "1 h"}, {"offload.path", "hdfs://a/b"}}))
                .find("only local folders"),
            std::string::npos);
}

TEST_F(LogTableTest, PoliciesThatContradictTheTableAreRefused) {
  EXPECT_EQ(sink_error(table("id INT", {{"cleanup.policy", "compact"}})),
            "cleanup.policy 'compact' keeps the newest row of each key, so the topic needs a "
            "PRIMARY KEY; without one use 'delete'");
  TableProbe keyed =
      table("id INT NOT NULL", {{"retention.time", "1 h"}, {"cleanup.policy", "compact"}});
  keyed.sink_request.primary_key = {0};
  EXPECT_EQ(sink_error(keyed),
            "retention.time and retention.bytes remove rows, which cleanup.policy 'compact' does "
            "not; use 'compact,delete'");
  TableProbe all =
      table("id INT NOT NULL", {{"cleanup.policy", "compact,delete"}, {"changelog-mode", "all"}});
  all.sink_request.primary_key = {0};
  EXPECT_EQ(sink_error(all),
            "'cleanup.policy' = 'compact' keeps the newest row of each key, so the table needs "
            "'changelog-mode' = 'upsert'; without it use 'delete'");
}

TEST_F(LogTableTest, ATopicOfAllChangesKeepsTheFourKinds) {
  TableProbe probe = table("id INT, name STRING", {{"changelog-mode", "all"}});
  ASSERT_TRUE(probe.write("+ 1 a | -U 1 a | +U 1 b | -D 1 b").ok());
  EXPECT_EQ(probe.read(), "+I[1, a] | -U[1, a] | +U[1, b] | -D[1, b]");
  EXPECT_NE(table("id INT, name STRING").read().find("holds changes"), std::string::npos);
}

TEST_F(LogTableTest, AKeyStaysInItsPartitionWhateverTheBatches) {
  TableProbe probe = table("id INT NOT NULL, v INT", {{"partitions", "3"}});
  probe.sink_request.primary_key = {0};
  probe.scan.primary_key = {0};
  ASSERT_TRUE(probe.write("+ 1 1 | + 2 1 | + 3 1 | + 4 1").ok());
  ASSERT_TRUE(probe.write("+ 4 2").ok());
  ASSERT_TRUE(probe.write("+ 3 2 | + 2 2 | + 1 2").ok());
  add_metadata(probe, "partition", SqlType::integer().not_null());
  std::map<std::string, std::set<std::string>> partitions;
  for (const Batch& batch : *probe.read_batches()) {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      partitions[value_text(*batch.column(0), row)].insert(value_text(*batch.column(2), row));
    }
  }
  EXPECT_EQ(partitions.size(), 4u);
  for (const auto& [key, where] : partitions) EXPECT_EQ(where.size(), 1u) << key;
}

TEST_F(LogTableTest, AKeyAndWhereItsRowsAreStay) {
  TableProbe probe = table("id INT NOT NULL, v INT", {{"partitions", "3"}});
  probe.sink_request.primary_key = {0};
  ASSERT_TRUE(probe.write("+ 1 1").ok());
  EXPECT_EQ(sink_error(table("id INT NOT NULL, v INT")),
            "topic 'orders' has the key (id), so a table that writes to it needs that PRIMARY KEY, "
            "but it has none");
  TableProbe wider = table("id BIGINT NOT NULL, v BIGINT");
  wider.sink_request.primary_key = {0};
  EXPECT_EQ(sink_error(wider),
            "a key column of a topic with several partitions keeps its type, but 'id' of topic "
            "'orders' is INT NOT NULL and would be BIGINT NOT NULL");
}

TEST_F(LogTableTest, WrittenTimestampsAreReadAndReadingBeginsWithThem) {
  TableProbe written = table("id INT, ts TIMESTAMP_LTZ(3)");
  written.sink_request.metadata_keys = {"timestamp"};
  ASSERT_TRUE(written.write("+ 1 '1970-01-01 00:00:01'").ok());
  ASSERT_TRUE(written.write("+ 2 '1970-01-01 00:00:02'").ok());
  TableProbe probe = table("id INT");
  add_metadata(probe, "timestamp", SqlType::timestamp_ltz(3).not_null());
  EXPECT_EQ(probe.read(), "+I[1, 1970-01-01 00:00:01.000] | +I[2, 1970-01-01 00:00:02.000]");
  const auto from = table(
      "id INT", {{"scan.startup.mode", "timestamp"}, {"scan.startup.timestamp-millis", "1500"}});
  EXPECT_EQ(from.read(), "+I[2]");
  // A table without the metadata writes to the same topic.
  ASSERT_TRUE(table("id INT").write("+ 3").ok());
  EXPECT_EQ(table("id INT").read(), "+I[1] | +I[2] | +I[3]");
}

TEST_F(LogTableTest, ReadingBeginsAndEndsWhereTheOptionsSay) {
  ASSERT_TRUE(table("id INT").write("+ 1 | + 2").ok());
  ASSERT_TRUE(table("id INT").write("+ 3 | + 4").ok());
  const auto read = [&](TableProbe::Values more) {
    return table("id INT", std::move(more)).read();
  };
  EXPECT_EQ(read({{"scan.startup.mode", "latest-offset"}}), "");
  EXPECT_EQ(read({{"scan.startup.mode", "specific-offsets"},
                  {"scan.startup.specific-offsets", "partition:0,offset:1"}}),
            "+I[2] | +I[3] | +I[4]");
  EXPECT_EQ(read({{"scan.bounded.mode", "specific-offsets"},
                  {"scan.bounded.specific-offsets", "partition:0,offset:3"}}),
            "+I[1] | +I[2] | +I[3]");
  const auto topic = *Topic::open(real_env(), directory_.path(), "orders");
  EXPECT_EQ(read({{"scan.startup.mode", "commit"},
                  {"scan.startup.commit-id", std::to_string(topic->state().last_commit)}}),
            "+I[3] | +I[4]");
}

TEST_F(LogTableTest, OptionsThatContradictEachOtherAreRefused) {
  const auto error = [&](TableProbe::Values more) {
    return source_error(table("id INT", std::move(more)));
  };
  EXPECT_EQ(error({{"scan.startup.mode", "timestamp"}}),
            "'scan.startup.mode' = 'timestamp' needs 'scan.startup.timestamp-millis'");
  EXPECT_EQ(error({{"scan.startup.commit-id", "4"}}),
            "'scan.startup.commit-id' is for 'scan.startup.mode' = 'commit', but that is "
            "'earliest-offset'");
  EXPECT_EQ(error({{"path", ""}}),
            "a log table needs the log's directory: give 'path', or set 'log.dir'");
  EXPECT_EQ(error({{"topic-pattern", "o.*"}}),
            "a log table needs one of 'topic' and 'topic-pattern', but has both");
  EXPECT_EQ(
      error({{"scan.startup.mode", "specific-offsets"}, {"scan.startup.specific-offsets", "0:1"}}),
      "offsets are written as 'partition:0,offset:42;partition:1,offset:300', but found "
      "'0:1', while reading 'scan.startup.specific-offsets'");
  EXPECT_NE(error({{"format", "parquet"}}).find("is one of files"), std::string::npos);
  EXPECT_NE(error({{"key.format", "json"}}).find("'key.format' is for messages"),
            std::string::npos);
  EXPECT_NE(sink_error(table("id INT", {{"sink.delivery-guarantee", "exactly-once"}}))
                .find("needs checkpoints"),
            std::string::npos);
}

TEST_F(LogTableTest, TheLogsDirectoryMayComeFromTheConfiguration) {
  ASSERT_TRUE(table("id INT").write("+ 1").ok());
  TableProbe probe = table("id INT", {{"path", ""}});
  ConnectorContext context{.env = &real_env(),
                           .formats = &testing::all_formats(),
                           .options = Options(options({{"path", ""}})),
                           .table = "t",
                           .configuration = [&](std::string_view key) {
                             return key == "log.dir" ? directory_.path() : std::string();
                           }};
  const auto* connector = testing::all_connectors().find("log");
  const auto source = connector->source(probe.scan, context);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ((*source)->describe().details[0].second, directory_.path());
}

TEST_F(LogTableTest, ASchemaGrowsAndNothingElse) {
  ASSERT_TRUE(table("id INT, v INT").write("+ 1 10").ok());
  const TableProbe wider = table("id INT, v BIGINT, note STRING");
  ASSERT_TRUE(wider.write("+ 2 20 x").ok());
  EXPECT_EQ(wider.read(), "+I[1, 10, NULL] | +I[2, 20, x]");
  EXPECT_EQ(sink_error(table("id INT")),
            "a topic's column cannot go away, but 'v' is missing in the new schema, while writing "
            "topic 'orders'");
  EXPECT_NE(sink_error(table("id STRING, v BIGINT, note STRING")).find("'id'"), std::string::npos);
  EXPECT_EQ(source_error(table("id INT, nope INT")).substr(0, 76),
            "a log table has columns of its topic, but topic 'orders' has no column 'nope");
  EXPECT_EQ(source_error(table("v INT")),
            "column 'v' of topic 'orders' is BIGINT, which cannot be read as INT");
  // The first version is still written by jobs that know no other.
  EXPECT_TRUE(table("id INT, v INT").write("+ 3 30").ok());
  EXPECT_EQ(table("id INT").read(), "+I[1] | +I[2] | +I[3]");
}

TEST_F(LogTableTest, AWriterOfNarrowerColumnsWritesTheTopicsTypes) {
  ASSERT_TRUE(table("id BIGINT, name STRING").write("+ 1 a").ok());
  EXPECT_TRUE(table("id INT NOT NULL, name VARCHAR(3)").write("+ 2 b").ok());
  EXPECT_EQ(table("id BIGINT, name STRING").read(), "+I[1, a] | +I[2, b]");
  const auto topic = *Topic::open(real_env(), directory_.path(), "orders");
  EXPECT_EQ(topic->state().schemas.size(), 1u);
}

TEST_F(LogTableTest, ATopicThatGoesAwayFailsTheReaderOrIsIgnored) {
  for (const std::string on_missing : {"fail", "ignore"}) {
    ASSERT_TRUE(table("id INT").write("+ 1").ok());
    TableProbe probe = table("id INT", {{"topic.on-missing", on_missing}});
    probe.scan.batch_mode = false;
    const auto source = *probe.source();
    const auto splits = *(*source->make_enumerator(probe.source_context()))->discover();
    const auto reader = *source->make_reader(splits[0], probe.source_context());
    CollectedOutput output;
    ASSERT_EQ(*reader->poll(output), Flow::kNeedInput);
    const std::string path = directory_.path() + "/orders";
    ASSERT_TRUE(real_env().locate(path)->files->DeleteDir(path).ok());
    Result<Flow> flow = Flow::kWaiting;
    for (int polls = 0; polls < 1'000'000 && flow.ok() && *flow != Flow::kFinished; ++polls) {
      flow = reader->poll(output);
    }
    if (on_missing == "ignore") {
      ASSERT_TRUE(flow.ok()) << flow.status();
      EXPECT_EQ(*flow, Flow::kFinished);
    } else {
      EXPECT_NE(flow.status().message().find("gone away"), std::string::npos) << flow.status();
    }
  }
}

TEST_F(LogTableTest, AReaderThatTailsSeesCommitsAndNewColumns) {
  ASSERT_TRUE(table("id INT").write("+ 1").ok());
  TableProbe probe = table("id INT");
  probe.scan.batch_mode = false;
  const auto source = *probe.source();
  EXPECT_FALSE(source->bounded());
  const auto enumerator = *source->make_enumerator(probe.source_context());
  const std::vector<Split> splits = *enumerator->discover();
  ASSERT_EQ(splits.size(), 1u);
  EXPECT_TRUE(enumerator->finished());
  const auto reader = *source->make_reader(splits[0], probe.source_context());
  CollectedOutput output;
  const auto read = [&] {
    for (int polls = 0; polls < 100'000 && output.batches.empty(); ++polls) {
      const auto flow = reader->poll(output);
      EXPECT_TRUE(flow.ok()) << flow.status();
    }
    std::string text;
    for (const Batch& batch : std::exchange(output.batches, {})) text += batch.to_text();
    return text;
  };
  EXPECT_EQ(read(), "+I[1]");
  EXPECT_EQ(*reader->poll(output), Flow::kWaiting);
  ASSERT_TRUE(table("id INT, note STRING").write("+ 2 x").ok());
  EXPECT_EQ(read(), "+I[2]");
}

TEST_F(LogTableTest, APatternReadsItsTopicsAlsoNewOnes) {
  const auto write = [&](const std::string& topic, const std::string& rows) {
    EXPECT_TRUE(table("id INT", {{"topic", topic}}).write(rows).ok());
  };
  write("eu-1", "+ 1");
  write("us-1", "+ 9");
  TableProbe probe = table("id INT", {{"topic", ""}, {"topic-pattern", "eu-.*"}});
  EXPECT_EQ(probe.read(), "+I[1]");
  probe.scan.batch_mode = false;
  const auto source = *probe.source();
  const auto enumerator = *source->make_enumerator(probe.source_context());
  ASSERT_EQ((*enumerator->discover()).size(), 1u);
  EXPECT_FALSE(enumerator->finished());
  EXPECT_TRUE((*enumerator->discover()).empty());
  write("eu-2", "+ 2");
  const std::vector<Split> more = *enumerator->discover();
  ASSERT_EQ(more.size(), 1u);
  EXPECT_EQ(more[0].id, "eu-2/0");
  // Another run goes on with what this one knew.
  const auto again = *source->make_enumerator(probe.source_context());
  ASSERT_TRUE(again->seek(*enumerator->position()).ok());
  EXPECT_TRUE((*again->discover()).empty());
}

TEST_F(LogTableTest, TopicsOfOnePatternHaveOneSchema) {
  for (const char* topic : {"a", "b"}) {
    ASSERT_TRUE(table("id INT, v INT", {{"topic", topic}}).write("+ 1 1").ok());
  }
  ASSERT_TRUE(table("id INT, v STRING", {{"topic", "odd"}}).write("+ 1 x").ok());
  EXPECT_EQ(source_error(table("id INT", {{"topic", ""}, {"topic-pattern", ".*"}})),
            "topics of one table have one schema, but 'odd' has (id INT, v STRING) and others have "
            "(id INT, v INT)");
}

TEST_F(LogTableTest, AMissingTopicFailsTheJobOrIsWaitedFor) {
  const TableProbe fails = table("id INT");
  EXPECT_EQ(fails.read(), "error: there is no topic 'orders' in '" + directory_.path() +
                              "', which has none; write to it first, or wait for it with "
                              "'topic.on-missing' = 'ignore'");
  TableProbe waits = table("id INT", {{"topic.on-missing", "ignore"}});
  EXPECT_EQ(waits.read(), "");
  waits.scan.batch_mode = false;
  const auto enumerator = *(*waits.source())->make_enumerator(waits.source_context());
  EXPECT_TRUE((*enumerator->discover()).empty());
  ASSERT_TRUE(table("id INT").write("+ 1").ok());
  EXPECT_EQ((*enumerator->discover()).size(), 1u);
}

TEST_F(LogTableTest, RunsOfWhatIsThereGoOnWhereTheLastOneEnded) {
  ASSERT_TRUE(table("id INT").write("+ 1 | + 2").ok());
  TableProbe probe = table("id INT");
  probe.scan.batch_mode = false;
  probe.scan.available_now = true;
  std::string position;
  std::string enumerated;
  std::vector<Split> splits;
  const auto run = [&] {
    const auto source = *probe.source();
    EXPECT_TRUE(source->bounded());
    EXPECT_TRUE(source->grows());
    const auto enumerator = *source->make_enumerator(probe.source_context());
    if (!enumerated.empty()) {
      EXPECT_TRUE(enumerator->seek(enumerated).ok());
    }
    for (Split& split : *enumerator->discover()) splits.push_back(std::move(split));
    enumerated = *enumerator->position();
    EXPECT_EQ(splits.size(), 1u);
    // What is written while it runs is left to the next run.
    EXPECT_TRUE(table("id INT").write("+ 7").ok());
    const auto reader = *source->make_reader(splits[0], probe.source_context());
    if (!position.empty()) {
      EXPECT_TRUE(reader->seek(position).ok());
    }
    CollectedOutput output;
    while (*reader->poll(output) != Flow::kFinished) {
    }
    EXPECT_TRUE(reader->may_grow());
    position = *reader->position();
    std::string text;
    for (const Batch& batch : output.batches) text += batch.to_text() + " ";
    return text;
  };
  EXPECT_EQ(run(), "+I[1] | +I[2] ");
  EXPECT_EQ(run(), "+I[7] ");
}

TEST_F(LogTableTest, ABatchReadsSegmentsSideBySideButChangesInOrder) {
  TableProbe append = table("id INT", {{"segment.bytes", "4kb"}});
  std::string many;
  for (int id = 0; id < 1200; ++id) many += (id > 0 ? " | + " : "+ ") + std::to_string(id);
  for (int times = 0; times < 3; ++times) ASSERT_TRUE(append.write(many).ok());
  const auto splits = [](const TableProbe& probe) {
    const auto source = *probe.source();
    return (*(*source->make_enumerator(probe.source_context()))->discover()).size();
  };
  EXPECT_EQ(splits(append), 3u);
  EXPECT_EQ(splits(table("id INT", {{"changelog-mode", "all"}})), 1u);
  int64_t num_rows = 0;
  for (const Batch& batch : *append.read_batches(/*restart=*/true)) num_rows += batch.num_rows();
  EXPECT_EQ(num_rows, 3600);
}

TEST_F(LogTableTest, TwoJobsDoNotWriteToOneTopic) {
  const TableProbe probe = table("id INT");
  const auto first = writer(probe);
  TableProbe other = table("id INT");
  other.sink_context.job = "other";
  const auto second = (*other.sink())->make_writer(other.sink_context);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find("job"), std::string::npos);
}

}  // namespace
}  // namespace hw
