// SPDX-License-Identifier: Apache-2.0

#include "log/settled_epochs.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

WriterIdentity slot(int64_t number) {
  return {.job = "job", .generation = 2, .sink = "sink", .slot = number};
}

TEST(SettledEpochsTest, TheNewestOfAnySlotCounts) {
  TopicState state;
  EXPECT_EQ(settled_epoch_of_sink(state, slot(0)), 0);
  state.settled[slot(0)] = 4;
  state.settled[slot(3)] = 7;
  EXPECT_EQ(settled_epoch_of_sink(state, slot(0)), 7);
  EXPECT_EQ(settled_epoch_of_sink(state, slot(9)), 7) << "one that the sink has no more";
}

TEST(SettledEpochsTest, OtherSinksAndGenerationsDoNot) {
  TopicState state;
  state.settled[slot(0)] = 4;
  WriterIdentity other = slot(0);
  other.generation = 3;
  state.settled[other] = 9;
  other = slot(0);
  other.sink = "another";
  state.settled[other] = 8;
  EXPECT_EQ(settled_epoch_of_sink(state, slot(1)), 4);
}

}  // namespace
}  // namespace hw
