// SPDX-License-Identifier: Apache-2.0

#include "state/row_chunks.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/memory.h"

namespace hw {
namespace {

constexpr int kNumber = 0;
constexpr int kText = 1;

class RowChunksTest : public testing::Test {
 protected:
  uint32_t add(int64_t number, std::string_view text) {
    if (!rows_.has_room()) EXPECT_TRUE(rows_.grow().ok());
    const uint32_t row = rows_.add();
    EXPECT_EQ(rows_.fixed<int64_t>(kNumber)[row], 0) << "a fresh row is all zero";
    EXPECT_EQ(rows_.nulls(kNumber)[row], 0);
    EXPECT_EQ(rows_.bytes(kText, row), "");
    rows_.fixed<int64_t>(kNumber)[row] = number;
    rows_.nulls(kNumber)[row] = number % 2 == 0 ? 1 : 0;
    rows_.set_bytes(kText, row, text);
    return row;
  }
  void expect_row(const RowChunks& rows, uint32_t row, int64_t number, std::string_view text) {
    EXPECT_TRUE(rows.is_live(row));
    EXPECT_EQ(rows.fixed<int64_t>(kNumber)[row], number);
    EXPECT_EQ(rows.bytes(kText, row), text);
  }
  static std::string text_of(int64_t i) {
    return std::string(static_cast<size_t>(i % 40), static_cast<char>('a' + i % 26));
  }

