// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_assembly.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

// Tasklet 0 is a source, 1 an operator, 2 a sink.
CheckpointAssembly assembly() {
  return CheckpointAssembly({{.subtask = 0, .uids = {"source"}, .sink_uid = ""},
                             {.subtask = 3, .uids = {"sum"}, .sink_uid = ""},
                             {.subtask = 1, .uids = {}, .sink_uid = "sink"}});
}

std::vector<OperatorSnapshot> snapshot_of(const std::string& uid) {
  std::vector<OperatorSnapshot> snapshots(1);
  snapshots[0].uid = uid;
  return snapshots;
}

TEST(CheckpointAssemblyTest, HoldsWhatAllHaveAnswered) {
  CheckpointAssembly tested = assembly();
  tested.begin({.id = 7, .sources = {{.uid = "source", .position = "here"}}});
  tested.add(0, 7, snapshot_of("source"));
  tested.add(1, 7, snapshot_of("sum"));
  tested.add(2, 7, {});
  const JobCheckpoint taken = tested.take(7);
  EXPECT_EQ(taken.id, 7);
  EXPECT_EQ(taken.operators.size(), 2u);
  ASSERT_EQ(taken.of("sum").size(), 1u);
  EXPECT_FALSE(taken.of("sum")[0].ended);
  EXPECT_EQ(taken.sources[0].position, "here");
}

TEST(CheckpointAssemblyTest, WhoHasNotAnsweredHadEnded) {
  CheckpointAssembly tested = assembly();
  tested.begin({.id = 7});
  tested.add(0, 7, snapshot_of("source"));
  const JobCheckpoint taken = tested.take(7);
  ASSERT_EQ(taken.of("sum").size(), 1u);
  EXPECT_TRUE(taken.of("sum")[0].ended);
  EXPECT_EQ(taken.of("sum")[0].subtask, 3);
  EXPECT_FALSE(taken.of("source")[0].ended);
}

TEST(CheckpointAssemblyTest, SeveralAreUnderWayAndOneIsForgotten) {
  CheckpointAssembly tested = assembly();
  for (const int64_t id : {7, 8, 9}) tested.begin({.id = id});
  tested.add(1, 9, snapshot_of("sum"));
  tested.forget(8);
  tested.add(1, 8, snapshot_of("sum"));
  tested.add(1, 7, snapshot_of("sum"));
  EXPECT_FALSE(tested.take(7).of("sum")[0].ended);
  EXPECT_FALSE(tested.take(9).of("sum")[0].ended);
}

}  // namespace
}  // namespace hw
