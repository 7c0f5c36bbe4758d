// SPDX-License-Identifier: Apache-2.0

#include "engine/result_fold.h"

#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/column_builder.h"
#include "columnar/literal.h"

namespace hw {
namespace {

std::string folded(const std::string& rows) {
  const SchemaPtr schema = make_schema({{"n", SqlType::integer()}, {"word", SqlType::string()}});
  ResultFold fold(schema);
  const Result<Batch> batch = parse_batch(schema, rows);
  EXPECT_TRUE(batch.ok()) << batch.status().ToString();
  const Status status = fold.add(*batch);
  if (!status.ok()) return status.message();
  std::string text;
  for (const Batch& part : fold.rows().ValueOrDie()) text += part.to_text();
  return text;
}

TEST(ResultFoldTest, KeepsWhatWasNotTakenBackInOrderOfLastChange) {
  EXPECT_EQ(folded("+ 1 a | + 2 b | -U 1 a | +U 1 c"), "+I[2, b] | +I[1, c]");
}

TEST(ResultFoldTest, CountsEqualRows) { EXPECT_EQ(folded("+ 1 a | + 1 a | - 1 a"), "+I[1, a]"); }

TEST(ResultFoldTest, RefusesARetractionOfNothing) {
  EXPECT_NE(folded("- 1 a").find("not there"), std::string::npos);
}

TEST(ResultFoldTest, ZerosOfBothSignsAreEqualAndTheOneWrittenAlikeGoesFirst) {
  const SchemaPtr schema = make_schema({{"d", SqlType::float64()}});
  ResultFold fold(schema);
  EXPECT_TRUE(fold.add(*parse_batch(schema, "+ 0.0 | + -0.0 | - -0.0 | - -0.0 | + -0.0")).ok());
  ASSERT_EQ(fold.num_rows(), 1);
  EXPECT_EQ(fold.rows().ValueOrDie()[0].to_text(), "+I[-0.0]");
  EXPECT_FALSE(fold.add(*parse_batch(schema, "- 0.0 | - 0.0")).ok());
}

TEST(ResultFoldTest, FindsAMapWhoseEntriesStandInAnotherOrder) {
  const SqlType map = SqlType::map(SqlType::string().not_null(), SqlType::integer());
  const SchemaPtr schema = make_schema({{"n", SqlType::integer()}, {"m", map}});
  ResultFold fold(schema);
  // One batch a row: (kind, n, keys in order), each with its position as value.
  const auto add = [&](RowKind kind, const std::vector<std::pair<std::string, int>>& entries) {
    auto number = ColumnBuilder::make(schema->type(0)).ValueOrDie();
    auto maps = ColumnBuilder::make(schema->type(1)).ValueOrDie();
    EXPECT_TRUE(number->append_int(1).ok());
    for (const auto& [key, value] : entries) {
      EXPECT_TRUE(maps->child(0).append_bytes(key).ok());
      EXPECT_TRUE(maps->child(1).append_int(value).ok());
    }
    EXPECT_TRUE(maps->append_constructed(static_cast<int64_t>(entries.size())).ok());
    return fold.add(Batch(schema, {number->finish().ValueOrDie(), maps->finish().ValueOrDie()}, 1,
                          std::make_shared<std::vector<RowKind>>(1, kind)));
  };
  EXPECT_TRUE(add(RowKind::kInsert, {{"a", 1}, {"b", 2}}).ok());
  EXPECT_TRUE(add(RowKind::kInsert, {{"a", 1}, {"b", 3}}).ok());
  EXPECT_TRUE(add(RowKind::kDelete, {{"b", 2}, {"a", 1}}).ok());
  EXPECT_EQ(fold.num_rows(), 1);
  EXPECT_FALSE(add(RowKind::kDelete, {{"b", 2}, {"a", 1}}).ok());
  EXPECT_EQ(fold.rows().ValueOrDie()[0].to_text(), "+I[1, {a=1, b=3}]");
}

}  // namespace
}  // namespace hw
