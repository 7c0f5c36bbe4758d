// SPDX-License-Identifier: Apache-2.0

#include "expr/cast.h"

#include <string>
#include <tuple>
#include <vector>

#include <arrow/array.h>
#include <gtest/gtest.h>

#include "columnar/constant.h"
#include "columnar/fast_builders.h"
#include "columnar/gather.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

constexpr const char* kFailed = "failed";

std::string text_of(const Column& column) {
  std::string text;
  for (int64_t row = 0; row < column.num_rows(); ++row) {
    if (row > 0) text += " | ";
    text += value_text(column, row);
  }
  return text;
}

struct CastOptions {
  CastMode mode = CastMode::kCast;
  const char* zone = "UTC";
};

/// Bytes that are no UTF-8 pass through text columns, so validation stays on this side of that.
bool arrow_is_valid(const Column& column) { return column.to_arrow()->Validate().ok(); }

Result<ColumnPtr> cast_column(ColumnPtr column, const SqlType& to, CastOptions options = {}) {
  ExprSession session;
  session.time_zone = options.zone;
  HW_ASSIGN_OR_RETURN(std::unique_ptr<ScalarKernel> kernel,
                      make_cast(column->type(), to, options.mode, session));
  const KernelContext context{.num_rows = column->num_rows()};
  HW_ASSIGN_OR_RETURN(ColumnPtr result, kernel->evaluate(context, {&column, 1}));
  EXPECT_EQ(result->num_rows(), column->num_rows());
  EXPECT_TRUE(result->type().equals_ignoring_null(to));
  EXPECT_TRUE(arrow_is_valid(*result));
  return result;
}

/// The values cast as a column; `failed` if the job would fail.
std::string cast(const char* from, const char* values, const char* to, CastOptions options = {}) {
  const Result<ColumnPtr> result =
      cast_column(*parse_column(from, values), *parse_sql_type(to), options);
  return result.ok() ? text_of(**result) : kFailed;
}

std::string try_cast(const char* from, const char* values, const char* to) {
  return cast(from, values, to, {.mode = CastMode::kTryCast});
}

// ------------------------------------------------------------------------------------- numbers

TEST(CastTest, IntegersWrap) {
  EXPECT_EQ(cast("INT", "300 -129 null 127", "TINYINT"), "44 | 127 | NULL | 127");
  EXPECT_EQ(cast("INT", "70000 -32769", "SMALLINT"), "4464 | 32767");
  EXPECT_EQ(cast("BIGINT", "4294967297 -2147483649", "INT"), "1 | 2147483647");
  EXPECT_EQ(cast("TINYINT", "-128 null", "BIGINT"), "-128 | NULL");
}

TEST(CastTest, FloatsNarrowAsInJava) {
  EXPECT_EQ(cast("DOUBLE", "1.9 -1.9 NaN 1e30 -1e30 Infinity null", "INT"),
            "1 | -1 | 0 | 2147483647 | -2147483648 | 2147483647 | NULL");
  EXPECT_EQ(cast("DOUBLE", "1e30 -Infinity NaN 9223372036854774784 -9223372036854775808", "BIGINT"),
            "9223372036854775807 | -9223372036854775808 | 0 | 9223372036854774784 | "
            "-9223372036854775808");
  EXPECT_EQ(cast("DOUBLE", "300 1e30 -1e30 NaN", "TINYINT"), "44 | -1 | 0 | 0");
  EXPECT_EQ(cast("FLOAT", "70000 1e30", "SMALLINT"), "4464 | -1");
  EXPECT_EQ(cast("FLOAT", "2147483648 -2147483648", "INT"), "2147483647 | -2147483648");
  EXPECT_EQ(cast("DOUBLE", "0.1 1e300 -0", "FLOAT"), "0.1 | Infinity | -0.0");
  EXPECT_EQ(cast("FLOAT", "0.1", "DOUBLE"), "0.10000000149011612");
  EXPECT_EQ(cast("BIGINT", "9223372036854775807 1", "DOUBLE"), "9.223372036854776E18 | 1.0");
}

