// SPDX-License-Identifier: Apache-2.0
//
// Tasklets stepped by hand between local channels: flow, backpressure, barriers, restore.

#include "runtime/tasklet.h"

#include <string>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"
#include "runtime/operator_tasklet.h"
#include "runtime/outbox.h"
#include "runtime/source_tasklet.h"
#include "testkit/batch_source.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

SchemaPtr schema() { return *parse_schema("n BIGINT"); }
Batch rows(std::string_view text) { return *parse_batch(schema(), text); }

std::string text_of(const Message& message) {
  if (const auto* batch = std::get_if<Batch>(&message)) return batch->to_text();
  if (const auto* watermark = std::get_if<Watermark>(&message)) {
    const std::string ms = watermark->ms == Watermark::kMax    ? "max"
                           : watermark->ms == Watermark::kNone ? "none"
                                                               : std::to_string(watermark->ms);
    return (watermark->idle ? "idle " : "wm ") + ms;
  }
  if (const auto* barrier = std::get_if<Barrier>(&message))
    return "barrier " + std::to_string(barrier->id);
  return "end";
}

class Kept final : public SnapshotReceiver {
 public:
  Status on_snapshot(const Barrier&, OperatorSnapshot snapshot) override {
    snapshots.push_back(std::move(snapshot));
    return Status::OK();
  }
  std::vector<OperatorSnapshot> snapshots;
};

// Emits the running sum of n, one batch a row; keeps the sum in a snapshot.
class RunningSum final : public Operator {
 public:
  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    sum_ += batch.slice(next_, 1).column(0)->value<int64_t>(0);
    output.emit(rows("+ " + std::to_string(sum_)));
    if (++next_ < batch.num_rows()) return Flow::kMoreOutput;
    next_ = 0;
    return Flow::kNeedInput;
  }
  Status snapshot(SnapshotWriter& writer) override {
    EXPECT_EQ(next_, 0) << "a snapshot is taken between messages";
    writer.put("sum", std::to_string(sum_));
    return Status::OK();
  }
  Status restore(SnapshotReader& reader) override {
    for (const std::string& sum : reader.get("sum")) sum_ += std::stoll(sum);
    return Status::OK();
  }
  Description describe() const override { return {.name = "RunningSum", .details = {}}; }

 private:
  int64_t sum_ = 0;
  int64_t next_ = 0;
};

// Everything between a chain's two ends, for one tasklet.
class TaskletTest : public testing::Test {
 protected:
  std::shared_ptr<OperatorMetrics> metrics(const std::string& uid) {
    return std::make_shared<OperatorMetrics>(uid, uid, 0, 0);
  }
  TaskletContext context() { return {.env = &env_, .memory_pool = env_.memory_pool()}; }

  std::vector<std::unique_ptr<OperatorInstance>> operators(int count) {
    std::vector<std::unique_ptr<OperatorInstance>> operators;
    for (int i = 0; i < count; ++i) {
      const std::string uid = "sum-" + std::to_string(i);
      const OperatorRecipe recipe{
          .uid = uid, .description = {.name = uid, .details = {}}, .output_schema = schema()};
      operators.push_back(std::make_unique<OperatorInstance>(
          recipe, std::make_unique<RunningSum>(),
          std::vector<RowKindSet>{RowKindSet::insert_only()}, metrics(uid), context(), kept_));
    }
    return operators;
  }

  std::unique_ptr<ChainTail> outbox(int num_operators) {
    out_ = make_local_channel(bounds_);
    std::vector<OutEdge> edges;
    edges.push_back(
        {.from_operator = num_operators - 1, .router = make_router({}), .channels = {out_.get()}});
    return std::make_unique<Outbox>(std::move(edges), num_operators - 1, metrics("outbox"));
  }

  void make_operator_tasklet(int num_channels, int num_operators,
                             std::vector<OperatorSnapshot> restored = {}) {
    tasklet_.reset();  // before its channels
    OperatorTaskletParts parts{.name = "tested", .env = &env_};
    in_.clear();
    for (int i = 0; i < num_channels; ++i) {
      in_.push_back(make_local_channel({}));
      parts.inputs.push_back({0, in_.back().get()});
    }
    parts.operators = operators(num_operators);
    parts.tail = outbox(num_operators);
    parts.metrics = metrics("first");
    parts.restored = std::move(restored);
    tasklet_ = std::make_unique<OperatorTasklet>(std::move(parts));
    ASSERT_TRUE(tasklet_->open().ok());
  }

