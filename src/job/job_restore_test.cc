// SPDX-License-Identifier: Apache-2.0
//
// Jobs that are killed at a barrier and go on from its checkpoint, perhaps at another parallelism:
// what their sink shows is what one undisturbed run shows.

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"
#include "job/checkpoint_sink.h"
#include "job/job_run.h"
#include "operators/aggregate_fixture.h"
#include "operators/group_aggregate.h"
#include "operators/regular_join.h"
#include "operators/top_n.h"
#include "operators/window_aggregate.h"
#include "testkit/batch_source.h"
#include "testkit/epoch_sink.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

constexpr int kSplits = 3;
constexpr int kBatches = 12;

// Column 0 is the event time, `k` the key.
SchemaPtr input_schema() { return *parse_schema("ts TIMESTAMP(3), k INT, n BIGINT"); }

std::string timestamp(int64_t ms) {
  std::string millis = std::to_string(1000 + ms % 1000).substr(1);
  std::string seconds = std::to_string(100 + ms / 1000 % 60).substr(1);
  return "'2026-01-01 00:00:" + seconds + "." + millis + "'";
}

// Small batches whose times rise unevenly and whose keys mix.
BatchSourceSpec make_input(int seed) {
  BatchSourceSpec spec{.splits = {}, .waits = true};
  for (int s = 0; s < kSplits; ++s) {
    std::vector<Batch> batches;
    for (int b = 0; b < kBatches; ++b) {
      std::string rows;
      for (int i = 0; i < 5; ++i) {
        const int number = (s * kBatches + b) * 5 + i + seed;
        rows += (i == 0 ? "+ " : " | + ") + timestamp(b * 700 + (number * 7) % 400) + " " +
                std::to_string(number * 31 % 11) + " " + std::to_string(number * 17 % 23);
      }
      batches.push_back(*parse_batch(input_schema(), rows));
    }
    spec.splits.push_back(std::move(batches));
  }
  return spec;
}

const BatchSourceSpec& input(int seed) {
  static std::map<int, BatchSourceSpec> made;
  if (!made.contains(seed)) made.emplace(seed, make_input(seed));
  return made.at(seed);
}

// The watermark follows half a second behind; times are those of column 0.
class TimeOfRow final : public SplitTransform {
 public:
  Result<TimedBatch> transform(const Batch& input) override {
    TimedBatch timed{.batch = input};
    for (int64_t row = 0; row < input.num_rows(); ++row) {
      timed.time_ms.push_back(input.column(0)->value<int64_t>(row));
      timed.watermark_ms.push_back(timed.time_ms.back() - 500);
    }
    return timed;
  }
};

struct Shape {
  std::function<Result<std::unique_ptr<Operator>>()> make;
  SchemaPtr output;
  RowKindSet kinds = RowKindSet::insert_only();
  std::vector<int> keys = {1};
  int num_inputs = 1;
  /// The rows of a changelog depend on how batches were cut; what they add up to does not.
  bool folds = false;
};

std::vector<SqlField> fields_of(const std::vector<int>& columns) {
  std::vector<SqlField> fields;
  for (const int column : columns) fields.push_back(input_schema()->field(column));
  return fields;
}

Shape sums(bool distinct, bool global = false) {
  GroupAggregateSpec spec{.input = input_schema(), .keys = {1}, .output = nullptr, .session = {}};
  if (global) spec.keys.clear();
  std::vector<SqlField> output = fields_of(spec.keys);
  for (const char* name : {"COUNT", "SUM", "MAX"}) {
    spec.aggregates.push_back(
        aggregate_call(name, {2}, *spec.input, {.filter = -1, .distinct = distinct}));
    output.push_back({name, spec.aggregates.back().result_type});
  }
  spec.output = make_schema(std::move(output));
  return {.make = [spec] { return make_group_aggregate(spec); },
          .output = spec.output,
          .kinds = RowKindSet::all(),
          .keys = spec.keys,
          .folds = true};
}

Shape windows(WindowSpec window, bool distinct = false) {
  WindowAggregateSpec spec;
  spec.input = input_schema();
  spec.window = window;
  spec.window.time_column = 0;
  spec.keys = {1};
  spec.properties = {WindowProperty::kEnd};
  spec.aggregates = {aggregate_call("COUNT", {2}, *spec.input, {.distinct = distinct}),
                     aggregate_call("MAX", {2}, *spec.input)};
  std::vector<SqlField> output = fields_of({1});
  for (const AggregateCall& call : spec.aggregates) output.push_back({"a", call.result_type});
  output.push_back({"w", SqlType::timestamp(3).not_null()});
  spec.output = make_schema(std::move(output));
  return {.make = [spec] { return make_window_aggregate(spec); }, .output = spec.output};
}

