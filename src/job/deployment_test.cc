// SPDX-License-Identifier: Apache-2.0

#include "job/deployment.h"

#include <gtest/gtest.h>

#include "testkit/batch_source.h"

namespace hw {
namespace {

Vertex vertex(int id, bool source = false, int parallelism = 0) {
  Vertex vertex{.id = id, .name = "v" + std::to_string(id), .parallelism = parallelism};
  if (source) vertex.source = SourceRecipe{.uid = vertex.name, .source = make_batch_source({})};
  return vertex;
}

Edge edge(int from, int to, EdgeContract contract) {
  return {.from_vertex = from, .to_vertex = to, .contract = contract};
}

TEST(DeploymentTest, ASourceGetsNoMoreInstancesThanSplits) {
  const JobGraph graph{.vertices = {vertex(0, true), vertex(1)},
                       .edges = {edge(0, 1, EdgeContract::kHash)},
                       .parallelism = 4};
  EXPECT_EQ(instances_of(graph, {2, -1}), (std::vector<int>{2, 4}));
  EXPECT_EQ(instances_of(graph, {0, -1}), (std::vector<int>{1, 4}));
  EXPECT_EQ(instances_of(graph, {9, -1}), (std::vector<int>{4, 4}));
  EXPECT_EQ(instances_of(graph, {-1, -1}), (std::vector<int>{4, 4})) << "more may be found";
}

TEST(DeploymentTest, AVertexFollowsTheOneInFrontOfAForwardEdge) {
  const JobGraph graph{
      .vertices = {vertex(0, true), vertex(1), vertex(2)},
      .edges = {edge(0, 1, EdgeContract::kForward), edge(1, 2, EdgeContract::kRebalance)},
      .parallelism = 4};
  EXPECT_EQ(instances_of(graph, {1, -1, -1}), (std::vector<int>{1, 1, 4}));
}

TEST(DeploymentTest, WhatIsGlobalHasOneInstance) {
  const JobGraph graph{
      .vertices = {vertex(0, true), vertex(1), vertex(2, false, 3)},
      .edges = {edge(0, 1, EdgeContract::kGlobal), edge(1, 2, EdgeContract::kHash)},
      .parallelism = 4};
  EXPECT_EQ(instances_of(graph, {-1, -1, -1}), (std::vector<int>{4, 1, 3}));
}

TEST(DeploymentTest, SplitsAreDealtInTurnAcrossDiscoveries) {
  size_t next = 0;
  auto dealt = deal_splits(unread({{.id = "a"}, {.id = "b"}, {.id = "c"}}), 2, next);
  ASSERT_EQ(dealt.size(), 2u);
  EXPECT_EQ(dealt[0].size(), 2u);
  EXPECT_EQ(dealt[1][0].split.id, "b");
  dealt = deal_splits(unread({{.id = "d"}}), 2, next);
  EXPECT_TRUE(dealt[0].empty());
  EXPECT_EQ(dealt[1][0].split.id, "d");
}

}  // namespace
}  // namespace hw
