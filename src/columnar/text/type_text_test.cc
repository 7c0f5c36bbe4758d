// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/type_text.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/constant.h"
#include "columnar/literal.h"

namespace hw {
namespace {

std::string printed(const char* type, const char* value, TextStyle style,
                    const char* zone = "UTC") {
  const ColumnPtr column = *parse_column(type, value);
  const auto printer = *ValuePrinter::make(column->type(), style, zone);
  std::string text;
  printer->print(*column, 0, text);
  return text;
}

TEST(ValuePrinterTest, EveryTypeInEveryStyle) {
  struct Case {
    const char* type;
    const char* value;
    const char* sql;
    const char* json;
    const char* csv;
  };
  for (const Case& c : {
           Case{"INT", "null", "NULL", "null", ""},
           Case{"BOOLEAN", "true", "TRUE", "true", "true"},
           Case{"TINYINT", "-128", "-128", "-128", "-128"},
           Case{"BIGINT", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808",
                "-9223372036854775808"},
           Case{"FLOAT", "0.1", "0.1", "0.1", "0.1"},
           Case{"DOUBLE", "1e10", "1.0E10", "1.0E10", "1.0E10"},
           Case{"DOUBLE", "NaN", "NaN", "\"NaN\"", "NaN"},
           Case{"DOUBLE", "-Infinity", "-Infinity", "\"-Infinity\"", "-Infinity"},
           Case{"DECIMAL(10, 2)", "1.5", "1.50", "1.50", "1.5"},
           Case{"DECIMAL(10, 0)", "100000", "100000", "100000", "1E+5"},
           Case{"STRING", "'a\"b'", "a\"b", "\"a\\\"b\"", "a\"b"},
           Case{"CHAR(3)", "a", "a  ", "\"a  \"", "a  "},
           Case{"BYTES", "abc", "abc", "\"YWJj\"", "YWJj"},
           Case{"DATE", "2020-01-31", "2020-01-31", "\"2020-01-31\"", "2020-01-31"},
           Case{"TIME(0)", "10:00:00", "10:00:00", "\"10:00:00\"", "10:00:00"},
           Case{"TIME(3)", "10:00:00", "10:00:00.0", "\"10:00:00\"", "10:00:00"},
           Case{"TIMESTAMP(3)", "'2020-01-01 00:00:00.12'", "2020-01-01 00:00:00.120",
                "\"2020-01-01 00:00:00.12\"", "2020-01-01 00:00:00.12"},
           Case{"TIMESTAMP(9)", "'2020-01-01 00:00:00'", "2020-01-01 00:00:00.000000000",
                "\"2020-01-01 00:00:00\"", "2020-01-01 00:00:00"},
           Case{"TIMESTAMP_LTZ(3)", "'2020-01-01 00:00:00'", "2020-01-01 00:00:00.000",
                "\"2020-01-01 00:00:00Z\"", "2020-01-01 00:00:00Z"},
           Case{"INTERVAL MONTH", "+1-2", "+1-02", "14", "14"},
           Case{"INTERVAL SECOND", "'+0 00:00:01'", "+0 00:00:01.000", "1000", "1000"},
           Case{"ARRAY<INT>", "[1, 2, NULL]", "[1, 2, NULL]", "[1,2,null]", "1;2;"},
           Case{"ROW<a INT, b STRING, c INT>", "(1, abc, NULL)", "(1, abc, NULL)",
                "{\"a\":1,\"b\":\"abc\",\"c\":null}", "1;abc;"},
           Case{"ARRAY<ROW<x BOOLEAN>>", "[(t)]", "[(TRUE)]", "[{\"x\":true}]", "true"},
       }) {
    EXPECT_EQ(printed(c.type, c.value, TextStyle::kSql), c.sql);
    EXPECT_EQ(printed(c.type, c.value, TextStyle::kJson), c.json);
    EXPECT_EQ(printed(c.type, c.value, TextStyle::kCsv), c.csv);
  }
  EXPECT_EQ(printed("MAP<STRING, INT>", "{k1=1, k2=NULL}", TextStyle::kSql), "{k1=1, k2=NULL}");
  EXPECT_EQ(printed("MAP<STRING, INT>", "{k1=1, k2=NULL}", TextStyle::kJson),
            "{\"k1\":1,\"k2\":null}");
  EXPECT_EQ(printed("MULTISET<STRING>", "{a=2, b=1}", TextStyle::kSql), "{a=2, b=1}");
}

TEST(ValuePrinterTest, LocalTimestampsPrintInTheZone) {
  const char* instant = "'2020-07-01 12:00:00'";
  EXPECT_EQ(printed("TIMESTAMP_LTZ(0)", instant, TextStyle::kSql, "Europe/Berlin"),
            "2020-07-01 14:00:00");
  EXPECT_EQ(
      printed("ARRAY<TIMESTAMP_LTZ(0)>", "['2020-01-01 12:00:00']", TextStyle::kSql, "Asia/Tokyo"),
      "[2020-01-01 21:00:00]");
  EXPECT_EQ(printed("TIMESTAMP_LTZ(0)", instant, TextStyle::kJson, "Europe/Berlin"),
            "\"2020-07-01 12:00:00Z\"");
}

TEST(ValuePrinterTest, WhatAStyleCannotSayIsRefused) {
  EXPECT_TRUE(ValuePrinter::make(*parse_sql_type("MAP<INT, INT>"), TextStyle::kJson, "UTC")
                  .status()
                  .IsTypeError());
  EXPECT_TRUE(ValuePrinter::make(*parse_sql_type("MAP<STRING, INT>"), TextStyle::kCsv, "UTC")
                  .status()
                  .IsTypeError());
  EXPECT_TRUE(ValuePrinter::make(SqlType::timestamp_ltz(3), TextStyle::kSql, "No/Where")
                  .status()
                  .IsInvalid());
}

TEST(ValuePrinterTest, OnePrinterServesManyColumns) {
  const SqlType type = *parse_sql_type("ROW<a ARRAY<INT>, m MAP<STRING, INT>>");
  const auto printer = *ValuePrinter::make(type, TextStyle::kSql, "UTC");
  const auto print = [&](const Column& column, int64_t row) {
    std::string text;
    printer->print(column, row, text);
    return text;
  };
  const ColumnPtr first = *parse_column(type, "([1], {a=1}) null ([], {})");
  const ColumnPtr second = *parse_column(type, "([2, 3], NULL)");
  EXPECT_EQ(print(*first, 0), "([1], {a=1})");
  EXPECT_EQ(print(*second, 0), "([2, 3], NULL)");
  EXPECT_EQ(print(*first->slice(1, 2), 1), "([], {})");
  EXPECT_EQ(print(*first, 1), "NULL");
  const ColumnPtr constant = *constant_from(*first, 0, 5);
  EXPECT_EQ(print(*constant, 4), "([1], {a=1})");
  const ColumnPtr coded = Column::dictionary(
      type, first->values_ptr(), arrow::Buffer::FromVector(std::vector<int32_t>{2, 0}), 2);
  EXPECT_EQ(print(*coded, 0), "([], {})");
  EXPECT_EQ(print(*coded, 1), "([1], {a=1})");
}

TEST(ValueParserTest, FailuresNameTextAndTypeAndLeaveTheBuilder) {
  for (const auto& [type, text, message] :
       std::vector<std::tuple<const char*, const char*, const char*>>{
           {"TINYINT", "128", "'128' is out of the range of TINYINT"},
           {"SMALLINT", "x", "'x' is not a valid SMALLINT"},
           {"BOOLEAN", "maybe", "'maybe' is not a valid BOOLEAN"},
           {"DECIMAL(3, 1)", "100", "'100' is out of the range of DECIMAL(3, 1)"},
           {"DATE", "2021-02-29", "'2021-02-29' is out of the range of DATE"},
           {"TIMESTAMP(3)", "2020-01-01T00:00:00",
            "'2020-01-01T00:00:00' is not a valid TIMESTAMP(3)"},
           {"ARRAY<INT>", "[1, x]", "'x' is not a valid INT"},
           {"ARRAY<INT>", "1, 2", "'1, 2' is not a valid ARRAY<INT>"},
           {"ROW<a INT, b INT>", "(1)", "'1' is not a valid ROW<a INT, b INT>"},
           {"MAP<STRING, INT>", "{a}", "'a' is not a valid MAP<STRING, INT>"}}) {
    const SqlType sql_type = *parse_sql_type(type);
    const auto builder = *ColumnBuilder::make(sql_type);
    const auto parser = *ValueParser::make(sql_type, "UTC");
    EXPECT_EQ(parser->parse(text, *builder).message(), message);
    EXPECT_EQ(builder->num_rows(), 0);
    ASSERT_TRUE(builder->append_null().ok());
    EXPECT_EQ(value_text(**builder->finish(), 0), "NULL");
  }
}

TEST(ValueParserTest, LocalTimestampsAreReadInTheZone) {
  const SqlType type = SqlType::timestamp_ltz(3);
  const auto builder = *ColumnBuilder::make(type);
  const auto parser = *ValueParser::make(type, "Europe/Berlin");
  ASSERT_TRUE(parser->parse("2020-07-01 14:00:00", *builder).ok());
  ASSERT_TRUE(parser->parse("2020-03-29 02:30:00", *builder).ok());
  const ColumnPtr column = *builder->finish();
  EXPECT_EQ(value_text(*column, 0), "2020-07-01 12:00:00.000");
  EXPECT_EQ(value_text(*column, 1), "2020-03-29 01:30:00.000");
}

TEST(ValueParserTest, NestedPartsInQuotesHoldSigns) {
  EXPECT_EQ(printed("ARRAY<STRING>", "['a, b', 'NULL', NULL]", TextStyle::kJson),
            "[\"a, b\",\"NULL\",null]");
}

TEST(ValueTextTest, InvalidUtf8IsLeftAsItIs) {
  const ColumnPtr column = constant_text(SqlType::string(), "a\xff", 1);
  EXPECT_EQ(value_text(*column, 0), "a\xff");
}

}  // namespace
}  // namespace hw
