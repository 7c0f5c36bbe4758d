// SPDX-License-Identifier: Apache-2.0

#include "state/keyed_table.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "base/memory.h"
#include "columnar/column_builder.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

constexpr uint32_t kNo = KeyedTable::kNoRow;

TableSchema schema_of(std::string_view keys, std::string_view values) {
  TableSchema schema;
  if (!keys.empty()) schema.keys = (*parse_schema(keys))->fields();
  if (!values.empty()) schema.values = (*parse_schema(values))->fields();
  return schema;
}

KeyColumns keys_of(const Batch& batch) {
  return {.columns = batch.columns(), .num_rows = batch.num_rows(), .hashes = nullptr};
}

Batch batch_of(std::string_view columns, std::string_view rows) {
  return *parse_batch(*parse_schema(columns), rows);
}

ColumnPtr numbers(const std::vector<int64_t>& values) {
  auto builder = *ColumnBuilder::make(SqlType::bigint());
  for (const int64_t value : values) EXPECT_TRUE(builder->append_int(value).ok());
  return *builder->finish();
}

// One row of each kind of key, with the NULLs and zeros that must not be mixed up.
void expect_keys_apart(std::string_view columns, std::string_view rows) {
  SCOPED_TRACE(columns);
  KeyedTable table(schema_of(columns, "v BIGINT"), recycling_pool());
  const Batch batch = batch_of(columns, rows);
  std::vector<uint32_t> found;
  std::vector<uint32_t> inserted;
  ASSERT_TRUE(table.find_or_insert(keys_of(batch), found, &inserted).ok());
  EXPECT_EQ(inserted.size(), static_cast<size_t>(batch.num_rows())) << "all keys differ";
  std::vector<uint32_t> again;
  ASSERT_TRUE(table.find_or_insert(keys_of(batch), again, &inserted).ok());
  EXPECT_EQ(again, found);
  EXPECT_TRUE(inserted.empty());
  for (int k = 0; k < batch.num_columns(); ++k) {
    const ColumnPtr key = *table.read_key(k, found);
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      EXPECT_EQ(value_text(*key, i), value_text(*batch.column(k), i));
    }
  }
  // Erasing one leaves the others.
  ASSERT_TRUE(table.erase(std::span(found).first(1)).ok());
  ASSERT_TRUE(table.find(keys_of(batch), again).ok());
  EXPECT_EQ(again[0], kNo);
  for (size_t i = 1; i < found.size(); ++i) EXPECT_EQ(again[i], found[i]);
}

TEST(KeyedTableTest, TellsKeysOfEveryTypeApart) {
  expect_keys_apart("a BIGINT", "+ 0 | + 1 | + null | + -1");
  expect_keys_apart("a INT", "+ 0 | + 1 | + null");
  expect_keys_apart("a BOOLEAN", "+ TRUE | + FALSE | + null");
  expect_keys_apart("a TINYINT, b SMALLINT, c INT", "+ 0 0 0 | + null 0 0 | + 0 null 0 | + 1 0 0");
  expect_keys_apart("a BIGINT, b BIGINT", "+ 1 2 | + 2 1 | + null 2 | + 1 null | + null null");
  expect_keys_apart("a DOUBLE", "+ 0.0 | + 1.5 | + NaN | + null");
  expect_keys_apart("a DECIMAL(30, 2)", "+ 0.00 | + 1.50 | + null | + -1.50");
  expect_keys_apart("a STRING", "+ '' | + a | + null | + 'twelve bytes' | + 'thirteen bytes'");
  expect_keys_apart("a STRING, b STRING", "+ ab c | + a bc | + null abc | + abc null | + '' ''");
  expect_keys_apart("a BIGINT, b BIGINT, c BIGINT", "+ 1 2 3 | + 3 2 1 | + null 2 3 | + 1 2 null");
  expect_keys_apart("a SMALLINT, b STRING, c DECIMAL(20, 2), d TINYINT, e DATE",
                    "+ 1 ab 1.50 2 2020-01-01 | + null ab 1.50 2 2020-01-01 | "
                    "+ 1 null 1.50 2 2020-01-01 | + 1 ab null 2 2020-01-01 | "
                    "+ 1 ab 1.50 null 2020-01-01 | + 1 ab 1.50 2 null | + 1 '' 1.50 2 2020-01-01 | "
                    "+ null null null null null | + 1 'a long text' -1.50 2 2020-01-01");
  expect_keys_apart(
      "a BIGINT, b STRING, c DOUBLE, d BIGINT",
      "+ 1 a 1.5 2 | + 1 a null 2 | + null a 1.5 2 | + 1 null 1.5 null | + 1 a 1.5 3");
  expect_keys_apart("a ARRAY<INT>", "+ [] | + [1] | + [NULL] | + null | + [1, 2]");
  expect_keys_apart("a ROW<x INT, y STRING>", "+ (1, a) | + (1, NULL) | + null");
  expect_keys_apart("a DATE, b TIMESTAMP(3)",
                    "+ 2020-01-01 '2020-01-01 00:00:00.000' | + 2020-01-02 '2020-01-01 "
                    "00:00:00.000' | + null '2020-01-01 00:00:00.000'");
}