TEST(CastTest, DecimalsRoundHalfUpAndOverflowToNull) {
  EXPECT_EQ(cast("DECIMAL(5, 3)", "0.125 -0.125 0.124 99.999 null", "DECIMAL(3, 2)"),
            "0.13 | -0.13 | 0.12 | NULL | NULL");
  EXPECT_EQ(cast("DECIMAL(2, 1)", "2.5 -2.5 9.5", "DECIMAL(1, 0)"), "3 | -3 | NULL");
  EXPECT_EQ(cast("INT", "123456 999 -999 null", "DECIMAL(5, 2)"), "NULL | 999.00 | -999.00 | NULL");
  EXPECT_EQ(cast("BIGINT", "9223372036854775807 -9223372036854775808", "DECIMAL(38, 19)"),
            "9223372036854775807.0000000000000000000 | -9223372036854775808.0000000000000000000");
  EXPECT_EQ(cast("BIGINT", "9223372036854775807 1 0", "DECIMAL(38, 37)"),
            "NULL | 1.0000000000000000000000000000000000000 | "
            "0.0000000000000000000000000000000000000");
  EXPECT_EQ(cast("DOUBLE", "0.1 1.005 1e30 NaN Infinity -2.5", "DECIMAL(10, 2)"),
            "0.10 | 1.01 | NULL | NULL | NULL | -2.50");
  EXPECT_EQ(cast("DECIMAL(38, 0)", "99999999999999999999999999999999999999", "DECIMAL(38, 1)"),
            "NULL");
}

TEST(CastTest, DecimalsToOtherNumbers) {
  EXPECT_EQ(cast("DECIMAL(3, 1)", "1.9 -1.9 99.9 null", "INT"), "1 | -1 | 99 | NULL");
  EXPECT_EQ(cast("DECIMAL(20, 0)", "4294967297 300", "INT"), "1 | 300");
  EXPECT_EQ(cast("DECIMAL(10, 1)", "300.5", "TINYINT"), "44");
  EXPECT_EQ(cast("DECIMAL(10, 2)", "0.10 -1.50", "DOUBLE"), "0.1 | -1.5");
  EXPECT_EQ(cast("DECIMAL(38, 37)", "0.1 1.2345678901234567890123456789012345678", "DOUBLE"),
            "0.1 | 1.2345678901234567");
  EXPECT_EQ(cast("DECIMAL(38, 0)", "16777217 99999999999999999999999999999999999999", "FLOAT"),
            "1.6777216E7 | 1.0E38");
}

TEST(CastTest, BooleansAndNumbers) {
  EXPECT_EQ(cast("INT", "0 1 -7 null", "BOOLEAN"), "FALSE | TRUE | TRUE | NULL");
  EXPECT_EQ(cast("BOOLEAN", "t f null", "INT"), "1 | 0 | NULL");
  EXPECT_EQ(cast("BOOLEAN", "t f", "DECIMAL(3, 1)"), "1.0 | 0.0");
  EXPECT_EQ(cast("BOOLEAN", "t f", "DOUBLE"), "1.0 | 0.0");
  EXPECT_EQ(cast("BOOLEAN", "t f", "DECIMAL(1, 1)"), "NULL | 0.0");
}

TEST(CastTest, IntegersAndIntervals) {
  EXPECT_EQ(cast("INT", "14 null", "INTERVAL MONTH"), "+1-02 | NULL");
  EXPECT_EQ(cast("BIGINT", "1000", "INTERVAL SECOND"), "+0 00:00:01.000");
  EXPECT_EQ(cast("INTERVAL MONTH", "+1-2", "INT"), "14");
  EXPECT_EQ(cast("INTERVAL SECOND", "'+0 00:00:01'", "BIGINT"), "1000");
}

// ---------------------------------------------------------------------------------------- text

TEST(CastTest, TextToNumbers) {
  EXPECT_EQ(cast("STRING", "'  42 ' 1.9 -1.9 null", "INT"), "42 | 1 | -1 | NULL");
  EXPECT_EQ(cast("STRING", "128", "TINYINT"), kFailed);
  EXPECT_EQ(cast("STRING", "1e3", "INT"), kFailed);
  EXPECT_EQ(cast("STRING", "''", "INT"), kFailed);
  EXPECT_EQ(try_cast("STRING", "1 x 99999999999 null", "INT"), "1 | NULL | NULL | NULL");
  EXPECT_EQ(cast("STRING", "12.345 1e1 null", "DECIMAL(5, 2)"), "12.35 | 10.00 | NULL");
  EXPECT_EQ(cast("STRING", "1000", "DECIMAL(5, 2)"), kFailed);
  EXPECT_EQ(try_cast("STRING", "1000 1", "DECIMAL(5, 2)"), "NULL | 1.00");
  EXPECT_EQ(cast("STRING", "NaN 1e3 2d -Infinity", "DOUBLE"), "NaN | 1000.0 | 2.0 | -Infinity");
  EXPECT_EQ(cast("STRING", "0.1 1e39", "FLOAT"), "0.1 | Infinity");
  EXPECT_EQ(cast("STRING", "t No 1 null", "BOOLEAN"), "TRUE | FALSE | TRUE | NULL");
  EXPECT_EQ(try_cast("STRING", "maybe", "BOOLEAN"), "NULL");
}

