// SPDX-License-Identifier: Apache-2.0

#include "state/key_group.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(KeyGroupTest, EveryGroupHasExactlyOneOwner) {
  for (const int groups : {1, 7, 128, 1024}) {
    for (int parallelism = 1; parallelism <= std::min(groups, 96); ++parallelism) {
      for (int group = 0; group < groups; ++group) {
        const int owner = instance_of_key_group(group, groups, parallelism);
        ASSERT_GE(owner, 0);
        ASSERT_LT(owner, parallelism);
        for (int i = 0; i < parallelism; ++i) {
          ASSERT_EQ(key_groups_of_instance(i, groups, parallelism).contains(group), i == owner)
              << group << " of " << groups << " at " << parallelism;
        }
      }
    }
  }
}

TEST(KeyGroupTest, ComesFromTheTopBits) {
  EXPECT_EQ(key_group_of(0, 1024), 0);
  EXPECT_EQ(key_group_of(0xffffffff, 1024), 0);
  EXPECT_EQ(key_group_of(UINT64_MAX, 1024), 1023);
  EXPECT_EQ(key_group_of(uint64_t{1} << 54, 1024), 1);
  EXPECT_EQ(key_group_of(UINT64_MAX, 3), 2);
}

TEST(KeyGroupTest, BeginsWhereTheUpperHalfOfAHashSays) {
  for (const int groups : {1, 2, 3, 7, 128, 1000, 1024, 32767, 32768}) {
    for (int group = 0; group < groups; ++group) {
      const uint64_t first = upper_half_of_key_group(group, groups) << 32;
      ASSERT_EQ(key_group_of(first, groups), group) << "of " << groups;
      if (group > 0) {
        ASSERT_EQ(key_group_of(first - 1, groups), group - 1) << "of " << groups;
      }
    }
    EXPECT_EQ(upper_half_of_key_group(groups, groups), uint64_t{1} << 32);
  }
}

TEST(KeyGroupTest, SharesAreEvenToOneGroup) {
  for (int parallelism = 1; parallelism <= 96; ++parallelism) {
    for (int i = 0; i < parallelism; ++i) {
      const int size = key_groups_of_instance(i, 1024, parallelism).size();
      EXPECT_GE(size, 1024 / parallelism);
      EXPECT_LE(size, 1024 / parallelism + 1);
    }
  }
}

}  // namespace
}  // namespace hw