Shape join(JoinKind kind) {
  RegularJoinSpec spec;
  spec.kind = kind;
  spec.left.schema = spec.right.schema = input_schema();
  spec.left.keys = spec.right.keys = {1, 2};
  spec.output_columns = {1, 2, 4};
  std::vector<SqlField> output = fields_of({1, 2, 1});
  for (SqlField& field : output) field.type = field.type.with_nullable(true);
  spec.output = make_schema(std::move(output));
  return {.make = [spec] { return make_regular_join(spec); },
          .output = spec.output,
          .kinds = kind == JoinKind::kInner ? RowKindSet::insert_only() : RowKindSet::all(),
          .keys = {1, 2},
          .num_inputs = 2,
          .folds = kind != JoinKind::kInner};
}

Shape top_n(bool retracts) {
  TopNSpec spec;
  spec.input = input_schema();
  spec.partition = {1};
  // All columns: which of two equal rows came first depends on their way.
  spec.order = {{.column = 2, .descending = true}, {.column = 0}};
  spec.limit = 3;
  spec.input_retracts = retracts;
  spec.output = spec.input;
  return {.make = [spec] { return make_top_n(spec); },
          .output = spec.output,
          .kinds = RowKindSet::all(),
          .folds = true};
}

JobGraph graph_of(const Shape& shape, int parallelism, std::shared_ptr<EpochOutput> output) {
  JobGraph graph{.name = "job", .parallelism = parallelism};
  for (int i = 0; i < shape.num_inputs; ++i) {
    Vertex vertex{.id = i, .name = "Source"};
    vertex.source = SourceRecipe{
        .uid = "source-" + std::to_string(i),
        .description = {.name = "Source", .details = {}},
        .source = make_batch_source(input(i * 1000)),
        .transform =
            [](const SplitTransformContext&) {
              return Result<std::unique_ptr<SplitTransform>>(std::make_unique<TimeOfRow>());
            },
        .watermark = {.kind = WatermarkRule::Kind::kPerRow},
        .output_schema = input_schema()};
    graph.vertices.push_back(std::move(vertex));
    graph.edges.push_back(
        {.from_vertex = i,
         .to_vertex = shape.num_inputs,
         .to_input = i,
         .contract = shape.keys.empty() ? EdgeContract::kGlobal : EdgeContract::kHash,
         .key_columns = shape.keys});
  }
  Vertex middle{.id = shape.num_inputs, .name = "Tested"};
  middle.chain.push_back({.uid = "tested",
                          .description = {.name = "Tested", .details = {}},
                          .make = shape.make,
                          .output_schema = shape.output,
                          .output_kinds = shape.kinds});
  graph.vertices.push_back(std::move(middle));
  Vertex last{.id = shape.num_inputs + 1, .name = "Sink"};
  last.sink = SinkRecipe{.uid = "sink",
                         .description = {.name = "Epochs", .details = {}},
                         .sink = make_epoch_sink(std::move(output))};
  graph.vertices.push_back(std::move(last));
  graph.edges.push_back({.from_vertex = shape.num_inputs,
                         .to_vertex = shape.num_inputs + 1,
                         .contract = EdgeContract::kForward});
  return graph;
}

// Keeps all checkpoints; a "disk" that survives the job.
class Kept final : public CheckpointSink {
 public:
  Status write(const JobCheckpoint& checkpoint) override {
    if (broken) return Status::IOError("the disk is broken");
    if (refuse > 0 && refuse-- > 0) return Status::CapacityError("the disk is full");
    written = checkpoint;
    return Status::OK();
  }
  // As late as it may be read: the job has gone on for a step.
  Status publish(int64_t) override {
    HW_ASSIGN_OR_RETURN(JobCheckpoint checkpoint, read_out(*std::exchange(written, std::nullopt)));
    checkpoints.push_back(std::make_shared<const JobCheckpoint>(std::move(checkpoint)));
    return Status::OK();
  }
  void on_committed(int64_t checkpoint) override { committed = checkpoint; }
  std::optional<JobCheckpoint> written;
  std::vector<std::shared_ptr<const JobCheckpoint>> checkpoints;
  int64_t committed = 0;
  int refuse = 0;
  bool broken = false;
};

