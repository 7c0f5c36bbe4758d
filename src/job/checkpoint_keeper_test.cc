// SPDX-License-Identifier: Apache-2.0
//
// Jobs whose process dies and whose next one goes on from the directory: what their sink shows is
// what one undisturbed run shows.

#include "job/checkpoint_keeper.h"

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"
#include "job/checkpoint_contents.h"
#include "job/checkpoint_error.h"
#include "job/checkpoint_reader.h"
#include "job/job_run.h"
#include "job/restore_choice.h"
#include "job/savepoint.h"
#include "operators/aggregate_fixture.h"
#include "operators/group_aggregate.h"
#include "testkit/batch_source.h"
#include "testkit/epoch_sink.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

SchemaPtr input_schema() { return *parse_schema("k INT, n BIGINT"); }

BatchSourceSpec input() {
  BatchSourceSpec spec{.splits = {}, .waits = true};
  for (int split = 0; split < 3; ++split) {
    std::vector<Batch> batches;
    for (int i = 0; i < 10; ++i) {
      const int number = split * 10 + i;
      const std::string k = std::to_string(number * 31 % 7);
      const std::string n = std::to_string(number);
      batches.push_back(*parse_batch(input_schema(), "+ " + k + " " + n + " | + 1 " + n));
    }
    spec.splits.push_back(std::move(batches));
  }
  return spec;
}

// SELECT k, SUM(n) GROUP BY k.
JobGraph graph_of(int parallelism, std::shared_ptr<EpochOutput> output) {
  GroupAggregateSpec spec{.input = input_schema(), .keys = {0}, .output = nullptr, .session = {}};
  spec.aggregates = {aggregate_call("SUM", {1}, *spec.input)};
  spec.output = make_schema({spec.input->field(0), {"s", spec.aggregates[0].result_type}});
  JobGraph graph{.name = "sums", .parallelism = parallelism};
  Vertex source{.id = 0, .name = "Source"};
  source.source = SourceRecipe{.uid = "source",
                               .description = {.name = "Source", .details = {}},
                               .source = make_batch_source(input()),
                               .output_schema = input_schema()};
  Vertex sums{.id = 1, .name = "Sums"};
  sums.chain.push_back({.uid = "sums",
                        .description = {.name = "GroupAggregate", .details = {}},
                        .make = [spec] { return make_group_aggregate(spec); },
                        .output_schema = spec.output,
                        .output_kinds = RowKindSet::all()});
  Vertex sink{.id = 2, .name = "Sink"};
  sink.sink = SinkRecipe{.uid = "sink",
                         .description = {.name = "Epochs", .details = {}},
                         .sink = make_epoch_sink(std::move(output))};
  graph.vertices = {std::move(source), std::move(sums), std::move(sink)};
  graph.edges = {
      {.from_vertex = 0, .to_vertex = 1, .contract = EdgeContract::kHash, .key_columns = {0}},
      {.from_vertex = 1, .to_vertex = 2, .contract = EdgeContract::kForward}};
  return graph;
}

std::vector<std::string> undisturbed() {
  VirtualEnv env;
  const auto output = std::make_shared<EpochOutput>();
  const auto job =
      JobRun::start(graph_of(1, output), {.env = &env, .single_thread = true}).ValueOrDie();
  EXPECT_TRUE(job->wait().ok());
  return output->folded();
}

