// SPDX-License-Identifier: Apache-2.0
//
// Topics that do not sync each commit, on a disk that loses power: whatever is left of what was not
// synced, a topic opens again behind its last whole commit.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"
#include "log/topic.h"
#include "log/topic_reader.h"
#include "log/topic_verification.h"
#include "log/topic_writer.h"
#include "sim/sim_env.h"
#include "sim/world.h"

namespace hw::sim {
namespace {

constexpr int kPartitions = 2;
constexpr int64_t kIntervalMs = 1000;

/// What was committed, in order: each commit shows its number in every partition.
struct Shown {
  int64_t number = 0;  // the row
  int64_t commit = 0;
  int64_t ms = 0;
};

class Machine {
 public:
  Machine(uint64_t seed, FlushPolicy flush) : world_({.seed = seed}), random_(seed), flush_(flush) {
    start();
    NewTopic topic{.name = "t", .schema = *parse_schema("n BIGINT, s STRING")};
    topic.num_partitions = kPartitions;
    topic.options = {.segment_bytes = 4096, .flush = flush, .flush_interval_ms = kIntervalMs};
    EXPECT_TRUE(world_.disk.make_directories("/log").ok());
    EXPECT_TRUE(create_topic(*env_, "/log", topic).ok());
  }

  Env& env() { return *env_; }
  int64_t now_ms() const { return world_.scheduler.now_ns() / 1'000'000; }

  Status write(int64_t count) {
    TopicWriterOptions options{.directory = "/log", .topic = "t"};
    options.identity = {.job = "job", .generation = 1, .sink = "sink"};
    options.attempt = ++attempt_;
    for (int p = 0; p < kPartitions; ++p) options.partitions.push_back(p);
    HW_ASSIGN_OR_RETURN(writer_, TopicWriter::open(*env_, options));
    for (int64_t i = 0; i < count; ++i) {
      const std::string row = "+ " + std::to_string(next_) + " '" + std::string(200, 'x') + "'";
      const Batch rows = *parse_batch(*parse_schema("n BIGINT, s STRING"), row);
      for (int p = 0; p < kPartitions; ++p) HW_TRY(writer_->append(p, rows, {}));
      HW_ASSIGN_OR_RETURN(const std::string token, writer_->prepare(++epoch_));
      const int64_t ms = now_ms();
      HW_ASSIGN_OR_RETURN(const int64_t commit, writer_->commit({&token, 1}));
      EXPECT_TRUE(numbers_.insert(commit).second) << "commit " << commit << " was there before";
      EXPECT_GT(commit, last_number_);
      last_number_ = commit;
      shown_.push_back({.number = next_++, .commit = commit, .ms = ms});
      world_.scheduler.advance(static_cast<int64_t>(random_.below(400)) * 1'000'000);
    }
    return Status::OK();
  }

  void lose_power(CrashRule rule) {
    world_.lose_power({.rule = rule, .sector = 512, .seed = random_.next()});
    start();
  }
  void kill() {
    world_.kill(*process_);
    start();
  }

  /// Takes what is left for what was ever there. Fails the test unless that is a beginning, and no
  /// more is gone than may be.
  void expect_a_beginning() {
    const std::vector<int64_t> rows = read(0);
    for (int p = 1; p < kPartitions; ++p) EXPECT_EQ(read(p), rows) << "a commit in part";
    ASSERT_LE(rows.size(), shown_.size());
    for (size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i], shown_[i].number);
    num_lost += static_cast<int64_t>(shown_.size() - rows.size());
    if (flush_ == FlushPolicy::kInterval && rows.size() < shown_.size()) {
      EXPECT_GT(shown_[rows.size()].ms, shown_.back().ms - kIntervalMs);
    }
    shown_.resize(rows.size());
  }

  void expect_all() {
    const std::vector<int64_t> rows = read(0);
    ASSERT_EQ(rows.size(), shown_.size());
    const auto verified = verify_topic(*env_, "/log", "t");
    ASSERT_TRUE(verified.ok()) << verified.status().ToString();
    ASSERT_TRUE(verified->damage.empty()) << verified->damage.front();
  }

  int64_t num_lost = 0;

 private:
  void start() {
    writer_ = nullptr;  // of the dead
    process_ = &world_.add_process();
    env_ = std::make_unique<SimEnv>(world_, *process_, SimEnvOptions{});
  }

  std::vector<int64_t> read(int partition) {
    std::vector<int64_t> rows;
    const auto topic = Topic::open(*env_, "/log", "t");
    EXPECT_TRUE(topic.ok()) << topic.status().ToString();
    if (!topic.ok()) return rows;
    const auto reader = TopicReader::open(**topic, {.partition = partition});
    while (true) {
      const auto read = (*reader)->next();
      EXPECT_TRUE(read.ok()) << read.status().ToString();
      if (!read.ok() || !*read) return rows;
      EXPECT_EQ((*read)->first_offset, static_cast<int64_t>(rows.size())) << "a gap";
      for (int64_t row = 0; row < (*read)->batch.num_rows(); ++row) {
        rows.push_back((*read)->batch.column(0)->value<int64_t>(row));
      }
    }
  }

  World world_;
  Random random_;
  const FlushPolicy flush_;
  SimProcess* process_ = nullptr;
  std::unique_ptr<SimEnv> env_;
  std::unique_ptr<TopicWriter> writer_;
  int64_t attempt_ = 0;
  int64_t epoch_ = 0;
  int64_t next_ = 1;
  int64_t last_number_ = 0;
  std::set<int64_t> numbers_;
  std::vector<Shown> shown_;
};

TEST(LogPowerLossTest, ATopicOpensAgainBehindItsLastWholeCommit) {
  std::map<FlushPolicy, int64_t> lost;
  for (const FlushPolicy flush :
       {FlushPolicy::kCommit, FlushPolicy::kInterval, FlushPolicy::kNone}) {
    for (uint64_t seed = 1; seed <= 100; ++seed) {
      SCOPED_TRACE("flush " + std::to_string(static_cast<int>(flush)) + ", seed " +
                   std::to_string(seed));
      Machine machine(seed, flush);
      const auto rule = static_cast<CrashRule>(seed % 4);
      for (int64_t turn = 0; turn < 3; ++turn) {
        ASSERT_TRUE(machine.write(static_cast<int64_t>(seed * 7 % 23) + turn).ok());
        if (seed % 3 == 0) {
          machine.kill();
          const Status written = machine.write(5);
          ASSERT_TRUE(written.ok()) << written.ToString();
        }
        machine.lose_power(rule);
        machine.expect_a_beginning();
        const Status written = machine.write(3);
        ASSERT_TRUE(written.ok()) << written.ToString();
        machine.expect_all();
      }
      lost[flush] += machine.num_lost;
      if (testing::Test::HasFailure()) return;
    }
  }
  EXPECT_EQ(lost[FlushPolicy::kCommit], 0);
  EXPECT_GT(lost[FlushPolicy::kInterval], 20);
  EXPECT_GT(lost[FlushPolicy::kNone], lost[FlushPolicy::kInterval]);
}

}  // namespace
}  // namespace hw::sim