TEST(KeyedTableTest, TakesEqualNumbersForOneKey) {
  KeyedTable table(schema_of("a DOUBLE", ""), recycling_pool());
  std::vector<uint32_t> rows;
  const Batch batch = batch_of("a DOUBLE", "+ 0.0 | + -0.0 | + NaN | + NaN");
  ASSERT_TRUE(table.find_or_insert(keys_of(batch), rows, nullptr).ok());
  EXPECT_EQ(rows[0], rows[1]);
  EXPECT_EQ(rows[2], rows[3]);
  EXPECT_EQ(table.num_rows(), 2);
}

TEST(KeyedTableTest, HasOneRowWithoutKeys) {
  KeyedTable table(schema_of("", "n BIGINT"), recycling_pool());
  std::vector<uint32_t> rows;
  ASSERT_TRUE(table.find({.columns = {}, .num_rows = 1}, rows).ok());
  EXPECT_EQ(rows[0], kNo);
  ASSERT_TRUE(table.find_or_insert({.columns = {}, .num_rows = 3}, rows, nullptr).ok());
  EXPECT_EQ(rows, (std::vector<uint32_t>{0, 0, 0}));
}

TEST(KeyedTableTest, AgreesWithAMapOverManyKeys) {
  KeyedTable table(schema_of("k BIGINT", "n BIGINT"), recycling_pool());
  std::map<int64_t, int64_t> expected;
  Random random(3);
  for (int round = 0; round < 150; ++round) {
    std::vector<int64_t> keys(4096);
    for (int64_t& key : keys) key = static_cast<int64_t>(random.below(200'000));
    const ColumnPtr column = numbers(keys);
    std::vector<uint32_t> rows;
    ASSERT_TRUE(
        table.find_or_insert({.columns = std::span(&column, 1), .num_rows = 4096}, rows, nullptr)
            .ok());
    const FixedColumn<int64_t> counts = table.fixed<int64_t>(0);
    for (size_t i = 0; i < rows.size(); ++i) {
      ++counts[rows[i]];
      ++expected[keys[i]];
    }
    if (round % 10 == 9) {
      // Every now and then some keys go.
      std::vector<int64_t> gone;
      for (auto at = expected.begin(); at != expected.end() && gone.size() < 3000;) {
        gone.push_back(at->first);
        at = expected.erase(at);
      }
      const ColumnPtr victims = numbers(gone);
      ASSERT_TRUE(table
                      .find({.columns = std::span(&victims, 1),
                             .num_rows = static_cast<int64_t>(gone.size())},
                            rows)
                      .ok());
      ASSERT_TRUE(table.erase(rows).ok());
    }
  }
  ASSERT_EQ(table.num_rows(), static_cast<int64_t>(expected.size()));
  const std::vector<uint32_t> rows = table.live_rows();
  const ColumnPtr keys = *table.read_key(0, rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(table.fixed<int64_t>(0)[rows[i]], expected[keys->data<int64_t>()[i]]);
  }
}

TEST(KeyedTableTest, TakesKeysOverFromAnotherTable) {
  for (const std::string_view columns : {"k BIGINT", "k STRING", "k BIGINT, l INT"}) {
    KeyedTable from(schema_of(columns, ""), recycling_pool());
    KeyedTable to(schema_of(columns, ""), recycling_pool());
    const bool pair = columns.find(',') != std::string_view::npos;
    const Batch batch = pair ? batch_of(columns, "+ 1 1 | + null 2 | + 3 null")
                             : batch_of(columns, "+ 1 | + null | + 3");
    std::vector<uint32_t> rows;
    ASSERT_TRUE(from.find_or_insert(keys_of(batch), rows, nullptr).ok());
    std::vector<uint32_t> taken;
    std::vector<uint32_t> inserted;
    ASSERT_TRUE(to.find_or_insert_from(from, rows, taken, &inserted).ok());
    EXPECT_EQ(inserted.size(), 3U);
    std::vector<uint32_t> found;
    ASSERT_TRUE(to.find(keys_of(batch), found).ok());
    EXPECT_EQ(found, taken);
  }
}

TEST(KeyedTableTest, CostsLittleBesideItsKeysAndValues) {
  KeyedTable table(schema_of("k BIGINT NOT NULL", "n BIGINT NOT NULL"), recycling_pool());
  constexpr int64_t kKeys = 1'000'000;
  for (int64_t begin = 0; begin < kKeys; begin += 4000) {
    std::vector<int64_t> keys;
    for (int64_t i = begin; i < begin + 4000; ++i) keys.push_back(i * 7919);
    const ColumnPtr column = numbers(keys);
    std::vector<uint32_t> rows;
    ASSERT_TRUE(
        table.find_or_insert({.columns = std::span(&column, 1), .num_rows = 4000}, rows, nullptr)
            .ok());
  }
  EXPECT_LE(table.num_bytes() / kKeys - 16, 24) << "bytes a key beyond key and value";
}

}  // namespace
}  // namespace hw
