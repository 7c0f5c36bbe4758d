// SPDX-License-Identifier: Apache-2.0

#include "columnar/gather.h"

#include <numeric>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <gtest/gtest.h>

#include "columnar/column_builder.h"
#include "columnar/constant.h"
#include "columnar/fast_builders.h"
#include "columnar/literal.h"
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

/// Columns of four rows, the second NULL.
struct Sample {
  const char* type;
  const char* values;
  const char* expected;  // rows 3, 1, none, 0, 3
};
const Sample kSamples[] = {
    {"BOOLEAN", "t null f t", "TRUE NULL NULL TRUE TRUE"},
    {"TINYINT", "1 null 3 -4", "-4 NULL NULL 1 -4"},
    {"SMALLINT", "1 null 3 -4", "-4 NULL NULL 1 -4"},
    {"INT", "1 null 3 -4", "-4 NULL NULL 1 -4"},
    {"BIGINT", "1 null 3 -4", "-4 NULL NULL 1 -4"},
    {"FLOAT", "1 null 3 -4", "-4.0 NULL NULL 1.0 -4.0"},
    {"DOUBLE", "1 null NaN -0", "-0.0 NULL NULL 1.0 -0.0"},
    {"DECIMAL(38, 2)", "1 null 3 -123456789012345678901234567890.12",
     "-123456789012345678901234567890.12 NULL NULL 1.00 -123456789012345678901234567890.12"},
    {"STRING", "ab null c ''", " NULL NULL ab "},
    {"BYTES", "ab null c d", "d NULL NULL ab d"},
    {"TIMESTAMP(3)", "'2020-01-01 00:00:00' null '2020-01-02' '1969-12-31 23:59:59.999'",
     "1969-12-31 23:59:59.999 NULL NULL 2020-01-01 00:00:00.000 1969-12-31 23:59:59.999"},
    {"ARRAY<STRING>", "[a, b] null [] [NULL, d]", "[NULL, d] NULL NULL [a, b] [NULL, d]"},
    {"MAP<STRING, INT>", "{a=1} null {} {b=2, c=NULL}",
     "{b=2, c=NULL} NULL NULL {a=1} {b=2, c=NULL}"},
    {"MULTISET<INT>", "{1=1} null {} {2=3}", "{2=3} NULL NULL {1=1} {2=3}"},
    {"ROW<a INT, b ARRAY<INT>>", "(1, [1]) null (3, []) (NULL, NULL)",
     "(NULL, NULL) NULL NULL (1, [1]) (NULL, NULL)"},
};

TEST(GatherTest, EveryTypePlainSlicedAndFromADictionary) {
  const std::vector<int32_t> wanted = {3, 1, -1, 0, 3};
  for (const Sample& sample : kSamples) {
    const ColumnPtr column = *parse_column(sample.type, sample.values);
    EXPECT_EQ(rows(**gather(*column, wanted)), sample.expected) << sample.type;

    const ColumnPtr twice = *concatenate({column, column});
    const ColumnPtr sliced = twice->slice(4, 4);
    const ColumnPtr gathered = *gather(*sliced, wanted);
    EXPECT_EQ(rows(*gathered), sample.expected) << sample.type;
    EXPECT_TRUE(gathered->to_arrow()->ValidateFull().ok()) << sample.type;

    const ColumnPtr coded =
        Column::dictionary(column->type(), column->values_ptr(),
                           arrow::Buffer::FromVector(std::vector<int32_t>{3, 1, 2, 0}), 4);
    EXPECT_EQ(rows(**gather(*coded, std::vector<int32_t>{0, 1, -1, 3, 0})), sample.expected)
        << sample.type;
  }
}

