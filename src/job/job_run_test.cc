// SPDX-License-Identifier: Apache-2.0
//
// Whole jobs over test operators: most on one thread, step by step; two with real workers.

#include "job/job_run.h"

#include <map>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/column_builder.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"
#include "testkit/batch_source.h"
#include "testkit/keeping_sink.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

SchemaPtr key_and_number() { return *parse_schema("k INT, n BIGINT"); }

// `num_batches` batches of 10 rows: k = 0…6, n counts up from `first`.
std::vector<Batch> numbered(int64_t first, int num_batches) {
  std::vector<Batch> batches;
  for (int b = 0; b < num_batches; ++b) {
    std::string rows;
    for (int i = 0; i < 10; ++i, ++first)
      rows += (i == 0 ? "+ " : " | + ") + std::to_string(first % 7) + " " + std::to_string(first);
    batches.push_back(*parse_batch(key_and_number(), rows));
  }
  return batches;
}

class Same : public Operator {
 public:
  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    output.emit(batch);
    return Flow::kNeedInput;
  }
  Description describe() const override { return {.name = "Same", .details = {}}; }
};

// Sums n per k; emits at the end.
class Sums final : public Same {
 public:
  Result<Flow> on_batch(int, const Batch& batch, Output&) override {
    for (int64_t row = 0; row < batch.num_rows(); ++row)
      sums_[batch.column(0)->value<int32_t>(row)] += batch.column(1)->value<int64_t>(row);
    return Flow::kNeedInput;
  }
  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    if (watermark.ms != Watermark::kMax || sums_.empty()) return Flow::kNeedInput;
    std::string rows;
    for (const auto& [k, sum] : sums_)
      rows += (rows.empty() ? "+ " : " | + ") + std::to_string(k) + " " + std::to_string(sum);
    output.emit(*parse_batch(key_and_number(), rows));
    return Flow::kNeedInput;
  }

 private:
  std::map<int32_t, int64_t> sums_;
};

class First final : public Same {
 public:
  explicit First(int64_t limit) : left_(limit) {}
  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    const int64_t take = std::min(left_, batch.num_rows());
    output.emit(batch.slice(0, take));
    left_ -= take;
    return left_ == 0 ? Flow::kFinished : Flow::kNeedInput;
  }

 private:
  int64_t left_;
};

class FailsAt final : public Same {
 public:
  explicit FailsAt(int64_t n) : n_(n) {}
  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    for (int64_t row = 0; row < batch.num_rows(); ++row)
      if (batch.column(1)->value<int64_t>(row) == n_) return Status::Invalid("n is never ", n_);
    return Same::on_batch(input, batch, output);
  }

 private:
  const int64_t n_;
};

// Lets a row pass unless a watermark has told that it is late.
class DropsLate final : public Same {
 public:
  Status open(OperatorContext& context) override {
    context_ = &context;
    return Status::OK();
  }
  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      if (batch.slice(row, 1).column(1)->value<int64_t>(0) > context_->watermark_ms()) {
        output.emit(batch.slice(row, 1));
      } else {
        context_->counter("late_rows_dropped").add(1);
      }
    }
    return Flow::kNeedInput;
  }

 private:
  OperatorContext* context_ = nullptr;
};

// Event time is n; the watermark follows 15 behind.
class TimeOfN final : public SplitTransform {
 public:
  Result<TimedBatch> transform(const Batch& input) override {
    TimedBatch timed{.batch = input};
    for (int64_t row = 0; row < input.num_rows(); ++row) {
      timed.time_ms.push_back(input.slice(row, 1).column(1)->value<int64_t>(0));
      timed.watermark_ms.push_back(timed.time_ms.back() - 15);
    }
    return timed;
  }
};

template <typename Op, typename... Args>
OperatorRecipe recipe(const std::string& uid, Args... args) {
  return {.uid = uid,
          .description = {.name = uid, .details = {}},
          .make = [args...]() -> Result<std::unique_ptr<Operator>> {
            return std::make_unique<Op>(args...);
          },
          .output_schema = key_and_number(),
          .output_kinds = RowKindSet::insert_only()};
}

class GraphMaker {
 public:
  explicit GraphMaker(int parallelism) { graph_.parallelism = parallelism; }