struct Attempt {
  int parallelism = 1;
  int number = 1;
  std::shared_ptr<const JobCheckpoint> restore;
  /// Killed when that many checkpoints are kept: before their commit, or some steps behind.
  int kill_after = 1 << 30;
  int steps_behind = 0;
  bool at_least_once = false;
};

// Runs a job with a checkpoint every few steps. Returns whether it came to its end.
bool run(const Shape& shape, const Attempt& attempt, std::shared_ptr<EpochOutput> output,
         Kept& kept) {
  VirtualEnv env;
  JobOptions options{.env = &env, .single_thread = true};
  options.checkpoints = {.sink = &kept,
                         .first_id = attempt.restore ? attempt.restore->id + 1 : 1,
                         .at_least_once = attempt.at_least_once,
                         .attempt = attempt.number};
  options.restore = attempt.restore;
  const auto job =
      JobRun::start(graph_of(shape, attempt.parallelism, std::move(output)), options).ValueOrDie();
  const size_t enough = static_cast<size_t>(attempt.kill_after);
  for (int step = 1; step < 100'000; ++step) {
    if (step % 3 == 0) job->checkpoint({.purpose = CheckpointPurpose::kPeriodic});
    if (!job->step()) {
      EXPECT_TRUE(job->wait().ok()) << job->wait().ToString();
      return true;
    }
    if (kept.checkpoints.size() < enough) continue;
    for (int i = 0; i < attempt.steps_behind && job->step(); ++i) {
    }
    return false;
  }
  ADD_FAILURE() << "the job does not end";
  return false;
}

std::vector<std::string> shown(const Shape& shape, const EpochOutput& output) {
  return shape.folds ? output.folded() : output.rows();
}

std::vector<std::string> undisturbed(const Shape& shape) {
  VirtualEnv env;
  const auto output = std::make_shared<EpochOutput>();
  const auto job =
      JobRun::start(graph_of(shape, 1, output), {.env = &env, .single_thread = true}).ValueOrDie();
  EXPECT_TRUE(job->wait().ok());
  return shown(shape, *output);
}

// Kills at every checkpoint, at once or a little later; goes on at other parallelisms.
void survives_kills(const Shape& shape) {
  const std::vector<std::string> expected = undisturbed(shape);
  ASSERT_GT(expected.size(), shape.keys.empty() ? 0u : 5u);
  for (int from = 1; from <= 4; ++from) {
    for (int kill_after = 1;; ++kill_after) {
      const int to = 1 + (from + kill_after) % 4;
      const auto output = std::make_shared<EpochOutput>();
      Kept kept;
      const bool ended =
          run(shape,
              {.parallelism = from, .kill_after = kill_after, .steps_behind = kill_after % 3 * 2},
              output, kept);
      if (!ended) {
        Kept later;
        EXPECT_TRUE(run(shape, {.parallelism = to, .number = 2, .restore = kept.checkpoints.back()},
                        output, later));
      }
      ASSERT_EQ(shown(shape, *output), expected)
          << "killed at " << kept.checkpoints.back()->id << ", from " << from << " to " << to;
      if (ended) {
        EXPECT_GT(kill_after, 4) << "there were barriers to be killed at";
        break;
      }
    }
  }
}

WindowSpec tumble() { return {.kind = WindowKind::kTumble, .size_ms = 1000}; }
WindowSpec hop() { return {.kind = WindowKind::kHop, .size_ms = 2000, .step_ms = 500}; }

TEST(JobRestoreTest, KeyedAggregatesGoOn) { survives_kills(sums(/*distinct=*/false)); }
TEST(JobRestoreTest, DistinctAggregatesGoOn) { survives_kills(sums(/*distinct=*/true)); }
TEST(JobRestoreTest, GlobalAggregatesGoOn) { survives_kills(sums(false, /*global=*/true)); }
TEST(JobRestoreTest, TumblingWindowsGoOn) { survives_kills(windows(tumble())); }
TEST(JobRestoreTest, HoppingWindowsGoOn) { survives_kills(windows(hop())); }
TEST(JobRestoreTest, DistinctSetsOfWindowsGoOn) { survives_kills(windows(hop(), true)); }
TEST(JobRestoreTest, DistinctSetsOfTumblingWindowsGoOn) { survives_kills(windows(tumble(), true)); }
TEST(JobRestoreTest, InnerJoinsGoOn) { survives_kills(join(JoinKind::kInner)); }
TEST(JobRestoreTest, OuterJoinsGoOn) { survives_kills(join(JoinKind::kFull)); }
TEST(JobRestoreTest, TopNGoesOn) { survives_kills(top_n(false)); }
TEST(JobRestoreTest, TopNOfAChangelogGoesOn) { survives_kills(top_n(true)); }