TEST(GatherTest, BitsAcrossWords) {
  std::string values;
  std::vector<std::string> texts;
  for (int row = 0; row < 200; ++row) {
    texts.push_back(row % 7 == 0 ? "NULL" : row * row % 5 < 2 ? "TRUE" : "FALSE");
    values += texts.back() == "NULL" ? " null" : texts.back() == "TRUE" ? " t" : " f";
  }
  const ColumnPtr column = (*parse_column("BOOLEAN", values.c_str()))->slice(3, 190);
  enum class Numbers { kAscending, kFarApart, kTwice, kWithNone };
  for (const int32_t first : {0, 1, 63, 64, 100}) {
    for (const Numbers numbers :
         {Numbers::kAscending, Numbers::kFarApart, Numbers::kTwice, Numbers::kWithNone}) {
      std::vector<int32_t> wanted;
      std::string expected;
      const auto want = [&](int32_t row) {
        wanted.push_back(row);
        expected += (expected.empty() ? "" : " ") +
                    (row < 0 ? "NULL" : texts[static_cast<size_t>(row) + 3]);
      };
      const int32_t step = numbers == Numbers::kFarApart ? 9 : 1;
      for (int32_t row = first; row < 190; row += step + row % 3) {
        want(row);
        if (numbers == Numbers::kTwice) want(row);
        if (numbers == Numbers::kWithNone) want(-1);
      }
      const ColumnPtr gathered = *gather(*column, wanted);
      EXPECT_EQ(rows(*gathered), expected);
      int64_t nulls = 0;
      for (int64_t row = 0; row < gathered->num_rows(); ++row) nulls += gathered->is_null(row);
      EXPECT_EQ(gathered->null_count(), nulls);
    }
  }
}

TEST(GatherTest, AllBitsOfAColumn) {
  // 64 bits from each bit of a byte on, the last of which is in a ninth byte.
  std::string values;
  for (int row = 0; row < 300; ++row) values += row * 7 % 11 < 5 ? " t" : " f";
  const ColumnPtr column = *parse_column("BOOLEAN", values.c_str());
  for (int64_t offset = 0; offset < 9; ++offset) {
    const ColumnPtr slice = column->slice(offset, 280);
    std::vector<int32_t> all(280);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(rows(**gather(*slice, all)), rows(*slice));
  }
}

TEST(GatherTest, EveryTypeFromSeveralSources) {
  for (const Sample& sample : kSamples) {
    const ColumnPtr column = *parse_column(sample.type, sample.values);
    const ColumnPtr first = column->slice(0, 2);
    const ColumnPtr second = column->slice(2, 2);
    const std::vector<RowSource> from = {{1, 1}, {0, 1}, {0, -1}, {0, 0}, {1, 1}};
    EXPECT_EQ(rows(**gather_from({first, second}, from)), sample.expected) << sample.type;
  }
}

TEST(GatherTest, TextsOfEveryLengthFromSeveralSources) {
  // More rows than are looked up at a time; the last text of each source ends with its buffer.
  constexpr int32_t kRows = 300;
  const auto text_of = [](int32_t source, int32_t row) {
    return std::string(static_cast<size_t>((row * 7 + source) % 150),
                       static_cast<char>('a' + source));
  };
  std::vector<ColumnPtr> sources;
  for (int32_t source = 0; source < 3; ++source) {
    BytesBuilder texts;
    for (int32_t row = 0; row < kRows; ++row) {
      row % 11 == 5 ? texts.append_null() : texts.append(text_of(source, row));
    }
    sources.push_back(*texts.finish(SqlType::string()));
  }
  std::vector<RowSource> from;
  for (int32_t row = kRows - 1; row >= 0; --row) {
    for (int32_t source = 0; source < 3; ++source) from.push_back({source, row});
  }
  const ColumnPtr gathered = *gather_from(sources, from);
  ASSERT_EQ(gathered->num_rows(), 3 * kRows);
  for (size_t i = 0; i < from.size(); ++i) {
    const auto [source, row] = from[i];
    ASSERT_EQ(gathered->is_null(static_cast<int64_t>(i)), row % 11 == 5);
    if (row % 11 == 5) continue;
    EXPECT_EQ(gathered->value<std::string_view>(static_cast<int64_t>(i)), text_of(source, row));
  }
}

