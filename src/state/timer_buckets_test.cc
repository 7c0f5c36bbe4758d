// SPDX-License-Identifier: Apache-2.0

#include "state/timer_buckets.h"

#include <gtest/gtest.h>

#include "base/memory.h"

namespace hw {
namespace {

TEST(TimerBucketsTest, GivesBucketsInOrderOfTimeWithEachRowOnce) {
  KeyedTable parent(TableSchema{}, recycling_pool());
  TimerBuckets timers(parent);
  EXPECT_EQ(timers.next_due_ms(), TimerBuckets::kNever);
  timers.set(20, 1);
  timers.set(10, 3);
  timers.set(10, 2);
  for (int i = 0; i < 1000; ++i) timers.set(10, static_cast<uint32_t>(i % 4));
  EXPECT_EQ(timers.next_due_ms(), 10);
  EXPECT_LT(timers.num_rows(), 100) << "repeated requests do not pile up";
  EXPECT_EQ(timers.take_next(), (std::vector<uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(timers.next_due_ms(), 20);
}

TEST(TimerBucketsTest, ForgetsWhatIsCancelled) {
  KeyedTable parent(TableSchema{}, recycling_pool());
  TimerBuckets timers(parent);
  timers.set(10, 1);
  timers.set(10, 2);
  timers.cancel(10, 1);
  timers.cancel(10, 7);
  timers.cancel(30, 1);
  EXPECT_EQ(timers.take_next(), (std::vector<uint32_t>{2}));
  timers.set(40, 1);
  timers.cancel(40, 1);
  EXPECT_EQ(timers.next_due_ms(), TimerBuckets::kNever);
}

}  // namespace
}  // namespace hw
