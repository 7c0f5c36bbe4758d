// SPDX-License-Identifier: Apache-2.0

#include "state/row_log.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "base/memory.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

constexpr std::string_view kColumns = "k INT, word STRING";
constexpr std::string_view kWide = "k INT, word STRING, n INT";

class RowLogTest : public testing::Test {
 protected:
  static RowLogSpec spec(bool erasable, bool counted = false) {
    return {.columns = (*parse_schema(kColumns))->fields(),
            .key_columns = {0},
            .erasable = erasable,
            .counted = counted};
  }
  static Batch batch(std::string_view rows) { return *parse_batch(*parse_schema(kColumns), rows); }
  static RowLog::Rows rows_of(const Batch& batch) {
    return {.columns = batch.columns(), .num_rows = batch.num_rows()};
  }
  static std::vector<int8_t> signs_of(const Batch& batch) {
    std::vector<int8_t> signs;
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      signs.push_back(is_retraction(batch.row_kind(i)) ? -1 : 1);
    }
    return signs;
  }
  static std::vector<uint32_t> append(RowLog& log, std::string_view rows) {
    const Batch added = batch(rows);
    std::vector<uint32_t> ids;
    EXPECT_TRUE(log.append(rows_of(added), ids).ok());
    return ids;
  }
  static std::vector<uint32_t> apply(RowLog& log, std::string_view rows) {
    const Batch changes = batch(rows);
    std::vector<uint32_t> ids;
    EXPECT_TRUE(log.apply(rows_of(changes), signs_of(changes), ids).ok());
    return ids;
  }
  // Applies rows of kWide. Returns (and leaves in log_) what then lives, by number of row.
  std::string apply_wide(RowLog& log, std::string_view rows) {
    const Batch changes = *parse_batch(*parse_schema(kWide), rows);
    std::vector<uint32_t> ids;
    EXPECT_TRUE(log.apply(rows_of(changes), signs_of(changes), ids).ok());
    ids.clear();
    log.scan(0, SIZE_MAX, ids);
    log_.clear();
    for (const uint32_t id : ids) {
      if (!log_.empty()) log_ += ", ";
      for (const int column : {0, 1, 2}) {
        const ColumnPtr value = *log.read(column, std::span(&id, 1));
        if (column > 0) log_ += " ";
        log_ += value->is_null(0) ? "null" : value_text(*value, 0);
      }
    }
    return log_;
  }
  std::string log_;
  // The words of a key's chain, oldest first.
  static std::string chain(RowLog& log, std::string_view key) {
    const ColumnPtr keys = *parse_column(SqlType::integer(), key);
    std::vector<uint32_t> firsts;
    EXPECT_TRUE(log.find_chains({.columns = std::span(&keys, 1), .num_rows = 1}, firsts).ok());
    std::string words;
    for (uint32_t id = firsts[0]; id != RowLog::kNoRow; id = log.next(id)) {
      const ColumnPtr word = *log.read(1, std::span(&id, 1));
      words += (words.empty() ? "" : " ") + std::string(word->value<std::string_view>(0));
    }
    return words;
  }
};

TEST_F(RowLogTest, ChainsRowsOfAKeyInOrderOfArrival) {
  RowLog log(spec(false), recycling_pool());
  append(log, "+ 1 a | + 2 b | + 1 c");
  append(log, "+ 1 d | + null e");
  EXPECT_EQ(chain(log, "1"), "a c d");
  EXPECT_EQ(chain(log, "2"), "b");
  EXPECT_EQ(chain(log, "null"), "e");
  EXPECT_EQ(chain(log, "3"), "");
}

TEST_F(RowLogTest, TakesOneEqualRowBack) {
  RowLog log(spec(true), recycling_pool());
  append(log, "+ 1 a | + 1 b | + 1 a | + 1 c");
  const std::vector<uint32_t> ids = apply(log, "- 1 a | - 2 a | - 1 c | + 1 d");
  EXPECT_NE(ids[0], RowLog::kNoRow);
  EXPECT_EQ(ids[1], RowLog::kNoRow) << "no such row";
  EXPECT_EQ(log.num_rows(), 3);
  EXPECT_EQ(chain(log, "1"), "a b d");
  apply(log, "- 1 a | - 1 b | - 1 d | - 1 d");
  EXPECT_EQ(log.num_rows(), 0);
  EXPECT_EQ(chain(log, "1"), "");
}

TEST_F(RowLogTest, AddsAndTakesBackWithinOneBatch) {
  RowLog log(spec(true), recycling_pool());
  apply(log, "+ 1 a | - 1 a | + 1 a | + 1 b | - 1 a | - 1 q");
  EXPECT_EQ(chain(log, "1"), "b");
}

