// SPDX-License-Identifier: Apache-2.0

#include "state/hash_index.h"

#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include "base/env/env.h"

namespace hw {
namespace {

uint32_t find_row(const HashIndex& index, uint32_t tag, uint32_t row) {
  return index.find(tag, [row](uint32_t candidate) { return candidate == row; });
}

TEST(HashIndexTest, FindsWhatWasInsertedThroughEveryGrowth) {
  // Past kLargeSlots, so that the last growths are the incremental kind.
  constexpr uint32_t kRows = 300'000;
  HashIndex index;
  Random random(1);
  std::vector<uint32_t> tags;
  for (uint32_t row = 0; row < kRows; ++row) {
    tags.push_back(static_cast<uint32_t>(random.next()));
    index.insert(tags[row], row);
    const auto sample = static_cast<uint32_t>(random.below(row + 1));
    ASSERT_EQ(find_row(index, tags[sample], sample), sample) << "after " << row;
  }
  for (uint32_t row = 0; row < kRows; ++row) ASSERT_EQ(find_row(index, tags[row], row), row);
  EXPECT_EQ(index.size(), kRows);
  EXPECT_LE(index.num_bytes(), int64_t{kRows} * 8 * 4);
}

TEST(HashIndexTest, AgreesWithAMapUnderInsertsAndErasures) {
  HashIndex index;
  std::unordered_map<uint32_t, uint32_t> tags;  // by row
  Random random(2);
  uint32_t next_row = 0;
  for (int i = 0; i < 400'000; ++i) {
    // Few distinct tags make long runs; phases of growth and of shrinking.
    const bool grows = (i / 50'000) % 2 == 0;
    if (tags.empty() || random.below(10) < (grows ? 7U : 3U)) {
      const auto tag = static_cast<uint32_t>(random.next()) & 0x3ffff;
      tags[next_row] = tag;
      index.insert(tag, next_row++);
    } else {
      const auto victim = tags.begin();
      index.erase(victim->second, victim->first);
      ASSERT_EQ(find_row(index, victim->second, victim->first), HashIndex::kNoRow);
      tags.erase(victim);
    }
  }
  ASSERT_EQ(index.size(), tags.size());
  for (const auto& [row, tag] : tags) ASSERT_EQ(find_row(index, tag, row), row);
  std::vector<uint32_t> by_row(next_row + 1, 0);
  index.tags_by_row(by_row);
  for (const auto& [row, tag] : tags) ASSERT_EQ(by_row[row], tag);
}

TEST(HashIndexTest, ErasesWhileItGrows) {
  HashIndex index;
  uint32_t row = 0;
  const auto tag_of = [](uint32_t r) { return r * 0x9e3779b9U; };
  // Stops just after a large table began to move.
  while (!index.large() || row % 7 != 0) {
    index.insert(tag_of(row), row);
    ++row;
  }
  for (uint32_t r = 0; r < row; r += 2) index.erase(tag_of(r), r);
  for (uint32_t r = 0; r < row; ++r) {
    ASSERT_EQ(find_row(index, tag_of(r), r), r % 2 == 0 ? HashIndex::kNoRow : r);
  }
}

TEST(HashIndexTest, ForgetsEverythingWhenCleared) {
  HashIndex index;
  for (uint32_t row = 0; row < 1000; ++row) index.insert(row * 31, row);
  index.clear();
  EXPECT_EQ(index.size(), 0U);
  EXPECT_EQ(find_row(index, 31, 1), HashIndex::kNoRow);
  index.insert(31, 5);
  EXPECT_EQ(find_row(index, 31, 5), 5U);
}

}  // namespace
}  // namespace hw
