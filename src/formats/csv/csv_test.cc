// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "formats/testing/decoded.h"
#include "runtime/format_catalogue.h"

namespace hw {

void register_csv(FormatCatalogue& catalogue);

namespace {

using Values = std::map<std::string, std::string>;

const FormatRecord& csv() {
  static const FormatCatalogue& catalogue = *[] {
    auto* made = new FormatCatalogue();
    register_csv(*made);
    return made;
  }();
  return *catalogue.find("csv");
}

std::string rows(std::vector<SqlField> columns, std::string_view text, const Values& options = {}) {
  return testing::decoded(csv(), testing::request_for(std::move(columns)), Options(options), text);
}

const std::vector<SqlField>& ab() {
  static const auto& kColumns =
      *new std::vector<SqlField>{{"a", SqlType::integer()}, {"b", SqlType::string()}};
  return kColumns;
}

std::string one(const SqlType& type, std::string_view text, const Values& options = {}) {
  return rows({{"k", SqlType::integer()}, {"x", type}}, "1," + std::string(text) + "\n", options);
}

TEST(CsvDecode, ReadsFieldsByPosition) {
  EXPECT_EQ(rows(ab(), "1,x\n2,y\r\n\n 3 , z \n4,"), "+I[1, x] | +I[2, y] | +I[3,  z ] | +I[4, ]");
  EXPECT_EQ(rows(ab(), ""), "");
  EXPECT_EQ(rows(ab(),
                 "\xEF\xBB\xBF"
                 "1,x"),
            "+I[1, x]");
  // Only the first mark is the file's own, in blocks of every size.
  EXPECT_EQ(rows({{"b", SqlType::string()}}, "\xEF\xBB\xBF\xEF\xBB\xBFx"), "+I[\xEF\xBB\xBFx]");
}

TEST(CsvDecode, QuotedFieldsHoldEverything) {
  EXPECT_EQ(
      rows(ab(), "1,\"a,b\"\n2,\"say \"\"hi\"\"\"\n3,\"two\nlines\"\n4,\"\"\n5,in\"side\n\"6\",x"),
      "+I[1, a,b] | +I[2, say \"hi\"] | +I[3, two\nlines] | +I[4, ] | +I[5, in\"side] | "
      "+I[6, x]");
}

TEST(CsvDecode, ManyFieldsOfOneRecordMayHaveEscapes) {
  std::vector<SqlField> columns;
  std::string line;
  std::string row;
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    columns.push_back({"c" + number, SqlType::string()});
    line += (i == 0 ? "" : ",") + ("\"q\"\"" + number + "\"");
    row += (i == 0 ? "q\"" : ", q\"") + number;
  }
  EXPECT_EQ(rows(columns, line), "+I[" + row + "]");
}

TEST(CsvDecode, LinesAreCountedThroughQuotedLineBreaks) {
  EXPECT_EQ(rows(ab(), "1,\"two\nlines\"\n\nx,y\n"),
            "error: column 'a' needs a value of type INT, but has \"x\" (t.file, line 4); write a "
            "whole number in the type's range, or declare a wider type");
}

TEST(CsvDecode, AQuoteThatDoesNotEndIsAnErrorOfItsFirstLine) {
  EXPECT_EQ(rows(ab(), "1,x\n2,\"open\n3,y\n"),
            "error: malformed CSV: a quoted field does not end: \"2,\"open\" (t.file, line 2)");
  EXPECT_NE(rows(ab(), "1,\"x\"y\n").find("follows a closing quote"), std::string::npos);
  EXPECT_EQ(rows(ab(), "1,x\n2,\"open\n3,y\n", {{"ignore-parse-errors", "true"}}),
            "+I[1, x] | +I[3, y]");
  // The whole line is skipped, also where a block ends within it.
  EXPECT_EQ(rows(ab(), "1,x\n2,\"a\"b,3,4,5\n3,y\n", {{"ignore-parse-errors", "true"}}),
            "+I[1, x] | +I[3, y]");
}

TEST(CsvDecode, OptionsChangeTheCharacters) {
  EXPECT_EQ(rows(ab(), "1;x,y\n", {{"field-delimiter", ";"}}), "+I[1, x,y]");
  EXPECT_EQ(rows(ab(), "1\tx\n", {{"field-delimiter", "\\t"}}), "+I[1, x]");
  EXPECT_EQ(rows(ab(), "1\x01x\n", {{"field-delimiter", "U&'\\0001'"}}), "+I[1, x]");
  EXPECT_EQ(rows(ab(), "1,'a,b'\n", {{"quote-character", "'"}}), "+I[1, a,b]");
  EXPECT_EQ(rows(ab(), "1,\"a\n", {{"disable-quote-character", "true"}}), "+I[1, \"a]");
  EXPECT_EQ(rows(ab(), "1,a\\,b\n2,\"x\\\"y\"\n", {{"escape-character", "\\"}}),
            "+I[1, a,b] | +I[2, x\"y]");
  EXPECT_EQ(rows(ab(), "#c\n1,x\n", {{"allow-comments", "true"}}), "+I[1, x]");
  EXPECT_EQ(rows(ab(), " 1 ,  x  \n", {{"trim-spaces", "true"}}), "+I[1, x]");
  EXPECT_NE(rows(ab(), "", {{"field-delimiter", "ab"}}).find("must be one ASCII character"),
            std::string::npos);
  EXPECT_NE(rows(ab(), "", {{"field-delimiter", "\""}}).find("must differ"), std::string::npos);
}

TEST(CsvDecode, NothingAndTheNullLiteralAreNull) {
  EXPECT_EQ(rows(ab(), ",\n"), "+I[NULL, ]");
  EXPECT_EQ(rows(ab(), ",\n", {{"empty-string-as-null", "true"}}), "+I[NULL, NULL]");
  EXPECT_EQ(rows(ab(), "n/a,n/a\n1,\"n/a\"\n", {{"null-literal", "n/a"}}),
            "+I[NULL, NULL] | +I[1, n/a]");
}

TEST(CsvDecode, MissingAndSurplusFields) {
  EXPECT_EQ(rows(ab(), "1\n"), "+I[1, NULL]");
  EXPECT_NE(rows(ab(), "1\n", {{"fail-on-missing-columns", "true"}}).find("this one has 1"),
            std::string::npos);
  EXPECT_EQ(rows(ab(), "1,x,\n"), "+I[1, x]");
  EXPECT_NE(rows(ab(), "1,x,\n", {{"allow-trailing-comma", "false"}}).find("this one has 3"),
            std::string::npos);
  EXPECT_NE(rows(ab(), "1,x,y\n").find("error: a record has at most 2 fields, but this one has 3"),
            std::string::npos);
  EXPECT_EQ(rows(ab(), "1,x,y\n", {{"ignore-trailing-unmappable", "true"}}), "+I[1, x]");
  EXPECT_NE(rows({{"a", SqlType::integer().not_null()}}, "\"\"\n").find("declared NOT NULL"),
            std::string::npos);
}

TEST(CsvDecode, AHeaderIsSkippedOrNamesTheColumns) {
  EXPECT_EQ(rows(ab(), "whatever,\"it\nis\"\n1,x\n", {{"header", "skip"}}), "+I[1, x]");
  EXPECT_EQ(rows(ab(), "b,z,a\nx,q,1\n", {{"header", "by-name"}}), "+I[1, x]");
  EXPECT_EQ(
      rows(ab(), "b,A\nx,1\n", {{"header", "by-name"}}),
      "error: 'csv.header' = 'by-name' needs each column in the header, but 'a' is not there; "
      "did you mean 'A'?: \"b,A\" (t.file, line 1)");
}

TEST(CsvDecode, TheHeaderIsPartOfThePosition) {
  const Options options(Values{{"header", "by-name"}});
  const auto first = csv().decoder(testing::request_for(ab()), options).ValueOrDie();
  ASSERT_TRUE(testing::decode_all(*first, "b,a\nx,1\n", 100).ok());
  const auto second = csv().decoder(testing::request_for(ab()), options).ValueOrDie();
  ASSERT_TRUE(second->restore_file_state(first->file_state()).ok());
  const std::string rest = std::string("y,2\n") + std::string(64, ' ');
  ASSERT_TRUE(second->decode_block(std::string_view(rest).substr(0, 4), true, {"f", 3}).ok());
  EXPECT_EQ(second->take().ValueOrDie().to_text(), "+I[2, y]");
  EXPECT_FALSE(second->restore_file_state("999:x").ok());
}

TEST(CsvDecode, EveryTypeIsExactOrAnError) {
  EXPECT_EQ(one(SqlType::boolean(), "TRUE"), "+I[1, TRUE]");
  EXPECT_NE(one(SqlType::boolean(), "yes").find("write true or false"), std::string::npos);
  EXPECT_EQ(one(SqlType::bigint(), "9223372036854775807"), "+I[1, 9223372036854775807]");
  EXPECT_NE(one(SqlType::bigint(), "9223372036854775808").find("error"), std::string::npos);
  EXPECT_NE(one(SqlType::smallint(), "40000").find("error"), std::string::npos);
  EXPECT_EQ(one(SqlType::decimal(38, 2), "123456789012345678901234567890.125"),
            "+I[1, 123456789012345678901234567890.13]");
  EXPECT_EQ(one(SqlType::float64(), "1e300"), "+I[1, 1.0E300]");
  EXPECT_NE(one(SqlType::float64(), "1e999").find("error"), std::string::npos);
  EXPECT_EQ(one(SqlType::date(), "1969-12-31"), "+I[1, 1969-12-31]");
  EXPECT_EQ(one(SqlType::timestamp(3), "2020-01-01 10:00:00.5"), "+I[1, 2020-01-01 10:00:00.500]");
  EXPECT_EQ(one(SqlType::timestamp(3), "2020-01-01T10:00:00"), "+I[1, 2020-01-01 10:00:00.000]");
  EXPECT_NE(one(SqlType::timestamp_ltz(3), "2020-01-01 10:00:00").find("fffZ"), std::string::npos);
  EXPECT_NE(one(SqlType::bytes(), "?").find("write base64"), std::string::npos);
}

TEST(CsvDecode, ListsHaveADelimiterOfTheirOwn) {
  EXPECT_EQ(one(SqlType::array(SqlType::integer()), "1;2;"), "+I[1, [1, 2, NULL]]");
  EXPECT_EQ(one(SqlType::array(SqlType::integer()), "1|2", {{"array-element-delimiter", "|"}}),
            "+I[1, [1, 2]]");
  EXPECT_EQ(one(SqlType::row({{"p", SqlType::integer()}, {"q", SqlType::string()}}), "7;x"),
            "+I[1, (7, x)]");
  EXPECT_NE(
      one(SqlType::row({{"p", SqlType::integer()}, {"q", SqlType::string()}}), "7").find("error"),
      std::string::npos);
  EXPECT_FALSE(csv()
                   .check(*make_schema({{"m", SqlType::map(SqlType::string(), SqlType::string())}}),
                          Options())
                   .ok());
}

TEST(CsvEncode, RefusesElementsThatWouldReadBackDifferently) {
  const auto written = [](const SqlType& type, std::string_view rows, const Values& options) {
    const SchemaPtr schema = make_schema({{"x", type}});
    std::string out;
    const Status status = csv()
                              .encoder(schema, Options(options))
                              .ValueOrDie()
                              ->encode(parse_batch(schema, rows).ValueOrDie(), out);
    return status.ok() ? out : status.message();
  };
  const SqlType texts = SqlType::array(SqlType::string());
  EXPECT_EQ(written(texts, "+ [] | + [a, b]", {}), "\"\"\na;b\n");
  EXPECT_NE(written(texts, "+ null", {}).find("a NULL ARRAY (column 'x')"), std::string::npos);
  EXPECT_NE(written(texts, "+ [a, NULL]", {}).find("a NULL text"), std::string::npos);
  EXPECT_NE(written(SqlType::array(SqlType::integer()), "+ [NULL]", {}).find("single element"),
            std::string::npos);
  EXPECT_EQ(written(SqlType::array(SqlType::integer()), "+ [1, NULL]", {}), "1;\n");
  EXPECT_EQ(written(texts, "+ null | + [a, NULL] | + []", {{"null-literal", "-"}}),
            "-\na;-\n\"\"\n");
}

TEST(CsvDecode, IgnoringErrorsNullsFieldsAndSkipsRecords) {
  DecoderRequest request = testing::request_for(ab());
  testing::CounterMap counters;
  request.counter = [&](std::string_view name) -> Counter& { return counters[name]; };
  const auto decoder =
      csv().decoder(request, Options(Values{{"ignore-parse-errors", "true"}})).ValueOrDie();
  const auto batches = testing::decode_all(*decoder, "x,1\n2,b,c\n3,\xff\n4,d\n", 100).ValueOrDie();
  EXPECT_EQ(batches.at(0).to_text(), "+I[NULL, 1] | +I[4, d]");
  EXPECT_EQ(counters.value("rows_skipped"), 2);
  EXPECT_EQ(counters.value("fields_set_to_null"), 1);
}

TEST(CsvDecode, InvalidUtf8NamesTheColumn) {
  EXPECT_EQ(rows(ab(), "1,a\xff\n"),
            "error: column 'b' needs valid UTF-8, but has \"a\\xff\" (t.file, line 1)");
}

TEST(CsvDecode, AHundredMegabytesInOneField) {
  std::string text = "1,x\n2,\"" + std::string(100 << 20, 'y') + "\"\n3,z\n";
  const auto decoder = csv().decoder(testing::request_for(ab()), Options()).ValueOrDie();
  const auto batches = testing::decode_all(*decoder, text, 1 << 20).ValueOrDie();
  ASSERT_EQ(batches.size(), 3u);
  EXPECT_EQ(batches[1].column(1)->value<std::string_view>(0).size(), size_t{100} << 20);
}

TEST(CsvDecode, OneMessageIsOneRecord) {
  const auto decoder = csv().decoder(testing::request_for(ab()), Options()).ValueOrDie();
  ASSERT_TRUE(decoder->decode_record("1,x", {.origin = "m"}).ok());
  ASSERT_TRUE(decoder->decode_record("2,y\n", {.origin = "m"}).ok());
  EXPECT_FALSE(decoder->decode_record("3,y\n4,z", {.origin = "m"}).ok());
  EXPECT_EQ(decoder->take().ValueOrDie().to_text(), "+I[1, x] | +I[2, y]");
}

std::string again(std::vector<SqlField> columns, std::string_view text,
                  const Values& options = {}) {
  const DecoderRequest request = testing::request_for(std::move(columns));
  const auto decoder = csv().decoder(request, Options(options)).ValueOrDie();
  const auto batches = testing::decode_all(*decoder, text, text.size() + 1).ValueOrDie();
  const auto encoder = csv().encoder(request.schema, Options(options)).ValueOrDie();
  std::string out;
  encoder->begin_file(out);
  for (const Batch& batch : batches) {
    if (Status status = encoder->encode(batch, out); !status.ok()) return status.message();
  }
  return out;
}

TEST(CsvEncode, WritesWhatItReads) {
  EXPECT_EQ(again(ab(), "1,\"a,b\"\n2,\"q\"\"q\"\n3,\"l\nl\"\n,\n5,plain text\n"),
            "1,\"a,b\"\n2,\"q\"\"q\"\n3,\"l\nl\"\n,\n5,plain text\n");
  EXPECT_EQ(
      again({{"x", SqlType::boolean()},
             {"d", SqlType::decimal(10, 2)},
             {"t", SqlType::timestamp(3)},
             {"z", SqlType::timestamp_ltz(3)},
             {"y", SqlType::bytes()},
             {"l", SqlType::array(SqlType::date())}},
            "true,1.50,2020-01-01 10:00:00,2020-01-01 10:00:00.1Z,AP8=,2020-01-01;1969-12-31\n",
            {{"write-bigdecimal-in-scientific-notation", "false"}}),
      "true,1.50,2020-01-01 10:00:00,2020-01-01 10:00:00.1Z,AP8=,2020-01-01;1969-12-31\n");
}

TEST(CsvEncode, OptionsHoldForWritingToo) {
  EXPECT_EQ(again(ab(), "a;b\n1;x\n", {{"header", "skip"}, {"field-delimiter", ";"}}),
            "a;b\n1;x\n");
  EXPECT_EQ(again(ab(), "n,n\n1,\"n\"\n", {{"null-literal", "n"}}), "n,n\n1,\"n\"\n");
  EXPECT_EQ(
      again(ab(), "1,a\\,b\n", {{"escape-character", "\\"}, {"disable-quote-character", "true"}}),
      "1,a\\,b\n");
  EXPECT_EQ(again({{"d", SqlType::decimal(10, 2)}}, "100000\n"), "1E+5\n");
  EXPECT_EQ(again({{"s", SqlType::string()}}, "\"\"\nx\n"), "\"\"\nx\n");
}

TEST(CsvEncode, YearsOfMoreThanFourDigitsKeepTheirSign) {
  const std::string text = "+12020-01-01,+10000-01-01 00:00:00\n-0044-03-15,9999-12-31 00:00:00\n";
  EXPECT_EQ(again({{"d", SqlType::date()}, {"t", SqlType::timestamp(3)}}, text), text);
}

TEST(CsvEncode, QuotesWhatWouldReadBackAsSomethingElse) {
  const std::vector<SqlField> columns = {{"s", SqlType::string()}, {"y", SqlType::bytes()}};
  EXPECT_EQ(again(columns, "x,\"\"\ny,\n"), "x,\"\"\ny,\n");
  EXPECT_EQ(again(columns, "\"\xEF\xBB\xBFx\",AA==\n"), "\"\xEF\xBB\xBFx\",AA==\n");
}

}  // namespace
}  // namespace hw