TEST(JobRestoreTest, AnyParallelismGoesOnAtAnyOther) {
  for (const Shape& shape :
       {sums(/*distinct=*/true), windows(tumble(), true), join(JoinKind::kFull), top_n(true)}) {
    const std::vector<std::string> expected = undisturbed(shape);
    for (int from = 1; from <= 8; ++from) {
      for (int to = 1; to <= 8; ++to) {
        const auto output = std::make_shared<EpochOutput>();
        Kept kept, later;
        ASSERT_FALSE(run(shape, {.parallelism = from, .kill_after = 3, .steps_behind = to % 3},
                         output, kept));
        ASSERT_TRUE(run(shape, {.parallelism = to, .number = 2, .restore = kept.checkpoints.back()},
                        output, later));
        ASSERT_EQ(shown(shape, *output), expected) << "from " << from << " to " << to;
      }
    }
  }
}

TEST(JobRestoreTest, KillsOneAfterAnother) {
  const Shape shape = windows(hop());
  const auto output = std::make_shared<EpochOutput>();
  std::shared_ptr<const JobCheckpoint> last;
  bool ended = false;
  for (int attempt = 1; !ended; ++attempt) {
    ASSERT_LT(attempt, 100);
    Kept kept;
    ended = run(shape,
                {.parallelism = 1 + attempt * 5 % 4,
                 .number = attempt,
                 .restore = last,
                 .kill_after = 1 + attempt / 10,
                 .steps_behind = attempt % 4},
                output, kept);
    last = kept.checkpoints.back();
  }
  EXPECT_EQ(output->rows(), undisturbed(shape));
}

TEST(JobRestoreTest, TheEndOfTheInputIsACheckpointThatCanBeRestored) {
  const Shape shape = sums(false);
  const auto output = std::make_shared<EpochOutput>();
  Kept kept;
  ASSERT_TRUE(run(shape, {.parallelism = 2}, output, kept));
  EXPECT_TRUE(kept.checkpoints.back()->final);
  EXPECT_EQ(kept.committed, kept.checkpoints.back()->id);
  const auto before = output->rows();
  // As if it had been killed before the last commit was heard of.
  Kept again;
  ASSERT_TRUE(run(shape, {.parallelism = 3, .number = 2, .restore = kept.checkpoints.back()},
                  output, again));
  EXPECT_EQ(output->rows(), before);
}

TEST(JobRestoreTest, WhatWasPreparedForADeadCheckpointIsInTheNext) {
  const Shape shape = windows(tumble());
  const auto output = std::make_shared<EpochOutput>();
  Kept kept;
  kept.refuse = 3;
  run(shape, {.parallelism = 2, .kill_after = 1}, output, kept);
  ASSERT_EQ(kept.checkpoints.size(), 1u);
  EXPECT_EQ(kept.checkpoints[0]->id, 4);
  Kept later;
  ASSERT_TRUE(
      run(shape, {.parallelism = 1, .number = 2, .restore = kept.checkpoints[0]}, output, later));
  EXPECT_EQ(output->rows(), undisturbed(shape));
}

TEST(JobRestoreTest, NothingIsShownBeforeItsCheckpointIsKept) {
  const Shape shape = sums(false);
  const auto output = std::make_shared<EpochOutput>();
  Kept kept;
  kept.broken = true;
  VirtualEnv env;
  JobOptions options{.env = &env, .single_thread = true};
  options.checkpoints = {.sink = &kept, .settings = {.interval_ms = 1}};
  const auto job = JobRun::start(graph_of(shape, 2, output), options).ValueOrDie();
  const Status status = job->wait();
  EXPECT_NE(status.message().find("the disk is broken"), std::string::npos) << status.message();
  EXPECT_TRUE(output->rows().empty());
}

