// SPDX-License-Identifier: Apache-2.0
//
// The sink of a job that is killed at every step that changes a file, started again from its last
// checkpoint with as many writers or another number of them, and read all the while: what a reader
// sees is whole epochs, each once, in order.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "connectors/testing/table_probe.h"
#include "log/topic.h"
#include "log/topic_reader.h"
#include "runtime/partitioned_sink.h"
#include "runtime/router.h"
#include "testkit/faulty_env.h"

namespace hw {
namespace {

using testing::TableProbe;

constexpr int64_t kEpochs = 3;
constexpr int64_t kRowsPerEpoch = 40;
constexpr int kPartitions = 4;

/// What survives a kill: the last checkpoint that is complete, with what the sink had prepared.
struct Checkpoint {
  int64_t epoch = 0;
  std::vector<Committable> pending;
};

/// Ids of the rows that can be read, sorted: a reader's view at one moment.
std::vector<int64_t> ids_in(const std::string& directory) {
  std::vector<int64_t> ids;
  const auto topic = Topic::open(real_env(), directory, "t");
  if (!topic.ok()) {
    EXPECT_TRUE(topic.status().IsKeyError()) << topic.status();
    return ids;
  }
  for (int partition = 0; partition < (*topic)->num_partitions(); ++partition) {
    const auto reader = TopicReader::open(**topic, {.partition = partition});
    EXPECT_TRUE(reader.ok()) << reader.status();
    while (true) {
      const auto rows = (*reader)->next();
      EXPECT_TRUE(rows.ok()) << rows.status();
      if (!rows.ok() || !*rows) break;
      const Column& column = *(*rows)->batch.column(0);
      for (int64_t row = 0; row < column.num_rows(); ++row) {
        ids.push_back(column.value<int64_t>(row));
      }
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// Whole epochs from the first on, nothing twice.
void expect_whole_epochs(const std::string& directory, const std::string& when) {
  const std::vector<int64_t> ids = ids_in(directory);
  EXPECT_EQ(static_cast<int64_t>(ids.size()) % kRowsPerEpoch, 0) << when;
  for (size_t i = 0; i < ids.size(); ++i) ASSERT_EQ(ids[i], static_cast<int64_t>(i)) << when;
}

class KilledSink : public ::testing::Test {
 protected:
  KilledSink() : directory_(::testing::TempDir() + "headwater-killed-sink") { clear(); }
  ~KilledSink() override { clear(); }
  void clear() { (void)real_env().locate(directory_)->files->DeleteDir(directory_).ok(); }

  /// One attempt of so many writers, from the checkpoint on, as the driver of a sink does it.
  Status attempt(Env& env, int64_t number, int num_writers, Checkpoint& checkpoint) {
    TableProbe probe(env, "id BIGINT NOT NULL",
                     {{"connector", "log"},
                      {"path", directory_},
                      {"topic", "t"},
                      {"partitions", std::to_string(kPartitions)},
                      {"segment.bytes", "4kb"}});
    probe.sink_request.primary_key = {0};
    probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
    SinkContext context = probe.sink_context;
    context.attempt = number;
    context.parallelism = num_writers;
    HW_ASSIGN_OR_RETURN(const auto sink, probe.sink());
    EXPECT_EQ(as_partitioned(*sink)->writers_max(), kPartitions);
    Writers writers(static_cast<size_t>(num_writers));
    const Status done = run(*sink, context, writers, checkpoint);
    if (done.ok()) return done;
    for (const auto& writer : writers) {
      if (writer != nullptr) writer->abort();
    }
    return done;
  }

  using Writers = std::vector<std::unique_ptr<SinkWriter>>;

  Status run(Sink& sink, SinkContext context, Writers& writers, Checkpoint& checkpoint) {
    // Each begins on a thread of its own, so in any order; only the first one recovers.
    for (size_t i = writers.size(); i-- > 0;) {
      context.subtask = static_cast<int>(i);
      HW_TRY(sink.make_writer(context).Value(&writers[i]));
    }
    HW_TRY(writers[0]->recover(checkpoint.pending));
    const auto router = make_router({.contract = EdgeContract::kHash,
                                     .key_columns = sink.partition_by(),
                                     .num_receivers = static_cast<int>(writers.size()),
                                     .max_parallelism = kPartitions});
    const SchemaPtr schema = *parse_schema("id BIGINT NOT NULL");
    for (int64_t epoch = checkpoint.epoch; epoch < kEpochs; ++epoch) {
      for (int64_t half = 0; half < 2; ++half) {
        std::string text;
        for (int64_t row = 0; row < kRowsPerEpoch / 2; ++row) {
          const int64_t id = epoch * kRowsPerEpoch + half * (kRowsPerEpoch / 2) + row;
          text += (row > 0 ? " | + " : "+ ") + std::to_string(id);
        }
        std::vector<RoutedBatch> routed;
        HW_TRY(router->route(*parse_batch(schema, text), routed));
        for (const RoutedBatch& part : routed) {
          HW_TRY(writers[static_cast<size_t>(part.receiver)]->write(part.batch));
        }
      }
      std::vector<Committable> prepared;
      for (const auto& writer : writers) {
        HW_ASSIGN_OR_RETURN(const std::vector<Committable> own, writer->prepare(epoch + 1));
        prepared.insert(prepared.end(), own.begin(), own.end());
      }
      checkpoint = {.epoch = epoch + 1, .pending = prepared};
      HW_TRY(dynamic_cast<PartitionedWriter&>(*writers[0]).commit_epoch(prepared));
    }
    return Status::OK();
  }

  /// Kills the first attempt at every step.
  void kill_everywhere(int num_writers, int num_writers_then);

  const std::string directory_;
};

void KilledSink::kill_everywhere(int num_writers, int num_writers_then) {
  int num_kills = 0;
  for (int64_t fail_at = 0;; ++fail_at) {
    clear();
    Checkpoint checkpoint;
    FaultyEnv dying;
    dying.faults.fail_at = fail_at;
    const Status first = attempt(dying, 1, num_writers, checkpoint);
    if (!dying.faults.fired) {
      EXPECT_TRUE(first.ok()) << first;
      break;
    }
    ++num_kills;
    const std::string when = "killed at step " + std::to_string(fail_at);
    expect_whole_epochs(directory_, when);
    FaultyEnv living;
    const Status second = attempt(living, 2, num_writers_then, checkpoint);
    ASSERT_TRUE(second.ok()) << when << ": " << second;
    expect_whole_epochs(directory_, when + ", started again");
    EXPECT_EQ(static_cast<int64_t>(ids_in(directory_).size()), kEpochs * kRowsPerEpoch) << when;
  }
  EXPECT_GT(num_kills, 20);
}

TEST_F(KilledSink, ShowsEachEpochOnceWhereverItDies) { kill_everywhere(1, 1); }
TEST_F(KilledSink, ShowsEachEpochOnceWithAWriterAPartition) { kill_everywhere(4, 4); }
TEST_F(KilledSink, GoesOnWithMoreWriters) { kill_everywhere(1, 3); }
TEST_F(KilledSink, GoesOnWithFewerWriters) { kill_everywhere(4, 2); }
TEST_F(KilledSink, GoesOnWithOneWriter) { kill_everywhere(3, 1); }

TEST_F(KilledSink, AFullDiskIsWaitedForWithoutCheckpointsToo) {
  int num_waits = 0;
  for (int64_t fail_at = 0; fail_at < 40; ++fail_at) {
    clear();
    FaultyEnv full;
    TableProbe probe(full, "id BIGINT",
                     {{"connector", "log"}, {"path", directory_}, {"topic", "t"}});
    const auto made = (*probe.sink())->make_writer(probe.sink_context);
    ASSERT_TRUE(made.ok()) << made.status();
    SinkWriter& writer = **made;
    full.faults = {.fail_at = full.faults.step + fail_at,
                   .kind = Faults::Kind::kDiskFull,
                   .step = full.faults.step};
    ASSERT_TRUE(writer.write(*parse_batch(probe.sink_request.schema, "+ 0 | + 1")).ok());
    const Status shown = writer.flush();
    if (!shown.ok()) continue;  // a file whose state nobody knows: the job starts over
    const bool hit = full.faults.fired;
    full.faults = {};
    num_waits += hit && ids_in(directory_).empty() ? 1 : 0;
    EXPECT_TRUE(*writer.has_room()) << fail_at;
    EXPECT_EQ(ids_in(directory_), (std::vector<int64_t>{0, 1})) << fail_at;
    ASSERT_TRUE(writer.write(*parse_batch(probe.sink_request.schema, "+ 2")).ok());
    ASSERT_TRUE(writer.flush().ok());
    EXPECT_EQ(ids_in(directory_), (std::vector<int64_t>{0, 1, 2})) << fail_at;
    if (!hit) break;
  }
  EXPECT_GE(num_waits, 2);  // the rows' own bytes, and the commit
}

TEST_F(KilledSink, AFullDiskIsWaitedFor) {
  for (int64_t fail_at = 0; fail_at < 40; ++fail_at) {
    clear();
    FaultyEnv full;
    full.faults.kind = Faults::Kind::kDiskFull;
    full.faults.fail_at = fail_at;
    TableProbe probe(full, "id BIGINT",
                     {{"connector", "log"}, {"path", directory_}, {"topic", "t"}});
    probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
    const auto made = (*probe.sink())->make_writer(probe.sink_context);
    if (!made.ok()) continue;  // there was no room for the topic itself
    SinkWriter& writer = **made;
    ASSERT_TRUE(writer.write(*parse_batch(probe.sink_request.schema, "+ 0 | + 1")).ok());
    auto prepared = writer.prepare(1);
    if (prepared.status().IsCapacityError()) {
      EXPECT_TRUE(*writer.has_room());
      prepared = writer.prepare(1);
    }
    if (!prepared.ok()) continue;  // a file whose state nobody knows: the job starts over
    if (!writer.commit((*prepared)[0]).ok()) {
      ASSERT_TRUE(writer.commit((*prepared)[0]).ok()) << fail_at;
    }
    EXPECT_EQ(ids_in(directory_), (std::vector<int64_t>{0, 1})) << fail_at;
  }
}

}  // namespace
}  // namespace hw
