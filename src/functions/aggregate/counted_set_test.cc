// SPDX-License-Identifier: Apache-2.0

#include "functions/aggregate/counted_set.h"

#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace hw {
namespace {

using Counts = std::map<uint32_t, int64_t>;

std::set<uint32_t> values_of(const BitmapValue& value) {
  std::vector<uint32_t> values(value.size());
  value.copy_values(values.data());
  return {values.begin(), values.end()};
}

std::set<uint32_t> where(const Counts& counts, auto keep) {
  std::set<uint32_t> values;
  for (const auto& [value, count] : counts) {
    if (keep(count)) values.insert(value);
  }
  return values;
}

TEST(CountedSetTest, CountsAsNumbersDoWhateverTheirSign) {
  std::mt19937 random(11);
  for (int round = 0; round < 40; ++round) {
    CountedSet set;
    Counts counts;
    for (int step = 0; step < 60; ++step) {
      if (random() % 2 == 0) {
        BitmapValue values;
        const int weight = random() % 2 == 0 ? 1 : -1;
        for (uint32_t value = 0; value < 12; ++value) {
          if (random() % 2 == 0) continue;
          values.add(value);
          counts[value] += weight;
        }
        set.add(values, weight);
      } else {
        std::vector<std::pair<uint32_t, int64_t>> change;
        for (uint32_t value = 4; value < 16; ++value) {
          const int64_t count = static_cast<int64_t>(random() % 41) - 20;
          change.emplace_back(value, count);
          counts[value] += count;
        }
        set.add(change);
      }
      std::string bytes;
      set.append_bytes(bytes);
      set = *CountedSet::read(bytes);
      ASSERT_EQ(values_of(set.positive()), where(counts, [](int64_t n) { return n > 0; }));
      for (const int64_t wanted : {1, 2, 3, 7, 20, 1000}) {
        ASSERT_EQ(values_of(set.with_count(wanted)),
                  where(counts, [wanted](int64_t n) { return n == wanted; }));
      }
    }
  }
}

TEST(CountedSetTest, WhatIsTakenBackLeavesNothingBehind) {
  BitmapValue values;
  for (uint32_t value = 0; value < 1000; value += 3) values.add(value);
  CountedSet set;
  std::string bytes;
  for (int i = 0; i < 5; ++i) set.add(values, 1);
  for (int i = 0; i < 7; ++i) set.add(values, -1);
  EXPECT_TRUE(set.positive().is_empty());
  for (int i = 0; i < 2; ++i) set.add(values, 1);
  set.append_bytes(bytes);
  EXPECT_EQ(bytes, "");  // as in a group that none ever came to
}

TEST(CountedSetTest, DamagedCountsAreErrors) {
  EXPECT_TRUE(CountedSet::read("")->positive().is_empty());
  EXPECT_FALSE(CountedSet::read("abc").ok());
  EXPECT_FALSE(CountedSet::read(std::string(16, '\1')).ok());
}

}  // namespace
}  // namespace hw