TEST(CastTest, TextToTimes) {
  EXPECT_EQ(cast("STRING", "2020-2-3 2020 '2020-02-29 25:99'", "DATE"),
            "2020-02-03 | 2020-01-01 | 2020-02-29");
  EXPECT_EQ(try_cast("STRING", "2020-13-01 2021-02-29", "DATE"), "NULL | NULL");
  EXPECT_EQ(cast("STRING", "7 07:05 10:11:12.345", "TIME(3)"),
            "07:00:00.0 | 07:05:00.0 | 10:11:12.345");
  EXPECT_EQ(cast("STRING", "2020-01-02 '2020-1-2 3:4:5.6789'", "TIMESTAMP(3)"),
            "2020-01-02 00:00:00.000 | 2020-01-02 03:04:05.678");
  EXPECT_EQ(cast("STRING", "2020-01-02T00:00:00", "TIMESTAMP(3)"), kFailed);
  EXPECT_EQ(cast("STRING", "9999-12-31 0000-01-01", "TIMESTAMP(6)"),
            "9999-12-31 00:00:00.000000 | 0000-01-01 00:00:00.000000");
  EXPECT_EQ(try_cast("STRING", "9999-12-31 2000-01-01", "TIMESTAMP(9)"),
            "NULL | 2000-01-01 00:00:00.000000000");
  EXPECT_EQ(cast("STRING", "'2020-07-01 14:00:00'", "TIMESTAMP_LTZ(0)", {.zone = "Europe/Berlin"}),
            "2020-07-01 12:00:00");
}

TEST(CastTest, EverythingToText) {
  EXPECT_EQ(cast("BOOLEAN", "t f null", "STRING"), "TRUE | FALSE | NULL");
  EXPECT_EQ(cast("TINYINT", "-128", "STRING"), "-128");
  EXPECT_EQ(cast("DECIMAL(5, 2)", "1.5", "STRING"), "1.50");
  EXPECT_EQ(cast("DOUBLE", "1e10 0.0001 100", "STRING"), "1.0E10 | 1.0E-4 | 100.0");
  EXPECT_EQ(cast("FLOAT", "0.1", "STRING"), "0.1");
  EXPECT_EQ(cast("DATE", "2020-01-31", "STRING"), "2020-01-31");
  EXPECT_EQ(cast("TIME(0)", "10:11:12", "STRING"), "10:11:12");
  EXPECT_EQ(cast("TIMESTAMP(1)", "'2020-01-02 03:04:05.6'", "STRING"), "2020-01-02 03:04:05.6");
  EXPECT_EQ(cast("TIMESTAMP_LTZ(3)", "'2020-07-01 12:00:00'", "STRING", {.zone = "Asia/Tokyo"}),
            "2020-07-01 21:00:00.000");
  EXPECT_EQ(cast("INTERVAL SECOND", "'+1 02:03:04.005'", "STRING"), "+1 02:03:04.005");
  EXPECT_EQ(cast("ROW<a INT, b ARRAY<STRING>, c MAP<INT, BOOLEAN>>",
                 "(1, [x, NULL], {1=t}) null (NULL, NULL, NULL)", "STRING"),
            "(1, [x, NULL], {1=TRUE}) | NULL | (NULL, NULL, NULL)");
  EXPECT_EQ(
      cast("ARRAY<TIMESTAMP_LTZ(0)>", "['2020-01-01 00:00:00']", "STRING", {.zone = "+01:00"}),
      "[2020-01-01 01:00:00]");
}

