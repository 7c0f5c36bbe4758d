// SPDX-License-Identifier: Apache-2.0

#include "columnar/type_parser.h"

#include <string>

#include <arrow/type.h>
#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(TypeParserTest, SpellingsReadBackAsThemselves) {
  for (const char* text : {"NULL",
                           "BOOLEAN",
                           "TINYINT",
                           "SMALLINT",
                           "INT NOT NULL",
                           "BIGINT",
                           "FLOAT",
                           "DOUBLE",
                           "DECIMAL(38, 10)",
                           "CHAR(3)",
                           "VARCHAR(10)",
                           "STRING",
                           "BINARY(2)",
                           "VARBINARY(7)",
                           "BYTES",
                           "DATE",
                           "TIME(0)",
                           "TIME(3)",
                           "TIMESTAMP(0)",
                           "TIMESTAMP(9) NOT NULL",
                           "TIMESTAMP_LTZ(3)",
                           "INTERVAL YEAR TO MONTH",
                           "INTERVAL DAY TO SECOND(3)",
                           "ARRAY<INT NOT NULL>",
                           "MAP<STRING, ARRAY<INT>>",
                           "MULTISET<STRING>",
                           "ROW<a INT, b ROW<c STRING NOT NULL>> NOT NULL",
                           "ROW<`a b` INT, `x``y` INT>",
                           "SYMBOL"}) {
    const Result<SqlType> type = parse_sql_type(text);
    ASSERT_TRUE(type.ok()) << type.status().ToString();
    EXPECT_EQ(type->to_sql(), text);
    EXPECT_EQ(*parse_sql_type(type->to_sql()), *type);
  }
}

TEST(TypeParserTest, SynonymsAndDefaults) {
  const auto sql = [](const char* text) { return parse_sql_type(text)->to_sql(); };
  EXPECT_EQ(sql("integer"), "INT");
  EXPECT_EQ(sql("dec"), "DECIMAL(10, 0)");
  EXPECT_EQ(sql("NUMERIC(5)"), "DECIMAL(5, 0)");
  EXPECT_EQ(sql("double precision"), "DOUBLE");
  EXPECT_EQ(sql("CHAR"), "CHAR(1)");
  EXPECT_EQ(sql("VARCHAR"), "STRING");
  EXPECT_EQ(sql("BINARY"), "BINARY(1)");
  EXPECT_EQ(sql("VARBINARY"), "BYTES");
  EXPECT_EQ(sql("TIME"), "TIME(0)");
  EXPECT_EQ(sql("TIMESTAMP"), "TIMESTAMP(6)");
  EXPECT_EQ(sql("TIMESTAMP(3) WITHOUT TIME ZONE"), "TIMESTAMP(3)");
  EXPECT_EQ(sql("timestamp (3) with local time zone"), "TIMESTAMP_LTZ(3)");
  EXPECT_EQ(sql("INT ARRAY NOT NULL"), "ARRAY<INT> NOT NULL");
  EXPECT_EQ(sql("INT NOT NULL MULTISET"), "MULTISET<INT NOT NULL>");
  EXPECT_EQ(sql("ROW(f INT, g DATE)"), "ROW<f INT, g DATE>");
  EXPECT_EQ(sql("INTERVAL HOUR"), "INTERVAL DAY TO SECOND(3)");
  EXPECT_EQ(sql("INTERVAL MONTH"), "INTERVAL YEAR TO MONTH");
}

TEST(TypeParserTest, WhatIsNoTypeIsRefused) {
  for (const char* text : {"", "NUMBER", "DECIMAL(39)", "DECIMAL(5, 6)", "TIMESTAMP(10)", "ARRAY",
                           "ARRAY<INT", "MAP<INT>", "INT INT", "ROW<a>", "INT NOT", "CHAR(x)",
                           "TIMESTAMP WITH TIME ZONE", "CHAR(99999999999)"}) {
    EXPECT_FALSE(parse_sql_type(text).ok()) << text;
  }
  EXPECT_TRUE(parse_sql_type("RAW").status().IsNotImplemented());
}

TEST(TypeParserTest, DeepNestingEndsInAnError) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "ARRAY<";
  EXPECT_TRUE(parse_sql_type(text).status().IsInvalid());
}