  RowChunks rows_{{{.width = 8, .nullable = true}, {.width = 0, .nullable = true}},
                  recycling_pool()};
};

TEST_F(RowChunksTest, KeepsRowsOverManyChunks) {
  constexpr int64_t kRows = 20'000;
  for (int64_t i = 0; i < kRows; ++i) ASSERT_EQ(add(i, text_of(i)), i);
  for (int64_t i = 0; i < kRows; ++i) expect_row(rows_, static_cast<uint32_t>(i), i, text_of(i));
  EXPECT_EQ(rows_.num_rows(), kRows);
}

TEST_F(RowChunksTest, StartsSmall) {
  add(1, "a");
  EXPECT_LT(rows_.num_bytes(), 8 << 10);
}

TEST_F(RowChunksTest, ReusesErasedRowsAndGivesEmptyChunksBack) {
  constexpr int64_t kRows = 8 * RowChunks::kChunkRows;
  for (int64_t i = 0; i < kRows; ++i) add(i, "some text beyond twelve bytes");
  const int64_t full_bytes = rows_.num_bytes();
  // Whole chunks go, but for every second one a row stays.
  for (uint32_t row = 0; row < kRows; ++row) {
    if (row % (2 * RowChunks::kChunkRows) != 0) rows_.erase(row);
  }
  EXPECT_EQ(rows_.num_rows(), 4);
  EXPECT_LT(rows_.num_bytes(), full_bytes * 3 / 4);
  const uint32_t end = rows_.end_row();
  for (int64_t i = 0; i < kRows - 4; ++i) add(i, "x");
  EXPECT_EQ(rows_.end_row(), end) << "freed rows are used before new chunks are made";
  expect_row(rows_, 0, 0, "some text beyond twelve bytes");
}

TEST_F(RowChunksTest, CompactsTextThatWasOverwritten) {
  const uint32_t row = add(1, "");
  const uint32_t other = add(2, std::string(100, 'o'));
  for (int i = 0; i < 10'000; ++i) {
    rows_.set_bytes(kText, row, std::string(100 + i % 50, static_cast<char>('a' + i % 26)));
  }
  EXPECT_LT(rows_.num_bytes(), 128 << 10);
  EXPECT_EQ(rows_.bytes(kText, row), std::string(100 + 9'999 % 50, 'a' + 9'999 % 26));
  EXPECT_EQ(rows_.bytes(kText, other), std::string(100, 'o'));
}

TEST_F(RowChunksTest, ScansLiveRowsInOrder) {
  for (int64_t i = 0; i < 10'000; ++i) add(i, "");
  std::set<uint32_t> live;
  for (uint32_t row = 0; row < 10'000; ++row) {
    if (row % 3 == 0 || (row > 4'096 && row < 8'192)) {
      rows_.erase(row);
    } else {
      live.insert(row);
    }
  }
  std::vector<uint32_t> found;
  for (uint32_t at = 0; at < rows_.end_row();) at = rows_.scan(at, 100, found);
  EXPECT_EQ(found, std::vector<uint32_t>(live.begin(), live.end()));
}

TEST_F(RowChunksTest, APinDoesNotSeeLaterChanges) {
  for (int64_t i = 0; i < 5'000; ++i) add(i, text_of(i));
  const std::shared_ptr<const RowChunks> pinned = rows_.pin();
  for (uint32_t row = 0; row < 5'000; row += 7) {
    rows_.touch(row);
    rows_.fixed<int64_t>(kNumber)[row] = -1;
    rows_.set_bytes(kText, row, "changed, and longer than inline");
  }
  rows_.erase(1);
  const uint32_t reused = add(77, "new");
  for (int64_t i = 0; i < 10'000; ++i) add(i, "more");
  for (int64_t i = 0; i < 5'000; ++i) {
    expect_row(*pinned, static_cast<uint32_t>(i), i, text_of(i));
  }
  EXPECT_EQ(pinned->num_rows(), 5'000);
  rows_.release(*pinned);
  expect_row(rows_, 7, -1, "changed, and longer than inline");
  expect_row(rows_, reused, 77, "new");
}

TEST_F(RowChunksTest, CopiesOnlyWhatIsWrittenWhilePinned) {
  for (int64_t i = 0; i < 40'000; ++i) add(i, "");
  const int64_t bytes = rows_.num_bytes();
  const std::shared_ptr<const RowChunks> pinned = rows_.pin();
  const int64_t chunk_before = reinterpret_cast<int64_t>(rows_.fixed_chunks(kNumber)[3]);
  rows_.touch(0);
  EXPECT_NE(&rows_.fixed<int64_t>(kNumber)[0], &pinned->fixed<int64_t>(kNumber)[0]);
  EXPECT_EQ(reinterpret_cast<int64_t>(rows_.fixed_chunks(kNumber)[3]), chunk_before);
  rows_.release(*pinned);
  EXPECT_LE(rows_.num_bytes(), bytes);
}

TEST_F(RowChunksTest, RemembersWhatChangedSinceTheLastPin) {
  const uint32_t a = add(1, "");
  const uint32_t b = add(2, "");
  const uint32_t c = add(3, "key of the erased row");
  rows_.track_changes();
  EXPECT_FALSE(rows_.is_changed(a));
  rows_.touch(a);
  rows_.erase(c);
  const uint32_t d = add(4, "");
  EXPECT_NE(d, c) << "an erased row keeps its bytes until the next pin";
  const std::shared_ptr<const RowChunks> pinned = rows_.pin();
  EXPECT_TRUE(pinned->is_changed(a));
  EXPECT_FALSE(pinned->is_changed(b));
  EXPECT_TRUE(pinned->is_changed(d));
  EXPECT_TRUE(pinned->is_erased(c));
  EXPECT_EQ(pinned->bytes(kText, c), "key of the erased row");
  EXPECT_FALSE(rows_.is_changed(a));
  EXPECT_FALSE(rows_.is_erased(c));
  std::vector<uint32_t> found;
  const RowChunks* const pins[] = {pinned.get()};
  pinned->find_changed(pins, found);
  EXPECT_EQ(found, (std::vector<uint32_t>{a, d}));
  found.clear();
  pinned->find_erased(found);
  EXPECT_EQ(found, std::vector<uint32_t>{c});
  rows_.release(*pinned);
}

TEST_F(RowChunksTest, ARowThatComesAndGoesBetweenTwoPinsLeavesNoTrace) {
  const uint32_t a = add(1, "");
  const std::shared_ptr<const RowChunks> before = rows_.pin();
  const uint32_t b = add(2, "");
  rows_.erase(b);
  rows_.touch(a);
  const std::shared_ptr<const RowChunks> pinned = rows_.pin();
  std::vector<uint32_t> found;
  pinned->find_erased(found);
  EXPECT_TRUE(found.empty());
  const RowChunks* const pins[] = {before.get(), pinned.get()};
  pinned->find_changed(pins, found);
  EXPECT_EQ(found, std::vector<uint32_t>{a});
}

TEST_F(RowChunksTest, APinnedCopyKnowsWhereNoNullIs) {
  for (int64_t i = 0; i < 10'000; ++i) add(2 * i + 1, "");
  rows_.nulls(kText)[9'999] = 1;
  const std::shared_ptr<const RowChunks> pinned = rows_.pin();
  EXPECT_FALSE(pinned->columns_without_nulls(100).has(kNumber)) << "it is not worth it";
  EXPECT_TRUE(pinned->columns_without_nulls(1'000).has(kNumber));
  EXPECT_FALSE(pinned->columns_without_nulls(1'000).has(kText));
  rows_.touch(0);
  rows_.nulls(kNumber)[0] = 1;
  const std::shared_ptr<const RowChunks> next = rows_.pin();
  EXPECT_TRUE(pinned->columns_without_nulls(10'000).has(kNumber));
  EXPECT_FALSE(next->columns_without_nulls(10'000).has(kNumber));
  rows_.release(*pinned);
  rows_.release(*next);
}

TEST_F(RowChunksTest, WhatIsReleasedIsWrittenInPlaceAgain) {
  const uint32_t a = add(1, "");
  const std::shared_ptr<const RowChunks> first = rows_.pin();
  const std::shared_ptr<const RowChunks> second = rows_.pin();
  const int64_t* const place = &rows_.fixed<int64_t>(kNumber)[a];
  rows_.release(*first);
  rows_.release(*second);
  rows_.touch(a);
  EXPECT_EQ(&rows_.fixed<int64_t>(kNumber)[a], place);
}

TEST_F(RowChunksTest, StartsAnewAfterAClear) {
  for (int64_t i = 0; i < 10'000; ++i) add(i, text_of(i));
  const int64_t bytes = rows_.num_bytes();
  rows_.clear();
  EXPECT_EQ(rows_.num_rows(), 0);
  for (int64_t i = 0; i < 10'000; ++i) add(i + 5, text_of(i));
  EXPECT_LE(rows_.num_bytes(), bytes + bytes / 4);
  std::vector<uint32_t> found;
  rows_.scan(0, SIZE_MAX, found);
  EXPECT_EQ(found.size(), 10'000U);
}

}  // namespace
}  // namespace hw