TEST(CastTest, LengthsCutAndPad) {
  EXPECT_EQ(cast("STRING", "abcdef ab ä null", "VARCHAR(3)"), "abc | ab | ä | NULL");
  EXPECT_EQ(cast("STRING", "ab abcdef", "CHAR(4)"), "ab   | abcd");
  EXPECT_EQ(cast("CHAR(4)", "ab", "STRING"), "ab  ");
  EXPECT_EQ(cast("INT", "12345 1", "VARCHAR(2)"), "12 | 1");
  EXPECT_EQ(cast("INT", "12345 1", "CHAR(3)"), "123 | 1  ");
  EXPECT_EQ(cast("ARRAY<INT>", "[1, 2]", "CHAR(4)"), "[1, ");
  EXPECT_EQ(cast("STRING", "abc", "BINARY(2)"), "ab");
  EXPECT_EQ(cast("STRING", "a", "BINARY(2)"), std::string("a\0", 2));
  EXPECT_EQ(cast("STRING", "Größe", "BYTES"), "Größe");
  EXPECT_EQ(cast("BYTES", "Größe abc", "VARCHAR(3)"), "Grö | abc");
}

TEST(CastTest, BytesThatAreNotTextFail) {
  const ColumnPtr bytes = constant_text(SqlType::bytes(), "a\xff", 2);
  EXPECT_TRUE(cast_column(bytes, SqlType::string()).status().IsInvalid());
  EXPECT_EQ(text_of(**cast_column(bytes, SqlType::string(), {.mode = CastMode::kTryCast})),
            "NULL | NULL");
  // Text is never looked at: what came in goes out.
  const ColumnPtr text = constant_text(SqlType::string(), "a\xff", 1);
  EXPECT_EQ(text_of(**cast_column(text, SqlType::bytes())), "a\xff");
  EXPECT_EQ(text_of(**cast_column(text, SqlType::varchar(5))), "a\xff");
}

// --------------------------------------------------------------------------------------- times

TEST(CastTest, BetweenDatesTimesAndTimestamps) {
  EXPECT_EQ(cast("DATE", "2020-01-31 1969-12-31 null", "TIMESTAMP(3)"),
            "2020-01-31 00:00:00.000 | 1969-12-31 00:00:00.000 | NULL");
  EXPECT_EQ(cast("TIME(3)", "10:11:12.345", "TIMESTAMP(6)"), "1970-01-01 10:11:12.345000");
  EXPECT_EQ(cast("TIMESTAMP(3)", "'1969-12-31 23:59:59.999' '2020-01-01'", "DATE"),
            "1969-12-31 | 2020-01-01");
  EXPECT_EQ(cast("TIMESTAMP(6)", "'1969-12-31 23:59:59.999999'", "TIME(3)"), "23:59:59.999");
  EXPECT_EQ(cast("TIMESTAMP(3)", "'2020-01-01 10:11:12.345'", "TIME(0)"), "10:11:12");
  EXPECT_EQ(cast("TIMESTAMP(9)", "'1969-12-31 23:59:59.987654321'", "TIMESTAMP(3)"),
            "1969-12-31 23:59:59.987");
  EXPECT_EQ(cast("TIMESTAMP(3)", "'1969-12-31 23:59:59.987'", "TIMESTAMP(0)"),
            "1969-12-31 23:59:59");
  EXPECT_EQ(cast("TIMESTAMP(3)", "'2020-01-01 00:00:00.5'", "TIMESTAMP(9)"),
            "2020-01-01 00:00:00.500000000");
  EXPECT_EQ(cast("TIME(3)", "10:11:12.345", "TIME(1)"), "10:11:12.3");
  EXPECT_EQ(cast("DATE", "9999-12-31", "TIMESTAMP(9)"), kFailed);
  EXPECT_EQ(try_cast("DATE", "9999-12-31 2000-01-01", "TIMESTAMP(9)"),
            "NULL | 2000-01-01 00:00:00.000000000");
}