  int source(BatchSourceSpec spec, std::vector<OperatorRecipe> chain = {}) {
    Vertex vertex = next("Source");
    vertex.source = SourceRecipe{.uid = "source-" + std::to_string(vertex.id),
                                 .description = {.name = "Source", .details = {}},
                                 .source = make_batch_source(std::move(spec)),
                                 .output_schema = key_and_number()};
    vertex.chain = std::move(chain);
    return add(std::move(vertex));
  }
  int chain(std::vector<OperatorRecipe> chain) {
    Vertex vertex = next("Chain");
    vertex.chain = std::move(chain);
    return add(std::move(vertex));
  }
  std::shared_ptr<KeepingSink> sink(int from, EdgeContract contract,
                                    std::vector<OperatorRecipe> chain = {}) {
    auto keeping = std::make_shared<KeepingSink>();
    Vertex vertex = next("Sink");
    vertex.chain = std::move(chain);
    vertex.sink = SinkRecipe{.uid = "sink-" + std::to_string(vertex.id),
                             .description = {.name = "Keep", .details = {}},
                             .sink = keeping};
    edge(from, add(std::move(vertex)), contract);
    return keeping;
  }
  void edge(int from, int to, EdgeContract contract, int input = 0) {
    graph_.edges.push_back({.from_vertex = from,
                            .to_vertex = to,
                            .to_input = input,
                            .contract = contract,
                            .key_columns = contract == EdgeContract::kHash ? std::vector<int>{0}
                                                                           : std::vector<int>{}});
  }
  JobGraph& graph() { return graph_; }

 private:
  Vertex next(const std::string& name) {
    return {.id = static_cast<int>(graph_.vertices.size()), .name = name};
  }
  int add(Vertex vertex) {
    graph_.vertices.push_back(std::move(vertex));
    return static_cast<int>(graph_.vertices.size()) - 1;
  }
  JobGraph graph_;
};

std::unique_ptr<JobRun> start(const JobGraph& graph, Env& env, bool threads = false) {
  return JobRun::start(graph, {.env = &env, .single_thread = !threads}).ValueOrDie();
}

BatchSourceSpec splits(int num_splits, int batches_each) {
  BatchSourceSpec spec;
  for (int i = 0; i < num_splits; ++i)
    spec.splits.push_back(numbered(int64_t{10} * batches_each * i, batches_each));
  return spec;
}

TEST(JobRunTest, RunsBoundedInputToItsEndAndCommits) {
  VirtualEnv env;
  GraphMaker maker(1);
  const auto sink = maker.sink(maker.source(splits(1, 2)), EdgeContract::kForward);
  const auto job = start(maker.graph(), env);
  EXPECT_TRUE(job->wait().ok());
  EXPECT_EQ(sink->rows().size(), 20u);
  EXPECT_EQ(sink->num_committed(), 1);
  EXPECT_EQ(sink->num_aborted(), 0);
  EXPECT_EQ(job->progress().rows_read, 20);
  EXPECT_EQ(job->progress().watermark_ms, Watermark::kMax);
}

TEST(JobRunTest, GivesTheSameResultAtEveryParallelismWithAndWithoutThreads) {
  std::vector<std::string> expected;
  for (const bool threads : {false, true}) {
    for (const int parallelism : {1, 2, 3, 4, 8}) {
      VirtualEnv virtual_env;
      Env& env = threads ? real_env() : static_cast<Env&>(virtual_env);
      GraphMaker maker(parallelism);
      const int source = maker.source(splits(5, 20), {recipe<Same>("same")});
      const int sums = maker.chain({recipe<Sums>("sums")});
      maker.edge(source, sums, EdgeContract::kHash);
      const auto sink = maker.sink(sums, EdgeContract::kGlobal);
      ASSERT_TRUE(start(maker.graph(), env, threads)->wait().ok());
      if (expected.empty()) expected = sink->rows();
      EXPECT_EQ(sink->rows(), expected) << "parallelism " << parallelism;
    }
  }
  EXPECT_EQ(expected.size(), 7u);
}