  void make_source_tasklet(BatchSourceSpec spec, WatermarkRule rule = {}) {
    tasklet_.reset();
    SourceTaskletParts parts{.name = "tested", .context = context()};
    parts.recipe = {.uid = "source",
                    .description = {.name = "Source", .details = {}},
                    .source = make_batch_source(std::move(spec)),
                    .watermark = rule,
                    .output_schema = schema()};
    if (rule.kind == WatermarkRule::Kind::kPerRow) {
      parts.recipe.transform = [](const SplitTransformContext&) {
        return Result<std::unique_ptr<SplitTransform>>(std::make_unique<TimeOfN>());
      };
    }
    parts.tail = outbox(0);
    parts.metrics = metrics("source");
    parts.snapshots = &kept_;
    parts.pace = pace_;
    tasklet_ = std::make_unique<SourceTasklet>(std::move(parts));
    ASSERT_TRUE(tasklet_->open().ok());
  }

  class TimeOfN final : public SplitTransform {
   public:
    Result<TimedBatch> transform(const Batch& input) override {
      TimedBatch timed{.batch = input};
      for (int64_t row = 0; row < input.num_rows(); ++row)
        timed.time_ms.push_back(input.slice(row, 1).column(0)->value<int64_t>(0));
      timed.watermark_ms = timed.time_ms;
      return timed;
    }
  };

  static DealSplits deal(std::vector<int> numbers, bool no_more = true) {
    DealSplits deal{.no_more = no_more};
    for (const int number : numbers) {
      const std::string text = std::to_string(number);
      deal.splits.push_back({.split = {.id = text, .descriptor = text}});
    }
    return deal;
  }

  void send(size_t channel, Message message) { ASSERT_TRUE(in_[channel]->offer(message)); }
  void control(Control control) { ASSERT_TRUE(tasklet_->on_control(std::move(control)).ok()); }

  // Steps until nothing moves; returns the last progress.
  Progress run() {
    for (int i = 0; i < 1000; ++i) {
      const Result<Progress> progress = tasklet_->step();
      EXPECT_TRUE(progress.ok()) << progress.status().ToString();
      if (!progress.ok() || *progress != Progress::kBusy) return progress.ValueOr(Progress::kDone);
    }
    ADD_FAILURE() << "never idle";
    return Progress::kIdle;
  }
  std::string out() {
    std::vector<Message> messages;
    out_->take(messages, 1000);
    std::string text;
    for (const Message& message : messages) text += (text.empty() ? "" : " / ") + text_of(message);
    return text;
  }

  VirtualEnv env_{1000};
  SourcePace pace_;
  Kept kept_;
  ChannelOptions bounds_;
  std::unique_ptr<Channel> out_;
  std::vector<std::unique_ptr<Channel>> in_;
  std::unique_ptr<Tasklet> tasklet_;
};

TEST_F(TaskletTest, AChainPassesRowsAndControlInOrder) {
  make_operator_tasklet(1, 2);
  send(0, rows("+ 1 | + 2"));
  send(0, Watermark{7});
  send(0, rows("+ 3"));
  send(0, End{});
  EXPECT_EQ(run(), Progress::kDone);
  EXPECT_EQ(out(), "+I[1] / +I[4] / wm 7 / +I[10] / end");
}

TEST_F(TaskletTest, FullOutputsStopTheInputAndNothingIsLost) {
  bounds_.messages_max = 2;
  make_operator_tasklet(1, 3);
  for (int i = 0; i < 40; ++i) send(0, rows("+ 1 | + 1"));
  send(0, End{});
  EXPECT_EQ(run(), Progress::kIdle) << "blocked";
  Message refused = rows("+ 1");
  int room = 0;
  while (in_[0]->offer(refused) && room < 64) ++room;
  EXPECT_LT(room, 64) << "most of the input still waits in its channel";
  std::string all;
  for (int i = 0; i < 200 && all.find("end") == std::string::npos; ++i) {
    all += out() + " / ";
    run();
  }
  // The 80th triple running sum of ones.
  EXPECT_NE(all.find("+I[88560]"), std::string::npos) << all;
}

TEST_F(TaskletTest, ABarrierIsAlignedAndTakesAllOperatorsBetweenTwoMessages) {
  make_operator_tasklet(2, 2);
  send(0, rows("+ 1"));
  send(0, Barrier{.id = 4});
  send(0, rows("+ 100"));
  send(1, rows("+ 2 | + 3"));
  run();
  EXPECT_EQ(out(), "+I[1] / +I[4] / +I[10]");
  EXPECT_TRUE(kept_.snapshots.empty());
  send(1, Barrier{.id = 4});
  run();
  EXPECT_EQ(out(), "barrier 4 / +I[116]");
  ASSERT_EQ(kept_.snapshots.size(), 2u);
  EXPECT_EQ(kept_.snapshots[0].uid, "sum-0");
  EXPECT_EQ(kept_.snapshots[0].named.at("sum"), "6");
  EXPECT_EQ(kept_.snapshots[1].named.at("sum"), "10");
}

