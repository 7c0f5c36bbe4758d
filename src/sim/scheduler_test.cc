// SPDX-License-Identifier: Apache-2.0

#include "sim/scheduler.h"

#include <gtest/gtest.h>

namespace hw::sim {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

struct SchedulerTest : testing::Test {
  std::string run(uint64_t seed, Strategy strategy) {
    EventHash hash;
    Scheduler scheduler({.seed = seed, .strategy = strategy, .quantum_max = 2, .step_ns = 1}, hash);
    SimProcess process;
    std::string trace;
    std::vector<std::unique_ptr<Thread>> threads;
    for (const char name : {'a', 'b', 'c'})
      threads.push_back(scheduler.start_thread(process, std::string(1, name), [&, name] {
        for (int i = 0; i < 5; ++i) {
          trace += name;
          scheduler.pass();
        }
      }));
    while (scheduler.run_one(kNever)) {
    }
    EXPECT_EQ(process.num_threads, 0);
    return trace;
  }
};

TEST_F(SchedulerTest, EverybodyComesToAnEnd) {
  for (int strategy = 0; strategy < kNumStrategies; ++strategy)
    EXPECT_EQ(run(3, static_cast<Strategy>(strategy)).size(), 15U);
}

TEST_F(SchedulerTest, TheSameSeedGivesTheSameOrder) {
  EXPECT_EQ(run(5, Strategy::kUniform), run(5, Strategy::kUniform));
  EXPECT_NE(run(5, Strategy::kUniform), run(6, Strategy::kUniform));
}

TEST_F(SchedulerTest, WhoRunsToItsBlockIsNotInterrupted) {
  EXPECT_EQ(run(1, Strategy::kRunToBlock), "aaaaabbbbbccccc");
}

TEST_F(SchedulerTest, TimeJumpsToTheFirstWhoWaits) {
  EventHash hash;
  Scheduler scheduler({}, hash);
  SimProcess process;
  std::vector<int64_t> woken;
  const std::function<bool()> never = [] { return false; };
  std::vector<std::unique_ptr<Thread>> threads;
  for (const int64_t ms : {300, 100, 200})
    threads.push_back(scheduler.start_thread(process, "sleeper", [&, ms] {
      scheduler.wait(never, ms * 1'000'000);
      woken.push_back(ms);
    }));
  while (scheduler.run_one(kNever)) {
  }
  EXPECT_EQ(woken, (std::vector<int64_t>{100, 200, 300}));
}

TEST_F(SchedulerTest, WhoIsStoppedGetsNoTurn) {
  EventHash hash;
  Scheduler scheduler({}, hash);
  SimProcess process{.paused = true};
  bool ran = false;
  const auto thread = scheduler.start_thread(process, "a", [&] { ran = true; });
  EXPECT_FALSE(scheduler.run_one(kNever));
  EXPECT_FALSE(ran);
  process.paused = false;
  EXPECT_TRUE(scheduler.run_one(kNever));
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace hw::sim