TEST(JobRunTest, ManySourcesShareOneThreadAndAllGetOn) {
  VirtualEnv env;
  GraphMaker maker(1);
  std::vector<std::shared_ptr<KeepingSink>> sinks;
  for (int i = 0; i < 8; ++i) {
    BatchSourceSpec spec = splits(1, 1);
    spec.endless = true;
    sinks.push_back(maker.sink(maker.source(std::move(spec)), EdgeContract::kForward));
  }
  const auto job = start(maker.graph(), env);
  for (int i = 0; i < 100; ++i) job->step();
  for (const auto& sink : sinks) EXPECT_GT(sink->num_written(), 100);
}

TEST(JobRunTest, ManySplitsOfOneSourceAllGetOn) {
  VirtualEnv env;
  GraphMaker maker(1);
  BatchSourceSpec spec = splits(5, 1);
  spec.endless = true;
  const auto sink = maker.sink(maker.source(std::move(spec)), EdgeContract::kForward);
  const auto job = start(maker.graph(), env);
  for (int i = 0; i < 100; ++i) job->step();
  job->stop();
  ASSERT_TRUE(job->wait().ok());
  std::map<std::string, int> seen;
  for (const std::string& row : sink->rows()) ++seen[row];
  EXPECT_EQ(seen.size(), 50u) << "rows of every split";
}