TEST(TypeParserTest, SchemasReadBackAsThemselves) {
  const SchemaPtr schema = *parse_schema("n INT NOT NULL, `two words` STRING, ts TIMESTAMP(3)");
  EXPECT_EQ(schema->num_fields(), 3);
  EXPECT_EQ(schema->name(1), "two words");
  EXPECT_EQ(schema->index_of("ts"), 2);
  EXPECT_EQ(schema->index_of("TS"), -1);
  EXPECT_EQ(schema->to_sql(), "(n INT NOT NULL, `two words` STRING, ts TIMESTAMP(3))");
  EXPECT_EQ(**parse_schema(schema->to_sql()), *schema);
  EXPECT_EQ((*parse_schema("()"))->num_fields(), 0);
}

TEST(SqlTypeTest, ArrowTypesReadBackAsThemselves) {
  for (const char* text : {"BOOLEAN",
                           "TINYINT",
                           "SMALLINT",
                           "INT",
                           "BIGINT",
                           "FLOAT",
                           "DOUBLE",
                           "DECIMAL(38, 10)",
                           "STRING",
                           "BYTES",
                           "DATE",
                           "TIMESTAMP(3)",
                           "TIMESTAMP(6)",
                           "TIMESTAMP(9)",
                           "TIMESTAMP_LTZ(3)",
                           "INTERVAL YEAR TO MONTH",
                           "INTERVAL DAY TO SECOND(3)",
                           "ARRAY<INT>",
                           "MAP<STRING NOT NULL, ARRAY<INT>>",
                           "ROW<a INT, b ROW<c STRING NOT NULL>>"}) {
    const SqlType type = *parse_sql_type(text);
    EXPECT_EQ(SqlType::from_arrow(*type.to_arrow())->to_sql(), text);
  }
}

TEST(SqlTypeTest, ArrowTypesWithoutOwnSqlType) {
  const auto sql = [](const std::shared_ptr<arrow::DataType>& type) {
    return SqlType::from_arrow(*type)->to_sql();
  };
  EXPECT_EQ(sql(arrow::uint8()), "SMALLINT");
  EXPECT_EQ(sql(arrow::uint32()), "BIGINT");
  EXPECT_EQ(sql(arrow::uint64()), "DECIMAL(20, 0)");
  EXPECT_EQ(sql(arrow::large_utf8()), "STRING");
  EXPECT_EQ(sql(arrow::utf8_view()), "STRING");
  EXPECT_EQ(sql(arrow::fixed_size_binary(4)), "BINARY(4)");
  EXPECT_EQ(sql(arrow::dictionary(arrow::int8(), arrow::utf8())), "STRING");
  EXPECT_EQ(sql(arrow::timestamp(arrow::TimeUnit::SECOND)), "TIMESTAMP(0)");
  EXPECT_TRUE(SqlType::from_arrow(*arrow::decimal256(50, 2)).status().IsNotImplemented());
  EXPECT_TRUE(SqlType::from_arrow(*arrow::month_day_nano_interval()).status().IsNotImplemented());
}

TEST(SqlTypeTest, NullabilityCountsUnlessItIsIgnored) {
  const SqlType a = *parse_sql_type("ROW<x ARRAY<INT>>");
  const SqlType b = *parse_sql_type("ROW<x ARRAY<INT NOT NULL>> NOT NULL");
  EXPECT_FALSE(a == b);
  EXPECT_TRUE(a.equals_ignoring_null(b));
  EXPECT_FALSE(a.equals_ignoring_null(*parse_sql_type("ROW<y ARRAY<INT>>")));
}

TEST(SqlTypeTest, TimestampUnitsFollowThePrecision) {
  EXPECT_EQ(SqlType::timestamp(0).ticks_per_second(), 1'000);
  EXPECT_EQ(SqlType::timestamp(3).ticks_per_second(), 1'000);
  EXPECT_EQ(SqlType::timestamp(4).ticks_per_second(), 1'000'000);
  EXPECT_EQ(SqlType::timestamp_ltz(9).ticks_per_second(), 1'000'000'000);
}

}  // namespace
}  // namespace hw
