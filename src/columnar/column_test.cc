// SPDX-License-Identifier: Apache-2.0

#include "columnar/column.h"

#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include "columnar/constant.h"
#include "columnar/fast_builders.h"
#include "columnar/gather.h"
#include "columnar/literal.h"
#include "columnar/nested.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

std::string rows(const Column& column) {
  std::string text;
  for (int64_t row = 0; row < column.num_rows(); ++row) {
    if (row > 0) text += ' ';
    text += value_text(column, row);
  }
  return text;
}

ColumnPtr dictionary(const char* type, const char* values, std::vector<int32_t> indices) {
  const ColumnPtr distinct = *parse_column(type, values);
  const auto n = static_cast<int64_t>(indices.size());
  return Column::dictionary(distinct->type(), distinct->values_ptr(),
                            arrow::Buffer::FromVector(std::move(indices)), n);
}

TEST(ColumnTest, EncodingsReadAlike) {
  const ColumnPtr plain = *parse_column("STRING", "a null c");
  EXPECT_EQ(rows(*plain), "a NULL c");
  EXPECT_EQ(plain->null_count(), 1);
  const ColumnPtr constant = constant_text(SqlType::string(), "k", 3);
  EXPECT_EQ(rows(*constant), "k k k");
  EXPECT_FALSE(constant->may_have_nulls());
  const ColumnPtr coded = dictionary("STRING", "x null y", {2, 1, 0, 2});
  EXPECT_EQ(rows(*coded), "y NULL x y");
  EXPECT_EQ(coded->null_count(), 1);
  EXPECT_EQ(coded->value<std::string_view>(3), "y");
}

TEST(ColumnTest, SlicesShareTheStorage) {
  EXPECT_EQ(rows(*(*parse_column("INT", "1 2 null 4"))->slice(1, 3)), "2 NULL 4");
  EXPECT_EQ(rows(*(*parse_column("BOOLEAN", "t f null t"))->slice(1, 3)), "FALSE NULL TRUE");
  EXPECT_EQ(rows(*dictionary("INT", "7 8", {0, 1, 0, 1})->slice(1, 2)->slice(1, 1)), "7");
  EXPECT_EQ(rows(*constant_int(SqlType::bigint(), 5, 9)->slice(3, 2)), "5 5");
  const ColumnPtr sliced = (*parse_column("INT", "1 2 3 4"))->slice(2, 2);
  EXPECT_EQ(sliced->data<int32_t>()[0], 3);
}

TEST(ColumnTest, FlattenedIsPlain) {
  for (const ColumnPtr& column :
       {dictionary("STRING", "x null y", {2, 1, 0}), Column::nulls(SqlType::string(), 3),
        constant_text(SqlType::string(), "", 3), (*parse_column("STRING", "a b c d"))->slice(1, 3),
        Column::nulls(*parse_sql_type("ROW<a INT, b ARRAY<STRING>>"), 3),
        Column::nulls(*parse_sql_type("MAP<STRING, INT>"), 3)}) {
    const ColumnPtr flat = *column->flattened();
    EXPECT_TRUE(flat->is_plain());
    EXPECT_EQ(rows(*flat), rows(*column));
  }
}

TEST(ColumnTest, NullColumnsOfEveryType) {
  for (const char* type : {"NULL", "BOOLEAN", "TINYINT", "DOUBLE", "DECIMAL(38, 2)", "STRING",
                           "BYTES", "DATE", "TIMESTAMP(9)", "INTERVAL MONTH", "ARRAY<ROW<a INT>>",
                           "MAP<INT, INT>", "MULTISET<INT>", "ROW<a ROW<b STRING>>"}) {
    const ColumnPtr column = Column::nulls(*parse_sql_type(type), 2);
    EXPECT_EQ(rows(*column), "NULL NULL") << type;
    EXPECT_EQ(column->null_count(), 2) << type;
    const auto array = column->to_arrow();
    EXPECT_EQ(array->null_count(), 2) << type;
    EXPECT_TRUE(array->ValidateFull().ok()) << type;
  }
}

TEST(ColumnTest, ArrowArraysOfOtherLayoutsAreConverted) {
  arrow::LargeStringBuilder large;
  ASSERT_TRUE(large.AppendValues({"a", "bc"}).ok());
  ASSERT_TRUE(large.AppendNull().ok());
  const auto text = *large.Finish();
  EXPECT_EQ(rows(**Column::from_arrow(SqlType::string(), *text)), "a bc NULL");

  arrow::UInt16Builder small;
  ASSERT_TRUE(small.AppendValues({1, 65535}).ok());
  const auto numbers = *small.Finish();
  EXPECT_EQ(rows(**Column::from_arrow(SqlType::integer(), *numbers)), "1 65535");

  const arrow::NullArray nothing(2);
  EXPECT_EQ(rows(**Column::from_arrow(SqlType::date(), nothing)), "NULL NULL");
}

TEST(ColumnTest, ArrowDictionariesStayDictionaries) {
  arrow::StringBuilder values;
  ASSERT_TRUE(values.AppendValues({"x", "y"}).ok());
  arrow::Int8Builder indices;
  ASSERT_TRUE(indices.AppendValues({1, 0}).ok());
  ASSERT_TRUE(indices.AppendNull().ok());
  const auto array = *arrow::DictionaryArray::FromArrays(
      arrow::dictionary(arrow::int8(), arrow::utf8()), *indices.Finish(), *values.Finish());
  const ColumnPtr column = *Column::from_arrow(SqlType::string(), *array);
  EXPECT_EQ(column->encoding(), Column::Encoding::kDictionary);
  EXPECT_EQ(rows(*column), "y x NULL");
}