TEST_F(TaskletTest, ARestoredChainGoesOnWhereItsSnapshotWas) {
  make_operator_tasklet(1, 1);
  send(0, rows("+ 5"));
  send(0, Watermark{30});
  send(0, Barrier{.id = 1});
  run();
  make_operator_tasklet(1, 1, std::move(kept_.snapshots));
  send(0, Watermark{20});
  send(0, rows("+ 1"));
  send(0, Watermark{40});
  run();
  EXPECT_EQ(out(), "+I[6] / wm 40") << "time does not fall behind the snapshot";
}

TEST_F(TaskletTest, ASenderThatIsLostFailsTheTasklet) {
  make_operator_tasklet(1, 1);
  send(0, rows("+ 1"));
  in_[0]->close(Status::IOError("the peer is gone"));
  Status status;
  for (int i = 0; i < 10 && status.ok(); ++i) status = tasklet_->step().status();
  EXPECT_EQ(status.message(), "the peer is gone");
}

TEST_F(TaskletTest, AClosedTaskletTellsItsReceiversThatNoEndWillCome) {
  make_operator_tasklet(1, 1);
  send(0, rows("+ 1"));
  run();
  tasklet_->close();
  EXPECT_EQ(out(), "+I[1]");
  EXPECT_TRUE(out_->lost().IsCancelled());
  EXPECT_TRUE(in_[0]->unwanted());
}

TEST_F(TaskletTest, ASourceSendsItsSplitsInTurnThenTheEnd) {
  make_source_tasklet({.splits = {{rows("+ 1"), rows("+ 2")}, {rows("+ 10"), rows("+ 20")}}});
  control(deal({0, 1}));
  EXPECT_EQ(run(), Progress::kDone);
  EXPECT_EQ(out(), "+I[10] / +I[1] / +I[20] / +I[2] / wm max / end");
}

TEST_F(TaskletTest, ASourcesWatermarkIsTheMinimumOverItsSplits) {
  make_source_tasklet(
      {.splits = {{rows("+ 1"), rows("+ 9")}, {rows("+ 10"), rows("+ 20")}}, .stays_open = true},
      {.kind = WatermarkRule::Kind::kPerRow});
  control(deal({0, 1}));
  EXPECT_EQ(run(), Progress::kIdle);
  EXPECT_EQ(out(), "+I[10] / +I[1] / wm 1 / +I[20] / +I[9] / wm 9");
}

TEST_F(TaskletTest, AnIdleSplitLeavesTheMinimumUntilItsNextRow) {
  make_source_tasklet({.splits = {{rows("+ 1")}, {rows("+ 10")}}, .stays_open = true},
                      {.kind = WatermarkRule::Kind::kPerRow, .idle_timeout_ms = 100});
  control(deal({0}, /*no_more=*/false));
  run();
  EXPECT_EQ(out(), "+I[1] / wm 1");
  env_.advance_ms(60);
  control(deal({1}));
  run();
  EXPECT_EQ(out(), "+I[10]");
  EXPECT_EQ(tasklet_->next_due_ms(), 1100);
  env_.advance_ms(40);
  run();
  EXPECT_EQ(out(), "wm 10") << "the first split has been silent for 100 ms";
  env_.advance_ms(60);
  run();
  EXPECT_EQ(out(), "idle 10");
}

TEST_F(TaskletTest, AnAlignedSplitWaitsForTheSlowestOfItsGroup) {
  const auto group = std::make_shared<WorkerAlignment>();
  const int other = group->join();
  pace_ = SourcePace(group, /*max_drift_ms=*/5, /*update_interval_ms=*/1000);
  make_source_tasklet({.splits = {{rows("+ 1"), rows("+ 7"), rows("+ 20"), rows("+ 30")}}},
                      {.kind = WatermarkRule::Kind::kPerRow, .idle_timeout_ms = 100});
  control(deal({0}));
  EXPECT_EQ(run(), Progress::kIdle);
  EXPECT_EQ(out(), "+I[1] / wm 1") << "the other one has no watermark yet";
  env_.advance_ms(500);
  run();
  EXPECT_EQ(out(), "") << "waiting is not being idle";
  group->tell(other, 3);
  EXPECT_EQ(run(), Progress::kIdle);
  EXPECT_EQ(out(), "+I[7] / wm 7 / +I[20] / wm 20");
  EXPECT_EQ(group->least(), 3);
  group->tell(other, 14);
  EXPECT_EQ(run(), Progress::kIdle);
  EXPECT_EQ(out(), "");
  group->tell(other, WorkerAlignment::kNobody);
  EXPECT_EQ(run(), Progress::kDone);
  EXPECT_EQ(out(), "+I[30] / wm 30 / wm max / end");
  EXPECT_EQ(group->least(), WorkerAlignment::kNobody);
}