TEST(GatherTest, BuildersCopyRowsOfEveryType) {
  for (const Sample& sample : kSamples) {
    const ColumnPtr column = *parse_column(sample.type, sample.values);
    std::unique_ptr<ColumnBuilder> builder = *ColumnBuilder::make(column->type());
    for (int round = 0; round < 2; ++round) {  // a builder can be used again
      for (const int row : {3, 1, 2}) ASSERT_TRUE(builder->append_from(*column, row).ok());
      ASSERT_TRUE(builder->truncate(2).ok());
      ASSERT_TRUE(builder->append_null().ok());
      for (const int row : {0, 3}) ASSERT_TRUE(builder->append_from(*column, row).ok());
      const ColumnPtr built = *builder->finish();
      EXPECT_EQ(rows(*built), sample.expected) << sample.type;
      EXPECT_TRUE(built->to_arrow()->ValidateFull().ok()) << sample.type;
    }
  }
}

TEST(GatherTest, ConstantsStayConstant) {
  const ColumnPtr constant = constant_int(SqlType::integer(), 7, 10);
  const ColumnPtr gathered = *gather(*constant, std::vector<int32_t>{1, 9});
  EXPECT_TRUE(gathered->is_constant());
  EXPECT_EQ(rows(*gathered), "7 7");
  EXPECT_EQ(rows(**gather(*constant, std::vector<int32_t>{1, -1})), "7 NULL");
  EXPECT_EQ(rows(**gather(*Column::nulls(SqlType::null(), 4), std::vector<int32_t>{0, -1})),
            "NULL NULL");
}

TEST(ConcatenateTest, MixedEncodingsAndDifferentNullability) {
  const ColumnPtr plain = *parse_column("STRING NOT NULL", "a b");
  const ColumnPtr constant = constant_text(SqlType::string(), "k", 2);
  const ColumnPtr nulls = Column::nulls(SqlType::string(), 1);
  EXPECT_EQ(rows(**concatenate({plain, constant, nulls, plain->slice(1, 1)})), "a b k k NULL b");
  const ColumnPtr inner = *parse_column("ROW<x INT NOT NULL>", "(1)");
  const ColumnPtr outer = *parse_column("ROW<x INT>", "(NULL)");
  EXPECT_EQ(rows(**concatenate({outer, inner})), "(NULL) (1)");
}

TEST(ConcatenateTest, PartsOfOneDictionaryStayCoded) {
  const ColumnPtr values = *parse_column("STRING", "x y");
  const ColumnPtr coded =
      Column::dictionary(values->type(), values->values_ptr(),
                         arrow::Buffer::FromVector(std::vector<int32_t>{0, 1, 1}), 3);
  const ColumnPtr all = *concatenate({coded->slice(1, 2), coded});
  EXPECT_EQ(all->encoding(), Column::Encoding::kDictionary);
  EXPECT_EQ(rows(*all), "y y x y y");
}

TEST(BatchTest, SelectionsSlicesAndCompaction) {
  const SchemaPtr schema = *parse_schema("n INT, word STRING");
  const Batch batch = *parse_batch(schema, "+ 1 a | -U 2 b | +U 3 null | - 4 'd e'");
  ASSERT_TRUE(batch.validate().ok());
  EXPECT_EQ(batch.to_text(), "+I[1, a] | -U[2, b] | +U[3, NULL] | -D[4, d e]");
  EXPECT_EQ(batch.slice(1, 2).to_text(), "-U[2, b] | +U[3, NULL]");

  const Batch narrow = batch.narrowed_to(std::make_shared<const Selection>(Selection{0, 2, 3}));
  EXPECT_EQ(narrow.num_rows(), 3);
  EXPECT_EQ(narrow.to_text(), "+I[1, a] | +U[3, NULL] | -D[4, d e]");
  EXPECT_EQ(narrow.slice(1, 2).to_text(), "+U[3, NULL] | -D[4, d e]");
  const Batch dense = *narrow.compacted();
  EXPECT_EQ(dense.selection(), nullptr);
  EXPECT_EQ(dense.num_stored_rows(), 3);
  EXPECT_EQ(dense.to_text(), narrow.to_text());
  EXPECT_EQ((*gather(narrow, std::vector<int32_t>{2, 0})).to_text(), "-D[4, d e] | +I[1, a]");
}