TEST(ColumnTest, ArrowAndBackKeepsValues) {
  for (const auto& [type, values] : std::vector<std::pair<const char*, const char*>>{
           {"BOOLEAN", "t null f"},
           {"DECIMAL(10, 2)", "1.50 null -0.01"},
           {"STRING", "a null ''"},
           {"ARRAY<INT>", "[1, NULL] null []"},
           {"MAP<STRING, INT>", "{a=1, b=NULL} null {}"},
           {"ROW<a INT, b STRING>", "(1, x) null (NULL, NULL)"}}) {
    const ColumnPtr column = *parse_column(type, values);
    const auto array = column->slice(1, 2)->to_arrow();
    ASSERT_TRUE(array->ValidateFull().ok()) << type;
    EXPECT_EQ(rows(**Column::from_arrow(column->type(), *array)), rows(*column->slice(1, 2)));
  }
}

TEST(NestedTest, RowFieldsCarryTheRowsNulls) {
  const ColumnPtr column = *parse_column("ROW<a INT, b STRING>", "(1, x) null (NULL, y) (4, z)");
  EXPECT_EQ(rows(*row_field(*column, 0)), "1 NULL NULL 4");
  EXPECT_EQ(rows(*row_field(*column, 1)), "x NULL y z");
  EXPECT_EQ(rows(*row_field(*column->slice(1, 3), 1)), "NULL y z");
  EXPECT_EQ(rows(*row_field(*dictionary("ROW<a INT>", "(1) null (3)", {2, 1, 0, 2}), 0)),
            "3 NULL 1 3");
  EXPECT_EQ(rows(*row_field(*Column::nulls(column->type(), 2), 0)), "NULL NULL");
}

TEST(NestedTest, ElementsAreRowsOfOneColumn) {
  const ColumnPtr column = (*parse_column("ARRAY<INT>", "[9] [1, 2] null []"))->slice(1, 3);
  const ElementsView view(*column);
  EXPECT_EQ(view.count(0), 2);
  EXPECT_EQ(view.elements()->value<int32_t>(view.begin(0) + 1), 2);
  EXPECT_EQ(view.count(2), 0);
  const ColumnPtr maps = *parse_column("MAP<STRING, INT>", "{a=1, b=2}");
  const ElementsView entries(*maps);
  EXPECT_EQ(rows(*entries.keys()), "a b");
  EXPECT_EQ(rows(*entries.values()), "1 2");
}

TEST(FastBuildersTest, ValidityAppearsWithTheFirstNull) {
  FixedBuilder<int64_t> builder;
  for (int64_t i = 0; i < 1000; ++i) builder.append(i);
  EXPECT_FALSE(builder.finish(SqlType::bigint())->may_have_nulls());
  for (int64_t i = 0; i < 1000; ++i) {
    i == 700 ? builder.append_null() : builder.append(i);
  }
  builder.truncate(900);
  const ColumnPtr column = builder.finish(SqlType::bigint());
  EXPECT_EQ(column->num_rows(), 900);
  EXPECT_EQ(column->null_count(), 1);
  EXPECT_TRUE(column->is_null(700));
  EXPECT_EQ(column->value<int64_t>(699), 699);
  EXPECT_EQ(column->value<int64_t>(899), 899);
  EXPECT_EQ(builder.num_rows(), 0);
}

TEST(FastBuildersTest, TruncatedNullsAreForgotten) {
  BytesBuilder builder;
  builder.append("one");
  builder.append_null();
  builder.append("three");
  builder.truncate(1);
  builder.append("2");
  const ColumnPtr column = *builder.finish(SqlType::string());
  EXPECT_EQ(rows(*column), "one 2");
  EXPECT_EQ(column->null_count(), 0);
  BoolBuilder bools;
  for (int i = 0; i < 100; ++i) i % 3 == 0 ? bools.append_null() : bools.append(i % 2 == 0);
  const ColumnPtr flags = bools.finish(SqlType::boolean());
  EXPECT_TRUE(flags->is_null(99));
  EXPECT_TRUE(flags->value<bool>(98));
  EXPECT_FALSE(flags->value<bool>(97));
}

TEST(FastBuildersTest, EmptyColumnsAreValid) {
  EXPECT_TRUE((*BytesBuilder().finish(SqlType::string()))->to_arrow()->ValidateFull().ok());
  EXPECT_TRUE(FixedBuilder<double>().finish(SqlType::float64())->to_arrow()->ValidateFull().ok());
  EXPECT_TRUE(BoolBuilder().finish(SqlType::boolean())->to_arrow()->ValidateFull().ok());
}

TEST(FastBuildersTest, RunsOfValuesAreWrittenAtOnce) {
  FixedBuilder<int32_t> builder;
  builder.append_null();
  int32_t* place = builder.append_uninitialised(70);
  for (int32_t i = 0; i < 70; ++i) place[i] = i;
  const ColumnPtr column = builder.finish(SqlType::integer());
  EXPECT_EQ(column->null_count(), 1);
  EXPECT_EQ(column->value<int32_t>(70), 69);
}

TEST(ConstantTest, OneRowOfAColumnAsConstant) {
  const ColumnPtr column = *parse_column("ARRAY<INT>", "[1] [2, 3]");
  EXPECT_EQ(rows(**constant_from(*column, 1, 2)), "[2, 3] [2, 3]");
  EXPECT_EQ(rows(*constant_bool(true, 2)), "TRUE TRUE");
  EXPECT_EQ(rows(*constant_double(SqlType::float32(), 0.5, 1)), "0.5");
  EXPECT_EQ(rows(*constant_int(SqlType::date(), 0, 1)), "1970-01-01");
}

}  // namespace
}  // namespace hw
