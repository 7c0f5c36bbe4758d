// SPDX-License-Identifier: Apache-2.0

#include "runtime/timers.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(TimersTest, FireInOrderOfTheirTimeAndOnce) {
  Timers timers;
  timers.set({20, TimeDomain::kEvent});
  timers.set({10, TimeDomain::kEvent});
  timers.set({10, TimeDomain::kEvent});
  EXPECT_FALSE(timers.any_due(9, 0));
  EXPECT_TRUE(timers.any_due(10, 0));
  EXPECT_EQ(timers.take_due(25, 0)->due_ms, 10);
  EXPECT_EQ(timers.take_due(25, 0)->due_ms, 20);
  EXPECT_FALSE(timers.take_due(25, 0).has_value());
}

TEST(TimersTest, EventTimeComesBeforeTheClock) {
  Timers timers;
  timers.set({5, TimeDomain::kProcessing});
  timers.set({30, TimeDomain::kEvent});
  EXPECT_EQ(timers.next_processing_ms(), 5);
  EXPECT_EQ(timers.take_due(30, 30)->domain, TimeDomain::kEvent);
  EXPECT_EQ(timers.take_due(30, 30)->domain, TimeDomain::kProcessing);
  EXPECT_EQ(timers.next_processing_ms(), Timers::kNever);
}

TEST(TimersTest, AllOfThemAreInASnapshot) {
  Timers timers;
  timers.set({5, TimeDomain::kProcessing});
  timers.set({7, TimeDomain::kEvent});
  ASSERT_EQ(timers.all().size(), 2u);
  EXPECT_EQ(timers.all()[0].due_ms, 7);
}

}  // namespace
}  // namespace hw