TEST(CastTest, LocalTimestampsGoThroughTheZone) {
  const CastOptions berlin{.zone = "Europe/Berlin"};
  EXPECT_EQ(cast("TIMESTAMP(3)", "'2020-03-29 02:30:00' '2020-10-25 02:30:00' null",
                 "TIMESTAMP_LTZ(3)", berlin),
            "2020-03-29 01:30:00.000 | 2020-10-25 00:30:00.000 | NULL");
  EXPECT_EQ(cast("TIMESTAMP_LTZ(3)", "'2020-06-30 23:00:00'", "TIMESTAMP(3)", berlin),
            "2020-07-01 01:00:00.000");
  EXPECT_EQ(cast("TIMESTAMP_LTZ(3)", "'2020-06-30 23:00:00'", "DATE", berlin), "2020-07-01");
  EXPECT_EQ(cast("TIMESTAMP_LTZ(3)", "'2020-06-30 23:00:00'", "TIME(0)", berlin), "01:00:00");
  EXPECT_EQ(cast("DATE", "2020-07-01", "TIMESTAMP_LTZ(0)", berlin), "2020-06-30 22:00:00");
  EXPECT_EQ(cast("TIMESTAMP_LTZ(6)", "'2020-06-30 23:00:00.123456'", "TIMESTAMP_LTZ(3)", berlin),
            "2020-06-30 23:00:00.123");
}

// --------------------------------------------------------------------------------- constructed

TEST(CastTest, ConstructedElementByElement) {
  EXPECT_EQ(cast("ARRAY<INT>", "[1, NULL, 300] null []", "ARRAY<TINYINT>"),
            "[1, NULL, 44] | NULL | []");
  EXPECT_EQ(cast("ARRAY<STRING>", "['1', '2']", "ARRAY<INT>"), "[1, 2]");
  EXPECT_EQ(cast("MAP<INT, STRING>", "{1='2', 3=NULL} null", "MAP<STRING, INT>"),
            "{1=2, 3=NULL} | NULL");
  EXPECT_EQ(cast("MULTISET<INT>", "{1=2}", "MULTISET<STRING>"), "{1=2}");
  EXPECT_EQ(cast("ROW<a INT, b STRING>", "(1, '2') null (NULL, NULL)", "ROW<x STRING, y INT>"),
            "(1, 2) | NULL | (NULL, NULL)");
  EXPECT_EQ(cast("ROW<a ARRAY<ROW<b INT>>>", "([(1), NULL])", "ROW<a ARRAY<ROW<c STRING>>>"),
            "([(1), NULL])");
}

TEST(CastTest, OnePartThatFailsMakesTheWholeValueNullInTryCast) {
  EXPECT_EQ(cast("ARRAY<STRING>", "['1', x]", "ARRAY<INT>"), kFailed);
  EXPECT_EQ(try_cast("ARRAY<STRING>", "['1', x] ['2'] null [NULL]", "ARRAY<INT>"),
            "NULL | [2] | NULL | [NULL]");
  EXPECT_EQ(try_cast("ROW<a STRING, b STRING>", "(x, '1') ('1', '2')", "ROW<a INT, b INT>"),
            "NULL | (1, 2)");
  EXPECT_EQ(cast("MAP<INT, INT>", "{12345=1}", "MAP<DECIMAL(2, 0), INT>"), kFailed);
  EXPECT_EQ(try_cast("MAP<INT, INT>", "{12345=1} {1=1}", "MAP<DECIMAL(2, 0), INT>"),
            "NULL | {1=1}");
}

TEST(CastTest, WhatNoRowHasCannotFail) {
  // A slice leaves the element 'x' behind, a NULL row hides its fields.
  const ColumnPtr lists = *parse_column("ARRAY<STRING>", "[x] ['1'] [y]");
  EXPECT_EQ(text_of(**cast_column(lists->slice(1, 1), *parse_sql_type("ARRAY<INT>"))), "[1]");
  const ColumnPtr coded = Column::dictionary(
      lists->type(), lists->values_ptr(), arrow::Buffer::FromVector(std::vector<int32_t>{1, 1}), 2);
  EXPECT_EQ(text_of(**cast_column(coded, *parse_sql_type("ARRAY<INT>"))), "[1] | [1]");
  const ColumnPtr words = *parse_column("STRING", "x '7'");
  const ColumnPtr picked = Column::dictionary(
      words->type(), words->values_ptr(), arrow::Buffer::FromVector(std::vector<int32_t>{1, 1}), 2);
  EXPECT_EQ(text_of(**cast_column(picked, SqlType::integer())), "7 | 7");
}

// ------------------------------------------------------------------------------------ encodings