TEST(BatchTest, TextIsReferredToWhereThatIsAskedFor) {
  const SchemaPtr schema = *parse_schema("n INT, word STRING, other BYTES, list ARRAY<STRING>");
  const Batch batch =
      *parse_batch(schema, "+ 1 a z [x] | -U 2 b y [] | +U 3 null x null | - 4 'd e' null [NULL]");
  const auto word_at = [](const Batch& of) {
    return of.column(1)->value<std::string_view>(0).data();
  };
  for (const Batch& given :
       {batch, batch.slice(1, 3),
        batch.narrowed_to(std::make_shared<const Selection>(Selection{1, 3}))}) {
    const std::vector<int32_t> last = {static_cast<int32_t>(given.num_rows()) - 1, 0};
    const Batch copied = *gather(given, last);
    const Batch referred = *gather(given, last, TextRows::kReferred);
    ASSERT_TRUE(referred.validate().ok());
    EXPECT_EQ(referred.to_text(), copied.to_text());
    EXPECT_EQ(referred.column(1)->encoding(), Column::Encoding::kDictionary);
    EXPECT_EQ(referred.column(3)->encoding(), Column::Encoding::kPlain);
    EXPECT_EQ(word_at(referred), batch.column(1)->value<std::string_view>(3).data());
    EXPECT_NE(word_at(copied), word_at(referred));
    EXPECT_LE(referred.num_bytes(), batch.num_bytes() + 64) << "only its rows' share of the text";
  }
}

TEST(BatchTest, HashesTravelWithTheirRows) {
  const SchemaPtr schema = *parse_schema("n INT");
  const Batch batch = parse_batch(schema, "+ 1 | + 2 | + 3")
                          ->with_key_hashes(std::make_shared<const KeyHashes>(
                              KeyHashes{.columns = {0}, .hashes = {10, 20, 30}}));
  EXPECT_EQ(batch.slice(1, 2).key_hashes()->hashes, (std::vector<uint64_t>{20, 30}));
  const Batch narrow = batch.narrowed_to(std::make_shared<const Selection>(Selection{2}));
  EXPECT_EQ((*narrow.compacted()).key_hashes()->hashes, std::vector<uint64_t>{30});
  EXPECT_EQ((*narrow.compacted()).key_hashes()->columns, std::vector<int>{0});
}

TEST(BatchTest, HashesFollowTheirColumnsOrGo) {
  const SchemaPtr schema = *parse_schema("a INT, b INT, c INT");
  const Batch batch = parse_batch(schema, "+ 1 1 7 | + 2 3 8")
                          ->with_key_hashes(std::make_shared<const KeyHashes>(
                              KeyHashes{.columns = {1, 0}, .hashes = {10, 20}}));
  const auto picked = [&](std::vector<int> numbers) {
    std::vector<SqlField> fields;
    std::vector<ColumnPtr> columns;
    for (const int number : numbers) {
      fields.push_back(schema->field(number));
      columns.push_back(batch.column(number));
    }
    return batch.with_columns(make_schema(std::move(fields)), std::move(columns)).key_hashes();
  };
  EXPECT_EQ(picked({0, 1, 2})->columns, (std::vector<int>{1, 0}));
  EXPECT_EQ(picked({2, 0, 1})->columns, (std::vector<int>{2, 1}));
  EXPECT_EQ(picked({2, 0, 1})->hashes, (std::vector<uint64_t>{10, 20}));
  EXPECT_EQ(picked({1, 2}), nullptr);
  // Equal values are not the column.
  EXPECT_EQ(
      batch.with_columns(schema, {*parse_column("INT", "1 2"), batch.column(1), batch.column(2)})
          .key_hashes(),
      nullptr);
}

