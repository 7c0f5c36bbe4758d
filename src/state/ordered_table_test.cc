// SPDX-License-Identifier: Apache-2.0

#include "state/ordered_table.h"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "base/memory.h"
#include "columnar/column_builder.h"
#include "columnar/key_bytes.h"

namespace hw {
namespace {

ColumnPtr number(int64_t value) {
  auto builder = *ColumnBuilder::make(SqlType::bigint());
  EXPECT_TRUE(builder->append_int(value).ok());
  return *builder->finish();
}

std::string order_of(int64_t value) {
  std::string bytes;
  append_order_bytes(*number(value), 0, false, true, bytes);
  return bytes;
}

class OrderedTableTest : public testing::Test {
 protected:
  OrderedTableTest() {
    EXPECT_TRUE(parent_.find_or_insert({.columns = {}, .num_rows = 1}, parent_rows_, nullptr).ok());
  }
  uint32_t parent() const { return parent_rows_[0]; }
  static OrderedTableSpec spec(EqualEntries equal, bool searchable = false) {
    return {.payload = {{"n", SqlType::bigint()}}, .equal = equal, .searchable = searchable};
  }
  static void add(OrderedTable& table, uint32_t row, int64_t value, int64_t count) {
    const ColumnPtr payload = number(value);
    EXPECT_TRUE(table.add_count(row, order_of(value), count, std::span(&payload, 1), 0).ok());
  }
  static uint32_t insert(OrderedTable& table, uint32_t row, int64_t order, int64_t value) {
    const ColumnPtr payload = number(value);
    return *table.insert(row, order_of(order), hash_keys(std::span(&payload, 1), 1)[0],
                         std::span(&payload, 1), 0);
  }
  static std::vector<int64_t> values(const OrderedTable& table, uint32_t row, size_t begin = 0,
                                     size_t end = SIZE_MAX) {
    std::vector<uint32_t> entries;
    table.read_range(row, begin, end, entries);
    const ColumnPtr column = *table.read(0, entries);
    return {column->data<int64_t>(), column->data<int64_t>() + entries.size()};
  }