TEST_F(RowLogTest, ErasesByNumber) {
  RowLog log(spec(true), recycling_pool());
  const std::vector<uint32_t> ids = append(log, "+ 1 a | + 1 b | + 1 b | + 1 c | + 2 d");
  ASSERT_TRUE(log.erase(std::vector<uint32_t>{ids[1], ids[0], ids[4]}).ok());
  EXPECT_EQ(chain(log, "1"), "b c");
  EXPECT_EQ(chain(log, "2"), "");
  apply(log, "- 1 b");
  EXPECT_EQ(chain(log, "1"), "c");
}

TEST_F(RowLogTest, ErasesByNumberWithoutAnIndexOverRows) {
  RowLogSpec by_id = spec(true);
  by_id.by_id_only = true;
  RowLog log(by_id, recycling_pool());
  const std::vector<uint32_t> ids = append(log, "+ 1 a | + 1 b | + 1 b | + 1 c | + 2 d");
  ASSERT_TRUE(log.erase(std::vector<uint32_t>{ids[2], ids[0], ids[4]}).ok());
  EXPECT_EQ(chain(log, "1"), "b c");
  EXPECT_EQ(chain(log, "2"), "");
  append(log, "+ 2 e | + 1 b");
  EXPECT_EQ(chain(log, "1"), "b c b");
  EXPECT_EQ(chain(log, "2"), "e");
}

// Rows that the word tells apart within a key.
TEST_F(RowLogTest, FindsRowsByTheirUniqueColumns) {
  RowLogSpec by_word = spec(true);
  by_word.columns = (*parse_schema(kWide))->fields();
  by_word.unique_columns = {1};
  RowLog log(by_word, recycling_pool());
  EXPECT_EQ(apply_wide(log, "+ 1 a 10 | + 1 b 20 | + 2 a 30 | - 1 a 11"), "1 a 10, 1 b 20, 2 a 30")
      << "no such row: the last column differs";
  EXPECT_EQ(apply_wide(log, "-U 1 a 10 | +U 1 a 12 | - 2 a 30"), "1 a 12, 1 b 20");
  EXPECT_EQ(apply_wide(log, "- 1 a 12 | + 1 c 1 | + 1 a 13 | - 1 b 20"), "1 c 1, 1 a 13");
  EXPECT_EQ(apply_wide(log, "+ 1 c 2"), "1 c 2, 1 a 13") << "written over the old one";
  EXPECT_EQ(apply_wide(log, "+ null a 5 | - 1 c 2 | - 1 a 13 | - null a 5"), "");
}

TEST_F(RowLogTest, KeepsOneRowPerKeyWithoutChains) {
  RowLogSpec one = spec(true);
  one.columns = (*parse_schema(kWide))->fields();
  one.key_columns = {1, 0};
  one.unique_columns = {1};
  ASSERT_TRUE(one.one_per_key());
  RowLog log(one, recycling_pool());
  EXPECT_EQ(apply_wide(log, "+ 1 a 10 | + 1 b 20 | - 1 a 11"), "1 a 10, 1 b 20");
  EXPECT_EQ(apply_wide(log, "-U 1 a 10 | +U 1 a 12 | -U 1 a 12 | +U 1 a 13 | - 1 b 20"), "1 a 13");
  EXPECT_EQ(apply_wide(log, "- 1 a 13 | - 1 a 13 | + 2 a 1"), "2 a 1");
  const std::vector<ColumnPtr> keys = {*parse_column(SqlType::string(), "a a null"),
                                       *parse_column(SqlType::integer(), "2 1 2")};
  std::vector<uint32_t> firsts;
  ASSERT_TRUE(log.find_chains({.columns = keys, .num_rows = 3}, firsts).ok());
  ASSERT_NE(firsts[0], RowLog::kNoRow);
  EXPECT_EQ(log.next(firsts[0]), RowLog::kNoRow);
  EXPECT_EQ(firsts[1], RowLog::kNoRow);
  EXPECT_EQ(firsts[2], RowLog::kNoRow);
  ASSERT_TRUE(log.erase(std::span(firsts).first(1)).ok());
  EXPECT_EQ(log.num_rows(), 0);
}

