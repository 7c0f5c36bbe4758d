// SPDX-License-Identifier: Apache-2.0

#include "sim/sim_run.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace hw::sim