  KeyedTable parent_{TableSchema{}, recycling_pool()};
  std::vector<uint32_t> parent_rows_;
};

TEST_F(OrderedTableTest, CountsEqualEntries) {
  OrderedTable table(spec(EqualEntries::kCounted), parent_, recycling_pool());
  add(table, 0, 5, 1);
  add(table, 0, -3, 1);
  add(table, 0, 5, 2);
  EXPECT_EQ(values(table, 0), (std::vector<int64_t>{-3, 5}));
  EXPECT_EQ(table.count(table.last(0)), 3);
  add(table, 0, 5, -2);
  EXPECT_EQ(table.count(table.last(0)), 1);
  add(table, 0, 5, -1);
  add(table, 0, 5, -1);
  EXPECT_EQ(values(table, 0), (std::vector<int64_t>{-3}));
}

TEST_F(OrderedTableTest, KeepsSetsOfDifferentParentsApart) {
  OrderedTable table(spec(EqualEntries::kCounted), parent_, recycling_pool());
  add(table, 0, 1, 1);
  add(table, 9, 2, 1);
  EXPECT_EQ(table.size(0), 1U);
  EXPECT_EQ(table.size(5), 0U);
  EXPECT_EQ(values(table, 9), (std::vector<int64_t>{2}));
  table.erase_set(9);
  EXPECT_EQ(table.size(9), 0U);
  EXPECT_EQ(table.num_rows(), 1);
}

TEST_F(OrderedTableTest, StandsEqualEntriesInOrderOfArrival) {
  OrderedTable table(spec(EqualEntries::kArrival), parent_, recycling_pool());
  insert(table, 0, 7, 100);
  const uint32_t second = insert(table, 0, 7, 101);
  insert(table, 0, 7, 102);
  insert(table, 0, 6, 103);
  EXPECT_EQ(values(table, 0), (std::vector<int64_t>{103, 100, 101, 102}));
  EXPECT_EQ(values(table, 0, 1, 3), (std::vector<int64_t>{100, 101}));
  table.remove(second);
  EXPECT_EQ(values(table, 0), (std::vector<int64_t>{103, 100, 102}));
  const ColumnPtr removed = *table.read(0, std::span(&second, 1));
  EXPECT_EQ(removed->value<int64_t>(0), 101) << "readable until it is freed";
  table.free_removed();
  EXPECT_EQ(table.num_rows(), 3);
}

TEST_F(OrderedTableTest, FindsEntriesByTheirPayload) {
  OrderedTable table(spec(EqualEntries::kArrival, true), parent_, recycling_pool());
  insert(table, 0, 1, 100);
  insert(table, 0, 2, 100);
  insert(table, 3, 1, 100);
  const auto find = [&](uint32_t row, int64_t value) {
    const ColumnPtr payload = number(value);
    return table.find_equal(row, hash_keys(std::span(&payload, 1), 1)[0], std::span(&payload, 1),
                            0);
  };
  EXPECT_EQ(find(0, 7), OrderedTable::kNoEntry);
  for (int i = 0; i < 2; ++i) {
    const uint32_t entry = find(0, 100);
    ASSERT_NE(entry, OrderedTable::kNoEntry);
    table.remove(entry);
    table.free_removed();
  }
  EXPECT_EQ(find(0, 100), OrderedTable::kNoEntry);
  EXPECT_NE(find(3, 100), OrderedTable::kNoEntry);
}

TEST_F(OrderedTableTest, FindsTheOldestOfEqualEntries) {
  OrderedTable table(spec(EqualEntries::kArrival, true), parent_, recycling_pool());
  const ColumnPtr seven = number(7);
  const uint64_t hash = hash_keys(std::span(&seven, 1), 1)[0];
  const auto find = [&] { return table.find_equal(parent(), hash, std::span(&seven, 1), 0); };
  std::vector<uint32_t> arrived;
  for (int i = 0; i < 4; ++i) arrived.push_back(insert(table, parent(), 0, 7));
  insert(table, parent(), 0, 8);
  table.remove(arrived[2]);  // from the middle
  table.remove(arrived[3]);  // the newest
  table.free_removed();
  arrived.resize(2);
  arrived.push_back(insert(table, parent(), 0, 7));
  for (const uint32_t oldest : arrived) {
    EXPECT_EQ(find(), oldest);
    table.remove(oldest);
  }
  EXPECT_EQ(find(), OrderedTable::kNoEntry);
  EXPECT_EQ(values(table, parent()), (std::vector<int64_t>{8}));
}

TEST_F(OrderedTableTest, AgreesWithAMapThroughSplitsAndJoinsOfLeaves) {
  OrderedTable table(spec(EqualEntries::kCounted), parent_, recycling_pool());
  std::map<int64_t, int64_t> expected;
  Random random(4);
  for (int i = 0; i < 30'000; ++i) {
    const bool grows = (i / 5'000) % 2 == 0;
    const auto value = static_cast<int64_t>(random.below(3'000)) - 1'500;
    const int64_t count = random.below(10) < (grows ? 8U : 2U) ? 1 : -1;
    add(table, 0, value, count);
    int64_t& stored = expected[value];
    stored = std::max<int64_t>(stored + count, 0);
    if (stored == 0) expected.erase(value);
    if (i % 500 == 0 && !expected.empty()) {
      ASSERT_EQ(values(table, 0, 0, 1)[0], expected.begin()->first);
      ASSERT_EQ(table.size(0), expected.size());
    }
  }
  std::vector<int64_t> in_order;
  for (const auto& [value, count] : expected) in_order.push_back(value);
  EXPECT_EQ(values(table, 0), in_order);
}

}  // namespace
}  // namespace hw