TEST_F(RowLogTest, FindsManyUpdatesOfOneBatchByTheirUniqueColumns) {
  for (const bool in_key : {false, true}) {
    RowLogSpec form = spec(true, true);
    form.columns = (*parse_schema(kWide))->fields();
    form.unique_columns = {0};
    if (!in_key) form.key_columns = {2};
    RowLog log(form, recycling_pool());
    std::string changes;
    for (int i = 0; i < 3000; ++i) changes += "+ " + std::to_string(i) + " a 1 | ";
    for (int i = 0; i < 3000; i += 2) {
      const std::string number = std::to_string(i);
      changes += "-U " + number + " a 1 | +U " + number + " b 1 | ";
      changes += "- " + number + (i % 4 == 0 ? " b 1 | " : " c 1 | ");
    }
    apply_wide(log, changes + "+ 3000 z 1");
    EXPECT_EQ(log.num_rows(), 3001 - 750);
    EXPECT_EQ(std::count(log_.begin(), log_.end(), 'b'), 750);
  }
}

TEST_F(RowLogTest, CarriesACountPerRow) {
  RowLog log(spec(true, true), recycling_pool());
  const Batch added = batch("+ 1 a | + 1 b");
  const std::vector<int32_t> counts = {3, 4};
  std::vector<uint32_t> ids;
  ASSERT_TRUE(
      log.append(
             {.columns = added.columns(), .num_rows = 2, .key_hashes = nullptr, .counts = counts},
             ids)
          .ok());
  log.touch(ids);
  ++log.counts()[ids[1]];
  EXPECT_EQ(log.counts()[ids[0]], 3);
  EXPECT_EQ(log.counts()[ids[1]], 5);
}

TEST_F(RowLogTest, CarriesTheTimeOfTheLastWritePerRow) {
  for (const bool erasable : {false, true}) {
    RowLogSpec aged = spec(erasable);
    aged.aged = true;
    RowLog log(aged, recycling_pool());
    const Batch old_rows = batch("+ 1 a | + 2 b | + 1 c"), new_rows = batch("+ 1 a");
    std::vector<uint32_t> old_ids, new_ids;
    RowLog::Rows added = rows_of(old_rows);
    added.now_ms = 10;
    ASSERT_TRUE(log.append(added, old_ids).ok());
    added = rows_of(new_rows);
    added.now_ms = 20;
    ASSERT_TRUE(log.append(added, new_ids).ok());
    EXPECT_EQ(log.ages()[old_ids[2]], 10);
    EXPECT_EQ(log.ages()[new_ids[0]], 20);
    ASSERT_TRUE(log.erase(std::vector<uint32_t>{old_ids[0], old_ids[1]}).ok());
    EXPECT_EQ(chain(log, "1"), "c a");
    EXPECT_EQ(chain(log, "2"), "");
  }
}

TEST_F(RowLogTest, ARowThatHasExpiredIsNotTakenBack) {
  RowLogSpec aged = spec(true);
  aged.aged = true;
  RowLog log(aged, recycling_pool());
  const Batch row = batch("+ 1 a"), back = batch("- 1 a");
  std::vector<uint32_t> ids;
  for (const int64_t now_ms : {30, 10, 20}) {
    RowLog::Rows added = rows_of(row);
    added.now_ms = now_ms;
    ASSERT_TRUE(log.append(added, ids).ok());
  }
  RowLog::Rows taken = rows_of(back);
  taken.expired_ms = 20;
  ASSERT_TRUE(log.apply(taken, signs_of(back), ids).ok());
  EXPECT_NE(ids[0], RowLog::kNoRow);
  EXPECT_EQ(log.num_rows(), 2);
  ASSERT_TRUE(log.apply(taken, signs_of(back), ids).ok());
  EXPECT_EQ(ids[0], RowLog::kNoRow);
  EXPECT_EQ(log.num_rows(), 2);
}

TEST_F(RowLogTest, StaysFastWithAMillionEqualRows) {
  // Quadratic work would not end within any time box.
  RowLog log(spec(true), recycling_pool());
  std::string rows = "+ 1 a";
  for (int i = 1; i < 2000; ++i) rows += " | + 1 a";
  for (int i = 0; i < 100; ++i) append(log, rows);
  std::string retractions = "- 1 a";
  for (int i = 1; i < 2000; ++i) retractions += " | - 1 a";
  for (int i = 0; i < 99; ++i) apply(log, retractions);
  EXPECT_EQ(log.num_rows(), 2000);
}

TEST_F(RowLogTest, ReusesTheNumbersOfErasedRows) {
  RowLog log(spec(true), recycling_pool());
  append(log, "+ 7 stays");
  for (int i = 0; i < 20'000; ++i) apply(log, "+ 1 a | + 2 b | - 1 a | - 2 b");
  EXPECT_EQ(log.num_rows(), 1);
  EXPECT_LT(log.num_bytes(), 1 << 20);
  EXPECT_EQ(chain(log, "7"), "stays");
}

}  // namespace
}  // namespace hw