class CheckpointKeeperTest : public testing::Test {
 protected:
  CheckpointKeeperTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    directory_ = testing::TempDir() + "checkpoint_keeper_test_" + name + "_" +
                 std::to_string(real_env().random(name).next());
  }

  // What a process does from its start: lease, choice, run. Dies after so many checkpoints; returns
  // whether the job came to its end.
  bool live(int parallelism, int checkpoints_max, const std::string& restore = "") {
    VirtualEnv env;
    const auto files = open_checkpoint_files(env, directory_).ValueOrDie();
    const auto lease = Lease::take(env, files, {}).ValueOrDie();
    std::shared_ptr<const JobCheckpoint> from;
    if (!restore.empty()) {
      const OpenedCheckpoint opened = open_checkpoint(env, restore).ValueOrDie();
      from = std::make_shared<const JobCheckpoint>(
          read_checkpoint(opened.files, opened.manifest).ValueOrDie());
      EXPECT_TRUE(
          lease->start_from({.generation = lease->generation() + 1, .origin = restore}).ok());
    } else {
      const RestoreChoice choice =
          choose_restore(files, lease->chain(), {.job = "sums"}).ValueOrDie();
      if (choice.manifest != nullptr) {
        from = std::make_shared<const JobCheckpoint>(
            read_checkpoint(files, choice.manifest).ValueOrDie());
      }
    }
    const auto store =
        CheckpointStore::open(env, files, *lease,
                              {.job = "sums", .restored_checkpoint = from ? from->id : 0})
            .ValueOrDie();
    const JobGraph graph = graph_of(parallelism, output_);
    CheckpointKeeper keeper(env, graph, *lease, *store,
                            [](const std::string& text) { ADD_FAILURE() << text; });
    JobOptions options{.env = &env, .single_thread = true};
    options.checkpoints = {.sink = &keeper,
                           .first_id = store->next_checkpoint(),
                           .published = store->published(),
                           .generation = lease->generation(),
                           .attempt = lease->attempt()};
    options.restore = from;
    const auto job = JobRun::start(graph, options).ValueOrDie();
    const int64_t first = store->next_checkpoint();
    for (int step = 1; step < 100'000; ++step) {
      if (step % 3 == 0) job->checkpoint({.purpose = CheckpointPurpose::kPeriodic});
      if (!job->step()) {
        EXPECT_TRUE(job->wait().ok()) << job->wait();
        return true;
      }
      const bool enough =
          !store->published().empty() && store->published().back() >= first + checkpoints_max - 1;
      if (enough) {
        if (savepoint_.empty())
          savepoint_ = *keeper.write_savepoint(store->published().back(), directory_ + "-kept");
        return false;
      }
    }
    ADD_FAILURE() << "the job does not end";
    return true;
  }

  std::string directory_;
  std::string savepoint_;  // of the first process
  std::shared_ptr<EpochOutput> output_ = std::make_shared<EpochOutput>();
};

TEST_F(CheckpointKeeperTest, ProcessesThatDieAndGoOnShowWhatOneWould) {
  int lives = 1;
  while (!live(1 + lives * 3 % 4, 2 + lives / 3)) ASSERT_LT(++lives, 50);
  EXPECT_GT(lives, 5);
  EXPECT_EQ(output_->folded(), undisturbed());
}

TEST_F(CheckpointKeeperTest, ASavepointStartsAnotherRun) {
  EXPECT_FALSE(live(2, 3));
  const std::shared_ptr<EpochOutput> before = std::make_shared<EpochOutput>(*output_);
  EXPECT_TRUE(live(3, 1 << 20));
  EXPECT_EQ(output_->folded(), undisturbed());
  // Elsewhere, from the savepoint, with what was shown up to it.
  output_ = before;
  directory_ += "-other";
  EXPECT_TRUE(live(4, 1 << 20, savepoint_));
  EXPECT_EQ(output_->folded(), undisturbed());
}

TEST_F(CheckpointKeeperTest, AProcessThatWasReplacedKeepsNothing) {
  VirtualEnv env;
  const auto files = open_checkpoint_files(env, directory_).ValueOrDie();
  const auto lease = Lease::take(env, files, {}).ValueOrDie();
  const auto store = CheckpointStore::open(env, files, *lease, {.job = "sums"}).ValueOrDie();
  const JobGraph graph = graph_of(1, output_);
  CheckpointKeeper keeper(env, graph, *lease, *store, {});
  JobCheckpoint checkpoint;
  checkpoint.id = 1;
  EXPECT_TRUE(keeper.write(checkpoint).ok());
  EXPECT_TRUE(keeper.publish(1).ok());
  const auto next = Lease::take(env, files, {}).ValueOrDie();
  checkpoint.id = 2;
  EXPECT_TRUE(keeper.write(checkpoint).ok());
  EXPECT_TRUE(is_fenced(keeper.publish(2)));
}

TEST_F(CheckpointKeeperTest, WhatCannotBeReadIsNotPublished) {
  VirtualEnv env;
  const auto files = open_checkpoint_files(env, directory_).ValueOrDie();
  const auto lease = Lease::take(env, files, {}).ValueOrDie();
  const auto store = CheckpointStore::open(env, files, *lease, {.job = "sums"}).ValueOrDie();
  const JobGraph graph = graph_of(1, output_);
  CheckpointKeeper keeper(env, graph, *lease, *store, {});
  // A state whose stream is missing.
  JobCheckpoint broken;
  broken.id = 1;
  broken.operators = {{.uid = "sums", .state = std::make_shared<MemorySnapshot>()}};
  EXPECT_EQ(keeper.write(broken).message(), "the snapshot has no stream 'index'");
  EXPECT_FALSE(keeper.publish(1).ok());
  keeper.abandon(1);
  EXPECT_TRUE(store->published().empty());
}

}  // namespace
}  // namespace hw
