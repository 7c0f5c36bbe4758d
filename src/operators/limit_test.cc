// SPDX-License-Identifier: Apache-2.0

#include "operators/limit.h"

#include <gtest/gtest.h>

#include "testkit/operator_harness.h"

namespace hw {
namespace {

OperatorHarness limited(int64_t limit, int64_t offset) {
  return OperatorHarness("n INT", [=] { return make_limit({.limit = limit, .offset = offset}); });
}

TEST(LimitTest, LetsTheFirstRowsThrough) {
  limited(2, 0).single_instance().input("+ 1 | + 2 | + 3 | + 4").expect("+ 1 | + 2");
}

TEST(LimitTest, SkipsTheOffset) {
  limited(2, 1).single_instance().input("+ 1 | + 2 | + 3 | + 4").expect("+ 2 | + 3");
}

TEST(LimitTest, OfNothingPutsNothingOut) {
  limited(0, 0).single_instance().input("+ 1").expect("");
}

TEST(LimitTest, TakesWhatThereIs) {
  limited(5, 1).single_instance().input("+ 1 | + 2 | end").expect("+ 2 | end");
}

TEST(LimitTest, CountsWhatItSawBeforeARestore) {
  limited(3, 1)
      .single_instance()
      .input("+ 1 | + 2 | wm 1 | + 3 | wm 2 | + 4 | + 5")
      .expect("+ 2 | + 3 | + 4");
}

TEST(LimitTest, RefusesNegativeNumbers) {
  EXPECT_TRUE(make_limit({.limit = -1, .offset = 0}).status().IsInvalid());
}

}  // namespace
}  // namespace hw
