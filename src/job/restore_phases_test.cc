// SPDX-License-Identifier: Apache-2.0

#include "job/restore_phases.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "job/restore_families.h"

namespace hw {
namespace {

PlanNode node(const std::string& uid, const std::string& kind, bool keeps_state,
              std::vector<PlanNode::Input> inputs) {
  PlanNode made{.uid = uid, .kind = kind, .text = kind + "()", .inputs = std::move(inputs)};
  made.meaning.uid_decides = false;
  made.meaning.keeps_state = keeps_state;
  return made;
}

PlanNode source(const std::string& uid) {
  PlanNode made = node(uid, "Scan", true, {});
  made.role = PlanNode::Role::kSource;
  made.meaning.keys = {"t"};
  return made;
}

PlanNode sink(const std::string& input) {
  PlanNode made = node("sink", "Sink", true, {{0, input}});
  made.role = PlanNode::Role::kSink;
  return made;
}

enum class Phases { kOne, kTwo };

// A sum over a self-join, by no key.
PlanRecord self_join(Phases phases) {
  PlanRecord plan;
  plan.nodes = {source("left"), source("right"),
                node("join", "Join", true, {{0, "left"}, {1, "right"}})};
  const bool two = phases == Phases::kTwo;
  if (two) plan.nodes.push_back(node("part", "LocalAggregate", false, {{0, "join"}}));
  plan.nodes.push_back(node("sum", "GroupAggregate", true, {{0, two ? "part" : "join"}}));
  plan.nodes.push_back(sink("sum"));
  return plan;
}

TEST(RestorePhasesTest, TheFirstPhaseIsPassedOver) {
  EXPECT_EQ(in_one_phase(self_join(Phases::kTwo)), self_join(Phases::kOne));
  EXPECT_EQ(in_one_phase(self_join(Phases::kOne)), self_join(Phases::kOne));
}

TEST(RestorePhasesTest, PartsThatLookAlikeAreToldApartWhateverThePhases) {
  for (const Phases before : {Phases::kOne, Phases::kTwo}) {
    for (const Phases after : {Phases::kOne, Phases::kTwo}) {
      const NodeMatches matches =
          match_nodes(in_one_phase(self_join(before)), in_one_phase(self_join(after)));
      EXPECT_TRUE(matches.ambiguous.empty());
      ASSERT_EQ(matches.matched.size(), 5u);
      for (const auto& [saved, now] : matches.matched) EXPECT_EQ(saved, now);
    }
  }
}

TEST(RestorePhasesTest, WhoStandsBehindAUnionIsFedByAllOfIt) {
  PlanRecord plan;
  plan.nodes = {source("a"), node("part of a", "LocalAggregate", false, {{0, "a"}}), source("b"),
                node("part of b", "LocalAggregate", false, {{0, "b"}}),
                node("sum", "GroupAggregate", true, {{0, "part of a"}, {0, "part of b"}})};
  const PlanRecord passed = in_one_phase(plan);
  ASSERT_EQ(passed.nodes.size(), 3u);
  EXPECT_EQ(passed.nodes[2].inputs, (std::vector<PlanNode::Input>{{0, "a"}, {0, "b"}}));
}

TEST(RestorePhasesTest, OtherOperatorsWithoutStateStay) {
  PlanRecord plan;
  plan.nodes = {source("a"), node("calc", "Calc", false, {{0, "a"}}),
                node("sum", "GroupAggregate", true, {{0, "calc"}})};
  EXPECT_EQ(in_one_phase(plan), plan);
  // One of this name that a program made, and that may remember something.
  plan.nodes[1].kind = "LocalAggregate";
  plan.nodes[1].meaning = {};
  EXPECT_EQ(in_one_phase(plan), plan);
}

}  // namespace
}  // namespace hw