TEST(CastTest, EveryEncodingGivesTheSame) {
  for (const auto& [from, values, to] :
       std::vector<std::tuple<const char*, const char*, const char*>>{
           {"INT", "1 null 300", "TINYINT"},
           {"STRING", "1 null '3'", "BIGINT"},
           {"DOUBLE", "1.5 null NaN", "STRING"},
           {"DECIMAL(5, 2)", "1.5 null 100", "DECIMAL(3, 2)"},
           {"BOOLEAN", "t null f", "INT"},
           {"INT", "1 null 0", "BOOLEAN"},
           {"STRING", "2020-01-01 null 2021", "DATE"},
           {"TIMESTAMP(3)", "2020-01-01 null 1960-01-01", "TIMESTAMP(6)"},
           {"ARRAY<INT>", "[1] null [2, NULL]", "ARRAY<STRING>"},
           {"ROW<a INT>", "(1) null (NULL)", "ROW<b STRING>"},
           {"ROW<a INT>", "(1) null (NULL)", "STRING"}}) {
    const ColumnPtr plain = *parse_column(from, values);
    const SqlType type = *parse_sql_type(to);
    const ColumnPtr expected = *cast_column(plain, type);
    const std::string all = text_of(*expected);
    const ColumnPtr doubled = *concatenate({plain, plain});
    EXPECT_EQ(text_of(**cast_column(doubled->slice(3, 3), type)), all) << from << to;
    const ColumnPtr coded =
        Column::dictionary(plain->type(), plain->values_ptr(),
                           arrow::Buffer::FromVector(std::vector<int32_t>{0, 1, 2, 0, 1, 2}), 6);
    EXPECT_EQ(text_of(**cast_column(coded, type)), all + " | " + all) << from << to;
    EXPECT_EQ(text_of(**cast_column(coded->slice(3, 3), type)), all) << from << to;
    for (int64_t row = 0; row < 3; ++row) {
      const ColumnPtr constant = *constant_from(*plain, row, 2);
      const std::string one = value_text(*expected, row);
      EXPECT_EQ(text_of(**cast_column(constant, type)), one + " | " + one) << from << to;
    }
    EXPECT_EQ(text_of(**cast_column(plain->slice(1, 0), type)), "");
  }
}

TEST(CastTest, NullsOfNoTypeBecomeNullsOfAnyType) {
  EXPECT_EQ(text_of(**cast_column(Column::nulls(SqlType::null(), 2), SqlType::integer())),
            "NULL | NULL");
  EXPECT_EQ(text_of(**cast_column(Column::nulls(SqlType::null(), 1),
                                  *parse_sql_type("ROW<a ARRAY<INT>>"))),
            "NULL");
}

TEST(CastTest, FailuresNameTheValueTheTypesAndTheWayOut) {
  const auto message = [](const char* from, const char* value, const char* to) {
    return cast_column(*parse_column(from, value), *parse_sql_type(to)).status().message();
  };
  EXPECT_EQ(
      message("CHAR(1)", "x", "INT"),
      "CAST of 'x' from CHAR(1) to INT failed: not a valid value; TRY_CAST gives NULL instead");
  EXPECT_EQ(message("STRING", "1000", "TINYINT"),
            "CAST of '1000' from STRING to TINYINT failed: out of range; "
            "TRY_CAST gives NULL instead");
}

TEST(CastTest, CastsThatDoNotExistSayWhatToWrite) {
  const auto message = [](const char* from, const char* to) {
    const ExprSession session;
    const SqlType a = *parse_sql_type(from);
    const SqlType b = *parse_sql_type(to);
    EXPECT_FALSE(can_cast(a, b)) << from << to;
    const Status status = make_cast(a, b, CastMode::kCast, session).status();
    EXPECT_TRUE(status.IsTypeError());
    return status.message();
  };
  EXPECT_NE(message("INT", "TIMESTAMP(3)").find("TO_TIMESTAMP_LTZ"), std::string::npos);
  EXPECT_NE(message("TIMESTAMP(3)", "BIGINT").find("UNIX_TIMESTAMP"), std::string::npos);
  EXPECT_NE(message("DOUBLE", "BOOLEAN").find("x <> 0"), std::string::npos);
  message("DATE", "TIME(0)");
  message("INT", "DATE");
  message("INT", "BYTES");
  message("STRING", "ARRAY<INT>");
  message("STRING", "INTERVAL MONTH");
  message("ROW<a INT>", "ROW<a INT, b INT>");
  message("ARRAY<DATE>", "ARRAY<TIME>");
  message("INTERVAL MONTH", "INTERVAL DAY");
}

}  // namespace
}  // namespace hw
