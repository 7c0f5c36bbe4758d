// SPDX-License-Identifier: Apache-2.0

#include "sim/sim_run.h"

#include <gtest/gtest.h>

#include "base/planted.h"
#include "sim/scenario.h"
#include "sim/sim_plan.h"

namespace hw::sim {
namespace {

SimPlan plan_with(std::vector<Incident> incidents) {
  SimPlan plan = *plan_of_seed(4, &make_own_job);
  plan.faults.clear();
  plan.incidents = std::move(incidents);
  return plan;
}

TEST(SimRunTest, TheSameSeedIsTheSameRun) {
  for (const uint64_t seed : {1, 2, 3, 130}) {
    const SimPlan plan = *plan_of_seed(seed, &make_own_job);
    const SimResult once = carry_out(plan);
    EXPECT_TRUE(once.verdict.ok()) << seed << ": " << once.verdict.ToString();
    EXPECT_EQ(once.hash, carry_out(plan).hash) << seed;
  }
}

TEST(SimRunTest, AScenarioIsThePlanItWasMadeOf) {
  const SimPlan plan = *plan_of_seed(130, &make_own_job);
  const std::string text = scenario_text(plan);
  const Result<SimPlan> read = parse_scenario(text);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(scenario_text(*read), text);
  EXPECT_EQ(carry_out(*read).hash, carry_out(plan).hash);
}

TEST(SimRunTest, AMalformedScenarioNamesItsLine) {
  const std::string text = scenario_text(plan_with({})) + "fault melted op 3\n";
  EXPECT_NE(parse_scenario(text).status().message().find("no such fault: 'melted'"),
            std::string::npos);
}

TEST(SimRunTest, AWrongResultIsSeen) {
  SimPlan plan = plan_with({});
  plan.job.expected["{\"k\":\"never\"}"] = 1;
  EXPECT_NE(carry_out(plan).verdict.message().find("missing 1 x {\"k\":\"never\"}"),
            std::string::npos);
}

TEST(SimRunTest, AnybodyMayBeKilledAtAnyStep) {
  int64_t kills = 0;
  for (int64_t step = 1; step < 120; step += 7) {
    const SimResult result = carry_out(plan_with({{.kind = Incident::Kind::kKill, .step = step}}));
    EXPECT_TRUE(result.verdict.ok()) << step << ": " << result.verdict.ToString();
    kills += result.kills;
  }
  EXPECT_GT(kills, 10);
}

TEST(SimRunTest, AStoppedProcessIsTakenOverAndHarmsNobodyWhenItWakes) {
  int64_t processes = 0;
  for (int64_t op = 5; op < 60; op += 9) {
    const SimResult result =
        carry_out(plan_with({{.kind = Incident::Kind::kPause, .op = op, .pause_ms = 60'000}}));
    EXPECT_TRUE(result.verdict.ok()) << op << ": " << result.verdict.ToString();
    processes += result.processes - 1;
  }
  EXPECT_GT(processes, 3);
}

TEST(SimRunTest, AJobIsAskedForSavepointsAndOtherVersionsGoOnFromThem) {
  int64_t savepoints = 0, versions = 0;
  for (uint64_t seed = 1; seed < 9; ++seed) {
    SimPlan plan = *plan_of_seed(seed, &make_own_job);
    plan.faults.clear();
    plan.doomed = false;
    plan.incidents = {{.kind = Incident::Kind::kSavepoint, .ms = 25},
                      {.kind = Incident::Kind::kStop, .ms = 60, .seed = 1}};
    const SimResult result = carry_out(plan);
    EXPECT_TRUE(result.verdict.ok()) << seed << ": " << result.verdict.ToString();
    savepoints += result.savepoints;
    versions += result.versions;
  }
  EXPECT_GT(savepoints, 3);
  EXPECT_GT(versions, 3);
}

TEST(SimRunTest, AListOfPreemptionsDoesWhatWasRecorded) {
  SimPlan plan = plan_with({{.kind = Incident::Kind::kKill, .step = 200}});
  plan.schedule.record = true;
  const SimResult recorded = carry_out(plan);
  plan.schedule.record = false;
  plan.schedule.strategy = Strategy::kListed;
  plan.schedule.preemptions = recorded.preemptions;
  const SimResult listed = carry_out(*parse_scenario(scenario_text(plan)));
  EXPECT_GT(recorded.preemptions.size(), 3u);
  EXPECT_EQ(listed.steps, recorded.steps);
  EXPECT_EQ(listed.ops, recorded.ops);
  EXPECT_EQ(listed.simulated_ns, recorded.simulated_ns);
}

#ifdef HW_DEBUG_CHECKS
// Whether some seed fails by a planted bug, and says so in these words.
bool is_seen(int bug, const std::string& words) {
  constexpr uint64_t kSeedsMax = 400;
  for (uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    const SimPlan plan = *plan_of_seed(seed, &make_own_job);
    planted_bug = bug;
    const SimResult result = carry_out(plan);
    planted_bug = 0;
    if (result.verdict.message().find(words) != std::string::npos) return true;
  }
  return false;
}

TEST(SimRunTest, OutputThatComesBeforeItsCheckpointIsSeen) {
  EXPECT_TRUE(is_seen(1, "but the newest checkpoint that was published is"));
}

TEST(SimRunTest, ACheckpointThatCannotBeRestoredIsSeen) {
  EXPECT_TRUE(is_seen(23, "was published and cannot be restored"));
}

TEST(SimRunTest, WatermarksOfSplitsThatAreNotRestoredAreSeen) {
  EXPECT_TRUE(is_seen(48, "the watermark of "));
}

TEST(SimRunTest, RowsThatAreNotCountedAreSeen) {
  EXPECT_TRUE(is_seen(51, "the job says that it read"));
}

TEST(SimRunTest, RowsThatAreNotCountedBehindARestoreAreSeen) {
  EXPECT_TRUE(is_seen(51, " rows behind /state/"));
}

TEST(SimRunTest, LateRowsThatAreNotCountedAreSeen) {
  EXPECT_TRUE(is_seen(53, "rows were late, but"));
}

TEST(SimRunTest, StateThatTheRowsBeforeItsBarrierDoNotMakeIsSeen) {
  EXPECT_TRUE(is_seen(5, "is not the state that the "));
}

TEST(SimRunTest, AChannelThatHoldsTooMuchIsSeen) {
  EXPECT_TRUE(is_seen(52, "messages, and has room for"));
}
#endif

}  // namespace
}  // namespace hw::sim
