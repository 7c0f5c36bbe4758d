// SPDX-License-Identifier: Apache-2.0

#include "state/key_codes.h"

#include <gtest/gtest.h>

#include "base/memory.h"
#include "columnar/gather.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"
#include "state/keyed_table.h"

namespace hw {
namespace {

Batch batch_of(std::string_view columns, std::string_view rows) {
  return *parse_batch(*parse_schema(columns), rows);
}

/// Codes into the column's own values.
ColumnPtr coded(const ColumnPtr& values, const std::vector<int32_t>& codes) {
  auto buffer = pooled_buffer(static_cast<int64_t>(codes.size() * sizeof(int32_t)));
  std::copy(codes.begin(), codes.end(), reinterpret_cast<int32_t*>(buffer->mutable_data()));
  return Column::dictionary(values->type(), values->values_ptr(), std::move(buffer),
                            static_cast<int64_t>(codes.size()));
}

TEST(KeyCodesTest, FindsEachCombinationAtItsFirstRow) {
  const Batch values = batch_of("a STRING, b STRING", "+ x p | + y q | + null r");
  const std::vector<ColumnPtr> keys = {coded(values.column(0), {1, 1, 0, 1, 2, 2}),
                                       coded(values.column(1), {0, 0, 0, 1, 1, 1})};
  const auto codes = KeyCodes::of(keys, 6);
  ASSERT_TRUE(codes);
  EXPECT_EQ(codes->first_rows, (std::vector<int32_t>{0, 2, 3, 4}));
  EXPECT_EQ(codes->places, (std::vector<uint32_t>{0, 0, 1, 2, 3, 3}));
  const std::vector<ColumnPtr> few = *codes->keys_at_first_rows(keys);
  EXPECT_TRUE(few[0]->is_plain());
  EXPECT_EQ(value_text(*few[0], 3), "NULL");
  EXPECT_EQ(value_text(*few[1], 3), "q");
}

TEST(KeyCodesTest, PlainColumnsAndManyCombinationsHaveNone) {
  const Batch values = batch_of("a STRING", "+ x | + y | + z");
  EXPECT_FALSE(KeyCodes::of(std::vector<ColumnPtr>{values.column(0)}, 3));
  std::string rows = "+ 0";
  for (int i = 1; i < 100; ++i) rows += " | + " + std::to_string(i);
  const ColumnPtr many = coded(batch_of("a STRING", rows).column(0), {0, 1});
  EXPECT_FALSE(KeyCodes::of(std::vector<ColumnPtr>{many}, 2));
  EXPECT_FALSE(KeyCodes::of({}, 2));
}

TEST(KeyCodesTest, ATableGivesCodedKeysTheRowsThatTheirValuesHave) {
  // x has two codes.
  const Batch values = batch_of("a STRING", "+ x | + y | + null | + x");
  const std::vector<ColumnPtr> keys = {coded(values.column(0), {3, 1, 0, 2, 1, 3})};
  const std::vector<ColumnPtr> plain = {*keys[0]->flattened()};
  TableSchema schema;
  schema.keys = (*parse_schema("a STRING"))->fields();
  KeyedTable by_code(schema, recycling_pool());
  KeyedTable by_value(schema, recycling_pool());
  std::vector<uint32_t> rows, expected, inserted, inserted_too;
  ASSERT_TRUE(
      by_code.find_or_insert({.columns = keys, .num_rows = 6, .hashes = nullptr}, rows, &inserted)
          .ok());
  ASSERT_TRUE(by_value
                  .find_or_insert({.columns = plain, .num_rows = 6, .hashes = nullptr}, expected,
                                  &inserted_too)
                  .ok());
  EXPECT_EQ(rows, expected);
  EXPECT_EQ(inserted, inserted_too);
  EXPECT_EQ(by_code.num_rows(), 3);
  ASSERT_TRUE(by_value.find({.columns = keys, .num_rows = 6, .hashes = nullptr}, rows).ok());
  EXPECT_EQ(rows, expected);
}

}  // namespace
}  // namespace hw