TEST(JobRestoreTest, AFullDiskHoldsTheEndUpUntilThereIsRoom) {
  const Shape shape = sums(false);
  const auto output = std::make_shared<EpochOutput>();
  Kept kept;
  kept.refuse = 3;
  VirtualEnv env;
  JobOptions options{.env = &env, .single_thread = true};
  std::vector<std::string> events;
  options.checkpoints = {.sink = &kept,
                         .on_event = [&](const std::string& text) { events.push_back(text); }};
  const auto job = JobRun::start(graph_of(shape, 2, output), options).ValueOrDie();
  ASSERT_TRUE(job->wait().ok());
  EXPECT_EQ(shown(shape, *output), undisturbed(shape));
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0], "checkpoint 1 is abandoned: the disk is full");
}

TEST(JobRestoreTest, AStopIsBehindALastCheckpointAndTheJobGoesOnFromIt) {
  const Shape shape = windows(tumble());
  for (const int steps : {2, 5, 9, 14}) {
    const auto output = std::make_shared<EpochOutput>();
    Kept kept;
    VirtualEnv env;
    JobOptions options{.env = &env, .single_thread = true};
    options.checkpoints.sink = &kept;
    const auto job = JobRun::start(graph_of(shape, 3, output), options).ValueOrDie();
    for (int i = 0; i < steps; ++i) job->step();
    job->stop();
    ASSERT_TRUE(job->wait().ok());
    ASSERT_EQ(kept.checkpoints.size(), 1u);
    EXPECT_EQ(kept.checkpoints[0]->kind, BarrierKind::kStopWithSavepoint);
    EXPECT_LT(output->rows().size(), undisturbed(shape).size());
    Kept later;
    ASSERT_TRUE(
        run(shape, {.parallelism = 2, .number = 2, .restore = kept.checkpoints[0]}, output, later));
    EXPECT_EQ(output->rows(), undisturbed(shape)) << "stopped after " << steps << " steps";
  }
}

TEST(JobRestoreTest, ADrainFiresAllWindowsBeforeItStops) {
  const Shape shape = windows(tumble());
  const auto output = std::make_shared<EpochOutput>();
  Kept kept;
  VirtualEnv env;
  JobOptions options{.env = &env, .single_thread = true};
  options.checkpoints.sink = &kept;
  const auto job = JobRun::start(graph_of(shape, 2, output), options).ValueOrDie();
  for (int i = 0; i < 4; ++i) job->step();
  const int64_t read = job->progress().rows_read;
  ASSERT_GT(read, 0);
  job->checkpoint({.purpose = CheckpointPurpose::kStop, .drain = true});
  ASSERT_TRUE(job->wait().ok());
  EXPECT_FALSE(output->rows().empty()) << "no window was complete by the watermark alone";
}

TEST(JobRestoreTest, AtLeastOnceLosesNothing) {
  const Shape shape = windows(tumble());
  const auto output = std::make_shared<EpochOutput>();
  Kept kept;
  ASSERT_TRUE(run(shape, {.parallelism = 3, .at_least_once = true}, output, kept));
  EXPECT_EQ(output->rows(), undisturbed(shape)) << "without a failure it is exactly once";
  EXPECT_GT(kept.checkpoints.size(), 3u);
}

TEST(JobRestoreTest, PreparedOutputWithoutItsSinkIsRefused) {
  const Shape shape = sums(false);
  JobCheckpoint checkpoint{.id = 4};
  checkpoint.committables.push_back({.sink_uid = "gone", .epoch = 4, .committable = "bytes"});
  VirtualEnv env;
  JobOptions options{.env = &env, .single_thread = true};
  options.restore = std::make_shared<const JobCheckpoint>(checkpoint);
  const auto job = JobRun::start(graph_of(shape, 1, std::make_shared<EpochOutput>()), options);
  EXPECT_NE(job.status().message().find("no such sink"), std::string::npos);
}

TEST(JobRestoreTest, RealThreadsTakeCheckpointsAtAnInterval) {
  const Shape shape = windows(hop());
  const auto output = std::make_shared<EpochOutput>();
  Kept kept;
  JobOptions options{.env = &real_env(), .threads_max = 1};
  options.checkpoints = {.sink = &kept, .settings = {.interval_ms = 1}};
  const auto job = JobRun::start(graph_of(shape, 4, output), options).ValueOrDie();
  ASSERT_TRUE(job->wait().ok());
  EXPECT_TRUE(kept.checkpoints.back()->final);
  EXPECT_EQ(output->rows(), undisturbed(shape));
}

}  // namespace
}  // namespace hw