TEST(JobRunTest, ALimitStopsAnEndlessSource) {
  for (const int parallelism : {1, 4}) {
    VirtualEnv env;
    GraphMaker maker(parallelism);
    BatchSourceSpec spec = splits(4, 2);
    spec.endless = true;
    const int source = maker.source(std::move(spec), {recipe<Same>("same")});
    const auto sink =
        maker.sink(source, EdgeContract::kGlobal, {recipe<First>("first", int64_t{25})});
    const auto job = start(maker.graph(), env);
    ASSERT_TRUE(job->wait().ok());
    EXPECT_EQ(sink->rows().size(), 25u);
    EXPECT_LT(job->progress().rows_read, 10'000);
  }
}

TEST(JobRunTest, ALimitInTheMiddleOfAChainStopsWhatIsAboveAndEndsWhatIsBelow) {
  VirtualEnv env;
  GraphMaker maker(1);
  BatchSourceSpec spec = splits(1, 2);
  spec.endless = true;
  const int source = maker.source(
      std::move(spec),
      {recipe<Same>("above"), recipe<First>("first", int64_t{7}), recipe<Sums>("sums")});
  const auto sink = maker.sink(source, EdgeContract::kForward);
  ASSERT_TRUE(start(maker.graph(), env)->wait().ok());
  EXPECT_EQ(sink->rows().size(), 7u) << "the limit is the end of time for what is below it";
}

TEST(JobRunTest, AnotherBranchGoesOnBehindALimit) {
  VirtualEnv env;
  GraphMaker maker(1);
  const int source = maker.source(splits(1, 10));
  const auto few = maker.sink(source, EdgeContract::kGlobal, {recipe<First>("first", int64_t{3})});
  const auto all = maker.sink(source, EdgeContract::kForward);
  ASSERT_TRUE(start(maker.graph(), env)->wait().ok());
  EXPECT_EQ(few->rows().size(), 3u);
  EXPECT_EQ(all->rows().size(), 100u);
}

TEST(JobRunTest, UnionsShareAnInput) {
  VirtualEnv env;
  GraphMaker maker(2);
  const int left = maker.source(splits(2, 3));
  const int right = maker.source(splits(3, 1));
  const auto sink = maker.sink(left, EdgeContract::kRebalance);
  maker.edge(right, static_cast<int>(maker.graph().vertices.size()) - 1, EdgeContract::kRebalance);
  ASSERT_TRUE(start(maker.graph(), env)->wait().ok());
  EXPECT_EQ(sink->rows().size(), 90u);
}

TEST(JobRunTest, TheFirstErrorEndsTheJobWithItsOperatorAndLeavesNothingBehind) {
  for (const bool threads : {false, true}) {
    VirtualEnv virtual_env;
    Env& env = threads ? real_env() : static_cast<Env&>(virtual_env);
    GraphMaker maker(2);
    const int source = maker.source(splits(4, 50));
    const int fails = maker.chain({recipe<Same>("same"), recipe<FailsAt>("picky", int64_t{777})});
    maker.edge(source, fails, EdgeContract::kHash);
    const auto sink = maker.sink(fails, EdgeContract::kForward);
    const auto job = start(maker.graph(), env, threads);
    const Status status = job->wait();
    EXPECT_EQ(status.message(), "n is never 777, while running picky");
    ASSERT_TRUE(job->failure().has_value());
    EXPECT_EQ(job->failure()->operator_name, "picky");
    EXPECT_EQ(job->failure()->cause.message(), "n is never 777");
    EXPECT_TRUE(sink->rows().empty());
    EXPECT_EQ(sink->num_committed(), 0);
    EXPECT_EQ(sink->num_aborted(), 2);
  }
}

TEST(JobRunTest, NoSinkCommitsBeforeAllInputHasArrived) {
  VirtualEnv env;
  GraphMaker maker(1);
  const auto short_one = maker.sink(maker.source(splits(1, 1)), EdgeContract::kForward);
  const int fails = maker.source(splits(1, 60), {recipe<FailsAt>("picky", int64_t{599})});
  const auto long_one = maker.sink(fails, EdgeContract::kForward);
  EXPECT_FALSE(start(maker.graph(), env)->wait().ok());
  EXPECT_EQ(short_one->num_committed(), 0);
  EXPECT_EQ(short_one->num_aborted(), 1);
}

TEST(JobRunTest, CancelStopsAtOnceAndDropsEverything) {
  for (const bool threads : {false, true}) {
    VirtualEnv virtual_env;
    Env& env = threads ? real_env() : static_cast<Env&>(virtual_env);
    GraphMaker maker(2);
    BatchSourceSpec spec = splits(2, 2);
    spec.endless = true;
    const auto sink = maker.sink(maker.source(std::move(spec)), EdgeContract::kRebalance);
    const auto job = start(maker.graph(), env, threads);
    if (!threads)
      for (int i = 0; i < 10; ++i) job->step();
    job->cancel();
    EXPECT_TRUE(job->wait().IsCancelled());
    EXPECT_TRUE(sink->rows().empty());
  }
}

TEST(JobRunTest, StopEndsAnEndlessJobCleanlyWithoutAFinalWatermark) {
  for (const bool threads : {false, true}) {
    VirtualEnv virtual_env;
    Env& env = threads ? real_env() : static_cast<Env&>(virtual_env);
    GraphMaker maker(2);
    BatchSourceSpec spec = splits(3, 2);
    spec.endless = true;
    const int source = maker.source(std::move(spec));
    const auto rows = maker.sink(source, EdgeContract::kForward);
    const int sums = maker.chain({recipe<Sums>("sums")});
    maker.edge(source, sums, EdgeContract::kHash);
    const auto totals = maker.sink(sums, EdgeContract::kForward);
    const auto job = start(maker.graph(), env, threads);
    while (!threads && rows->num_written() == 0) job->step();
    job->stop();
    EXPECT_TRUE(job->wait().ok());
    EXPECT_TRUE(totals->rows().empty()) << "what waits for a watermark does not fire";
    EXPECT_GT(rows->num_committed(), 0);
    EXPECT_EQ(rows->num_aborted(), 0);
  }
}

TEST(JobRunTest, ASilentSourceNeitherEndsNorBlocksAnother) {
  VirtualEnv env;
  GraphMaker maker(1);
  BatchSourceSpec silent = splits(1, 1);
  silent.stays_open = true;
  const auto waits = maker.sink(maker.source(std::move(silent)), EdgeContract::kForward);
  const auto ends = maker.sink(maker.source(splits(1, 5)), EdgeContract::kForward);
  const auto job = start(maker.graph(), env);
  EXPECT_FALSE(job->wait_for(1000));
  EXPECT_EQ(ends->num_written(), 50);
  EXPECT_EQ(waits->num_written(), 10);
  EXPECT_GT(waits->num_flushed(), 0) << "what is there is shown while the input is silent";
  job->stop();
  EXPECT_TRUE(job->wait().ok());
}

TEST(JobRunTest, SplitsFoundLaterAreReadToo) {
  VirtualEnv env;
  GraphMaker maker(2);
  BatchSourceSpec spec = splits(5, 2);
  spec.splits_at_start = 1;
  const auto sink = maker.sink(maker.source(std::move(spec)), EdgeContract::kForward);
  const auto job = start(maker.graph(), env);
  EXPECT_TRUE(job->wait().ok());
  EXPECT_EQ(sink->rows().size(), 100u);
}

TEST(JobRunTest, ReadersThatWaitNowAndThenDeliverEverything) {
  VirtualEnv env;
  GraphMaker maker(2);
  BatchSourceSpec spec = splits(3, 7);
  spec.waits = true;
  const auto sink = maker.sink(maker.source(std::move(spec)), EdgeContract::kHash);
  EXPECT_TRUE(start(maker.graph(), env)->wait().ok());
  EXPECT_EQ(sink->rows().size(), 210u);
}

TEST(JobRunTest, LatenessDependsNeitherOnParallelismNorOnBatches) {
  // n jumps back by up to 39, further than the watermark's 15.
  std::vector<int64_t> times(300);
  Random random(5);
  for (size_t i = 0; i < times.size(); ++i)
    times[i] = static_cast<int64_t>(i) * 3 - static_cast<int64_t>(random.below(40));
  int64_t running = Watermark::kNone, expected_late = 0;
  for (const int64_t time : times) {
    expected_late += time <= running;
    running = std::max(running, time - 15);
  }
  ASSERT_GT(expected_late, 10);
  for (const size_t size : {1, 4, 300}) {
    for (const int parallelism : {1, 2, 4}) {
      BatchSourceSpec spec{.splits = {{}}};
      for (size_t begin = 0; begin < times.size(); begin += size) {
        std::string rows;
        for (size_t i = begin; i < std::min(times.size(), begin + size); ++i)
          rows += (rows.empty() ? "+ " : " | + ") + std::to_string(i % 5) + " " +
                  std::to_string(times[i]);
        spec.splits[0].push_back(*parse_batch(key_and_number(), rows));
      }
      VirtualEnv env;
      GraphMaker maker(parallelism);
      const int source = maker.source(std::move(spec));
      SourceRecipe& recipe_of_source = *maker.graph().vertices[0].source;
      recipe_of_source.watermark.kind = WatermarkRule::Kind::kPerRow;
      recipe_of_source.transform = [](const SplitTransformContext&) {
        return Result<std::unique_ptr<SplitTransform>>(std::make_unique<TimeOfN>());
      };
      const auto sink = maker.sink(source, EdgeContract::kHash, {recipe<DropsLate>("drops")});
      const auto job = start(maker.graph(), env);
      ASSERT_TRUE(job->wait().ok());
      EXPECT_EQ(job->progress().counters["late_rows_dropped"], expected_late)
          << "batches of " << size << ", parallelism " << parallelism;
      EXPECT_EQ(static_cast<int64_t>(sink->rows().size()),
                static_cast<int64_t>(times.size()) - expected_late);
    }
  }
}

TEST(JobRunTest, MetricsNameEveryOperatorInstance) {
  VirtualEnv env;
  GraphMaker maker(2);
  const int source = maker.source(splits(2, 3), {recipe<Same>("same")});
  maker.sink(source, EdgeContract::kForward);
  const auto job = start(maker.graph(), env);
  ASSERT_TRUE(job->wait().ok());
  const std::vector<MetricsReading> metrics = job->metrics();
  ASSERT_EQ(metrics.size(), 6u);
  EXPECT_EQ(metrics[2].uid, "same");
  EXPECT_EQ(metrics[2].rows_in, 30);
  EXPECT_EQ(metrics[3].subtask, 1);
  EXPECT_EQ(metrics[3].rows_out, 30);
  EXPECT_EQ(metrics[4].name, "Keep");
  EXPECT_EQ(metrics[4].rows_in + metrics[5].rows_in, 60);
}

TEST(JobRunTest, RefusesABrokenGraph) {
  VirtualEnv env;
  GraphMaker maker(1);
  maker.source(splits(1, 1), {recipe<Same>("twice"), recipe<Same>("twice")});
  const auto job = JobRun::start(maker.graph(), {.env = &env, .single_thread = true});
  EXPECT_NE(job.status().message().find("uids differ"), std::string::npos);
}

}  // namespace
}  // namespace hw