TEST_F(TaskletTest, ASourceWithoutSplitsIsIdleUntilThereAreSome) {
  make_source_tasklet({.splits = {{rows("+ 1")}}});
  control(deal({}, /*no_more=*/false));
  EXPECT_EQ(run(), Progress::kIdle);
  EXPECT_EQ(out(), "idle none");
  control(deal({0}));
  EXPECT_EQ(run(), Progress::kDone);
  EXPECT_EQ(out(), "wm none / +I[1] / wm max / end");
}

TEST_F(TaskletTest, ASourceLetsABarrierInBetweenPollsAndRemembersWhereItWas) {
  BatchSourceSpec spec{.splits = {{rows("+ 1"), rows("+ 2"), rows("+ 3")}}};
  make_source_tasklet(spec, {.kind = WatermarkRule::Kind::kPerRow});
  control(deal({0}));
  ASSERT_TRUE(tasklet_->step().ok());
  ASSERT_TRUE(tasklet_->step().ok());
  control(InjectBarrier{{.id = 8}});
  run();
  const std::string all = out();
  const size_t at = all.find("barrier 8");
  ASSERT_NE(at, std::string::npos) << all;
  ASSERT_EQ(kept_.snapshots.size(), 1u);
  const DealtSplit split = *decode_split(kept_.snapshots[0].named.at("split-0"));
  EXPECT_EQ(split.split.id, "0");
  // What a fresh tasklet reads from there is what stood behind the barrier.
  make_source_tasklet(spec, {.kind = WatermarkRule::Kind::kPerRow});
  control(DealSplits{.splits = {split}, .no_more = true});
  run();
  const std::string again = out();
  EXPECT_EQ(again.substr(again.find("+I")), all.substr(all.find("+I", at)));
  EXPECT_TRUE(again.starts_with("wm " + std::to_string(split.watermark_ms))) << again;
}

TEST_F(TaskletTest, AStoppedSourceSendsItsEndWithoutTheEndOfTime) {
  make_source_tasklet({.splits = {{rows("+ 1")}}, .endless = true});
  control(deal({0}));
  ASSERT_TRUE(tasklet_->step().ok());
  ASSERT_TRUE(tasklet_->step().ok());
  control(StopReading{});
  EXPECT_EQ(run(), Progress::kDone);
  const std::string all = out();
  EXPECT_TRUE(all.ends_with("+I[1] / end")) << all;
}

#ifdef HW_DEBUG_CHECKS
TEST_F(TaskletTest, ASourceIsHeldToItsDeclaredKinds) {
  make_source_tasklet({.splits = {{rows("+ 1 | - 1")}}});
  control(deal({0}));
  Status status;
  for (int i = 0; i < 10 && status.ok(); ++i) status = tasklet_->step().status();
  EXPECT_NE(status.message().find("declared kinds [I], but after Source came -D[1]"),
            std::string::npos)
      << status.message();
}
#endif

TEST_F(TaskletTest, ASourceStopsWhenNobodyWantsItsRows) {
  make_source_tasklet({.splits = {{rows("+ 1")}}, .endless = true});
  control(deal({0}));
  EXPECT_EQ(run(), Progress::kIdle) << "its channel is full";
  out_->stop_wanting();
  EXPECT_EQ(run(), Progress::kDone);
}

TEST(SplitFeedTest, ASplitSurvivesItsEncoding) {
  const DealtSplit split{.split = {.id = "data/a:b.json", .descriptor = std::string("\0x", 2)},
                         .position = "",
                         .watermark_ms = -5};
  const DealtSplit again = *decode_split(encode_split(split));
  EXPECT_EQ(again.split.id, split.split.id);
  EXPECT_EQ(again.split.descriptor, split.split.descriptor);
  EXPECT_EQ(again.position, split.position) << "nothing read yet is a position";
  EXPECT_EQ(again.watermark_ms, -5);
  EXPECT_EQ(decode_split(encode_split({.split = {.id = "x"}}))->position, std::nullopt);
  for (const std::string_view bad : {"", "3:ab", "x:", "1:a1:b0:3:12x", "1:a1:b0:1:1rest"})
    EXPECT_TRUE(decode_split(bad).status().IsSerializationError()) << bad;
}

}  // namespace
}  // namespace hw
