// SPDX-License-Identifier: Apache-2.0

#include "job/barrier_rounds.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

// Tasklet 0 is a source, 1 an operator, 2 a sink.
BarrierRounds rounds() {
  return BarrierRounds({{.subtask = 0, .uids = {"source"}, .sink_uid = ""},
                        {.subtask = 3, .uids = {"sum"}, .sink_uid = ""},
                        {.subtask = 1, .uids = {}, .sink_uid = "sink"}},
                       /*first_id=*/7);
}

BarrierAnswer answer(int64_t checkpoint, const std::string& uid,
                     std::vector<Committable> committables = {}) {
  BarrierAnswer answer{.checkpoint = checkpoint, .committables = std::move(committables)};
  if (!uid.empty()) answer.snapshots.push_back({.uid = uid});
  return answer;
}

std::string texts_of(const JobCheckpoint& checkpoint) {
  std::string text;
  for (const auto& prepared : checkpoint.committables)
    text += (text.empty() ? "" : " ") + prepared.committable;
  return text;
}

TEST(BarrierRoundsTest, IsCompleteWhenAllHaveAnswered) {
  BarrierRounds tested = rounds();
  EXPECT_EQ(tested.begin({.sources = {{.uid = "source", .position = "here"}}}), 7);
  tested.on_answer(0, answer(7, "source"));
  tested.on_answer(2, answer(7, "", {"rows"}));
  EXPECT_FALSE(tested.take_complete().has_value());
  tested.on_answer(1, answer(7, "sum"));
  const auto complete = tested.take_complete();
  ASSERT_TRUE(complete.has_value());
  EXPECT_EQ(complete->id, 7);
  EXPECT_EQ(complete->operators.size(), 2u);
  EXPECT_EQ(complete->of("sum").size(), 1u);
  EXPECT_EQ(complete->sources[0].position, "here");
  EXPECT_EQ(texts_of(*complete), "rows");
  EXPECT_FALSE(tested.take_complete().has_value());
}

TEST(BarrierRoundsTest, WhoHasEndedIsNotWaitedForAndIsRemembered) {
  BarrierRounds tested = rounds();
  tested.on_done(0);
  tested.begin({});
  tested.on_answer(2, answer(7, ""));
  tested.on_done(1);
  const auto complete = tested.take_complete();
  ASSERT_TRUE(complete.has_value());
  ASSERT_EQ(complete->of("sum").size(), 1u);
  EXPECT_TRUE(complete->of("sum")[0].ended);
  EXPECT_EQ(complete->of("sum")[0].subtask, 3);
  EXPECT_TRUE(complete->of("source")[0].ended);
}

TEST(BarrierRoundsTest, WhatIsNotCommittedIsInEveryLaterCheckpoint) {
  BarrierRounds tested = rounds();
  std::vector<std::string> seen;
  for (int64_t id = 7; id <= 9; ++id) {
    tested.begin({});
    tested.on_answer(0, answer(id, "source"));
    tested.on_answer(1, answer(id, "sum"));
    tested.on_answer(2, answer(id, "", {"rows" + std::to_string(id)}));
    seen.push_back(texts_of(*tested.take_complete()));
    EXPECT_FALSE(tested.committed_up_to(id));
    if (id == 8) tested.on_committed(2, 7);
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"rows7", "rows7 rows8", "rows8 rows9"}));
  EXPECT_TRUE(tested.committed_up_to(7));
  tested.on_committed(2, 9);
  EXPECT_TRUE(tested.committed_up_to(9));
}

TEST(BarrierRoundsTest, BecomeCompleteInTheirOrder) {
  BarrierRounds tested = rounds();
  EXPECT_EQ(tested.begin({}), 7);
  EXPECT_EQ(tested.begin({}), 8);
  for (const int tasklet : {0, 1}) {
    tested.on_answer(tasklet, answer(7, "x"));
    tested.on_answer(tasklet, answer(8, "x"));
  }
  EXPECT_FALSE(tested.take_complete().has_value());
  tested.on_answer(2, answer(7, "", {"a"}));
  tested.on_answer(2, answer(8, "", {"b"}));
  EXPECT_EQ(texts_of(*tested.take_complete()), "a") << "an epoch behind its barrier is not in it";
  EXPECT_EQ(texts_of(*tested.take_complete()), "a b");
}

}  // namespace
}  // namespace hw