TEST(BatchTest, BatchesEndToEnd) {
  const SchemaPtr schema = *parse_schema("n INT");
  const Batch inserts = *parse_batch(schema, "+ 1 | + 2");
  const Batch changes = *parse_batch(schema, "- 1 | + 3");
  EXPECT_TRUE(inserts.insert_only());
  EXPECT_TRUE((*concatenate(std::vector<Batch>{inserts, inserts})).insert_only());
  const Batch all = *concatenate(std::vector<Batch>{inserts, changes.slice(0, 1)});
  EXPECT_EQ(all.to_text(), "+I[1] | +I[2] | -D[1]");
}

TEST(BatchTest, ValidationFindsWhatDoesNotFit) {
  const SchemaPtr schema = *parse_schema("n INT");
  EXPECT_FALSE(Batch(schema, {*parse_column("INT", "1 2")}, 3).validate().ok());
  EXPECT_FALSE(Batch(schema, {*parse_column("BIGINT", "1")}, 1).validate().ok());
  const Batch batch = *parse_batch(schema, "+ 1 | + 2");
  EXPECT_FALSE(
      batch.narrowed_to(std::make_shared<const Selection>(Selection{1, 1})).validate().ok());
  const ColumnPtr values = *parse_column("INT", "1");
  const ColumnPtr broken = Column::dictionary(
      values->type(), values->values_ptr(), arrow::Buffer::FromVector(std::vector<int32_t>{1}), 1);
  EXPECT_FALSE(Batch(schema, {broken}, 1).validate().ok());
}

TEST(LiteralTest, MistakesAreNamed) {
  const SchemaPtr schema = *parse_schema("n INT, word STRING");
  const auto message = [&](const char* text) {
    return parse_batch(schema, text).status().message();
  };
  EXPECT_NE(message("1 a").find("begins with"), std::string::npos);
  EXPECT_NE(message("+ 1").find("has 2 values"), std::string::npos);
  EXPECT_NE(message("+ x a").find("'x' is not a valid INT"), std::string::npos);
  EXPECT_EQ(parse_batch(schema, "+ 1 'a | b' | + 2 'it''s' | + 3 'null' | + 4 NULL")->to_text(),
            "+I[1, a | b] | +I[2, it's] | +I[3, null] | +I[4, NULL]");
  EXPECT_EQ(parse_batch(schema, "")->num_rows(), 0);
}

TEST(ColumnBuilderTest, RefusesWhatTheTypeDoesNotTake) {
  const auto builder = *ColumnBuilder::make(SqlType::tinyint());
  EXPECT_TRUE(builder->append_bytes("x").IsTypeError());
  EXPECT_TRUE(builder->append_double(1).IsTypeError());
  EXPECT_TRUE(builder->append_int(128).IsInvalid());
  EXPECT_TRUE(builder->append_int(-128).ok());
  EXPECT_EQ(builder->num_rows(), 1);
}

TEST(ColumnBuilderTest, MapKeysMustNotBeNull) {
  const auto builder = *ColumnBuilder::make(*parse_sql_type("MAP<STRING, INT>"));
  ASSERT_TRUE(builder->child(0).append_null().ok());
  ASSERT_TRUE(builder->child(1).append_int(1).ok());
  ASSERT_TRUE(builder->append_constructed(1).ok());
  EXPECT_TRUE(builder->finish().status().IsInvalid());
}

TEST(ColumnBuilderTest, AHalfBuiltRecordIsTakenBack) {
  const auto builder = *ColumnBuilder::make(*parse_sql_type("ROW<a INT, b ARRAY<INT>>"));
  ASSERT_TRUE(builder->append_from(**parse_column("ROW<a INT, b ARRAY<INT>>", "(1, [5])"), 0).ok());
  ASSERT_TRUE(builder->child(0).append_int(2).ok());
  ASSERT_TRUE(builder->child(1).child(0).append_int(3).ok());
  ASSERT_TRUE(builder->truncate(builder->num_rows()).ok());
  ASSERT_TRUE(builder->append_null().ok());
  EXPECT_EQ(rows(**builder->finish()), "(1, [5]) NULL");
}

}  // namespace
}  // namespace hw
