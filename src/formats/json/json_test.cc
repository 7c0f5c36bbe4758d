// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "columnar/sql_type.h"
#include "formats/testing/decoded.h"
#include "runtime/format_catalogue.h"

namespace hw {

void register_json(FormatCatalogue& catalogue);

namespace {

using Values = std::map<std::string, std::string>;

const FormatRecord& json() {
  static const FormatCatalogue& catalogue = *[] {
    auto* made = new FormatCatalogue();
    register_json(*made);
    return made;
  }();
  return *catalogue.find("json");
}

std::string rows(std::vector<SqlField> columns, std::string_view text, const Values& options = {}) {
  return testing::decoded(json(), testing::request_for(std::move(columns)), Options(options), text);
}

std::string one(const SqlType& type, std::string_view value, const Values& options = {}) {
  return rows({{"x", type}}, "{\"x\":" + std::string(value) + "}\n", options);
}

const std::vector<SqlField>& ab() {
  static const auto& kColumns =
      *new std::vector<SqlField>{{"a", SqlType::integer()}, {"b", SqlType::string()}};
  return kColumns;
}

TEST(JsonDecode, MatchesFieldsByNameInAnyOrder) {
  EXPECT_EQ(rows(ab(),
                 "{\"a\":1,\"b\":\"x\"}\n"
                 "{\"b\":\"y\",\"a\":2}\n"
                 "{ \"c\" : [1,{\"a\":9}], \"a\" : 3 }\r\n"
                 "{}\n"
                 "{\"A\":4}"),
            "+I[1, x] | +I[2, y] | +I[3, NULL] | +I[NULL, NULL] | +I[NULL, NULL]");
}

TEST(JsonDecode, LooksOnlyAtTheColumnsAskedFor) {
  DecoderRequest request = testing::request_for(ab());
  request.schema = make_schema({{"b", SqlType::string()}});
  EXPECT_EQ(testing::decoded(json(), request, Options(), "{\"a\":\"no number\",\"b\":\"x\"}\n"),
            "+I[x]");
  request.schema = make_schema({});
  const auto decoder = json().decoder(request, Options()).ValueOrDie();
  const auto batches = testing::decode_all(*decoder, "{\"a\":1}\n{}\n", 100).ValueOrDie();
  EXPECT_EQ(batches.at(0).num_rows(), 2);
}

TEST(JsonDecode, ByteOrderMarkBlankLinesAndLineEndsOfBothKindsAreNoRows) {
  EXPECT_EQ(rows(ab(), "\xEF\xBB\xBF{\"a\":1}\r\n\r\n  \n{\"a\":2}\n\n"),
            "+I[1, NULL] | +I[2, NULL]");
  EXPECT_NE(rows(ab(), "\xEF\xBB\xBF\xEF\xBB\xBF{\"a\":1}").find("error: malformed JSON"),
            std::string::npos);
  EXPECT_EQ(rows(ab(), ""), "");
  EXPECT_EQ(rows(ab(), "\n\n"), "");
}

TEST(JsonDecode, OfAFieldThatIsThereTwiceTheLastCounts) {
  EXPECT_EQ(rows(ab(), "{\"a\":1,\"b\":\"long text\",\"a\":2,\"b\":\"s\"}\n{\"a\":3,\"a\":null}\n"),
            "+I[2, s] | +I[NULL, NULL]");
  const SqlType nested = SqlType::row({{"p", SqlType::string()}, {"q", SqlType::integer()}});
  EXPECT_EQ(rows({{"r", nested}},
                 "{\"r\":{\"p\":\"x\",\"q\":1},\"r\":{\"q\":2}}\n{\"r\":{\"p\":\"y\"}}\n"),
            "+I[(NULL, 2)] | +I[(y, NULL)]");
  EXPECT_EQ(rows({{"m", SqlType::map(SqlType::string(), SqlType::integer())}},
                 "{\"m\":{\"k\":1,\"j\":2,\"k\":3}}\n"),
            "+I[{j=2, k=3}]");
}

TEST(JsonDecode, ATopLevelArrayGivesOneRowPerElement) {
  EXPECT_EQ(rows(ab(), "[{\"a\":1},{\"a\":2}]\n[]\n[ {\"a\":3} ]\n"),
            "+I[1, NULL] | +I[2, NULL] | +I[3, NULL]");
}

TEST(JsonDecode, NestedValuesOfEveryDepth) {
  const SqlType item = SqlType::row({{"n", SqlType::string()}, {"p", SqlType::decimal(5, 2)}});
  EXPECT_EQ(rows({{"i", SqlType::array(item)},
                  {"m", SqlType::map(SqlType::string(), SqlType::array(SqlType::integer()))}},
                 "{\"i\":[{\"n\":\"a\",\"p\":1.5},null,{\"p\":2}],\"m\":{\"k\":[1,2],\"l\":[],"
                 "\"m\":null}}\n"
                 "{\"i\":[],\"m\":{}}\n"
                 "{\"i\":null}\n"),
            "+I[[(a, 1.50), NULL, (NULL, 2.00)], {k=[1, 2], l=[], m=NULL}] | +I[[], {}] | "
            "+I[NULL, NULL]");
}

TEST(JsonDecode, AVariantTakesAnyValueInItsOneForm) {
  const SqlType variant = SqlType::variant();
  EXPECT_EQ(one(variant, R"( {"b" : [ 1, 2.50 , 1e3 ], "a":"x\u0041]" } )"),
            R"(+I[{"a":"xA]","b":[1,2.50,1000.0]}])");
  EXPECT_EQ(one(variant, R"("te\/xt")"), R"(+I["te/xt"])");
  EXPECT_EQ(one(variant, " 7 "), "+I[7]");
  EXPECT_EQ(one(variant, "false"), "+I[false]");
  EXPECT_EQ(one(variant, "null"), "+I[NULL]");
  EXPECT_EQ(one(variant, R"({"a":1,"a":null})"), R"(+I[{"a":null}])");
  EXPECT_EQ(one(SqlType::array(variant), R"([{}, null, [ ], "s"])"), R"(+I[[{}, NULL, [], "s"]])");
  EXPECT_NE(one(variant, "[1e999]").find("write numbers in the range of DOUBLE"),
            std::string::npos);
  EXPECT_EQ(one(variant, "[1e999]", {{"ignore-parse-errors", "true"}}), "+I[NULL]");
  EXPECT_NE(one(variant, "[01]").find("error: "), std::string::npos);
}

TEST(JsonDecode, TextKeepsEveryCharacter) {
  EXPECT_EQ(
      one(SqlType::string(), R"("a\"b\\c\/d\u00e9\ud83d\ude00 € plain text beyond 32 bytes")"),
      "+I[a\"b\\c/dé😀 € plain text beyond 32 bytes]");
  EXPECT_EQ(one(SqlType::string(), R"("")"), "+I[]");
  EXPECT_NE(one(SqlType::string(), R"("\ud83d")").find("error: malformed JSON: an escape"),
            std::string::npos);
  EXPECT_NE(one(SqlType::string(), R"("\q")").find("error: malformed JSON: an escape"),
            std::string::npos);
}

TEST(JsonDecode, ATextColumnTakesOtherValuesAsTheyAreWritten) {
  EXPECT_EQ(one(SqlType::string(), "12.50"), "+I[12.50]");
  EXPECT_EQ(one(SqlType::string(), "true"), "+I[true]");
  EXPECT_EQ(one(SqlType::string(), R"({ "a" : [ 1 , "x y" ] })"), R"(+I[{"a":[1,"x y"]}])");
}

TEST(JsonDecode, WholeNumbersAreExactOrAnError) {
  EXPECT_EQ(one(SqlType::bigint(), "9223372036854775807"), "+I[9223372036854775807]");
  EXPECT_EQ(one(SqlType::bigint(), "-9223372036854775808"), "+I[-9223372036854775808]");
  EXPECT_EQ(one(SqlType::integer(), "1e3"), "+I[1000]");
  EXPECT_EQ(one(SqlType::integer(), "2.0"), "+I[2]");
  EXPECT_EQ(one(SqlType::integer(), "1.250e2"), "+I[125]");
  EXPECT_EQ(one(SqlType::integer(), "1200e-2"), "+I[12]");
  EXPECT_EQ(one(SqlType::integer(), "0.0e-99"), "+I[0]");
  EXPECT_EQ(one(SqlType::integer(), "\" 7 \""), "+I[7]");
  EXPECT_EQ(one(SqlType::tinyint(), "-128"), "+I[-128]");
  for (const auto* bad : {"9223372036854775808", "1.5", "1e30", "\"x\"", "\"\"", "true", "{}",
                          "[1]", "1.00000000000000000001", "4e-19", "1.05e1", "2e38"}) {
    EXPECT_NE(one(SqlType::bigint(), bad).find("error: column 'x' needs a value of type BIGINT"),
              std::string::npos)
        << bad;
  }
  EXPECT_EQ(one(SqlType::tinyint(), "128"),
            "error: column 'x' needs a value of type TINYINT, but has \"128\" (t.file, line 1); "
            "write a whole number in the type's range, or declare a wider type");
}

TEST(JsonDecode, NumbersThatJsonDoesNotHaveAreMalformed) {
  for (const auto* bad :
       {"01", "+1", "1.", ".5", "1e", "0x1", "NaN", "Infinity", "nul", "tru", "-", "1 2"}) {
    EXPECT_NE(one(SqlType::float64(), bad).find("error: malformed JSON"), std::string::npos) << bad;
    EXPECT_NE(rows(ab(), "{\"other\":" + std::string(bad) + "}").find("error: malformed JSON"),
              std::string::npos)
        << bad;
  }
}

TEST(JsonDecode, DecimalsNeverPassThroughADouble) {
  EXPECT_EQ(one(SqlType::decimal(38, 18), "12345678901234567890.123456789012345678"),
            "+I[12345678901234567890.123456789012345678]");
  EXPECT_EQ(one(SqlType::decimal(10, 9), "2.7E-8"), "+I[0.000000027]");
  EXPECT_EQ(one(SqlType::decimal(3, 1), "\"0.25\""), "+I[0.3]");
  EXPECT_NE(one(SqlType::decimal(3, 1), "100").find("needs a value of type DECIMAL(3, 1)"),
            std::string::npos);
}

TEST(JsonDecode, DoublesTakeWordsOnlyAsStrings) {
  EXPECT_EQ(one(SqlType::float64(), "1.5e300"), "+I[1.5E300]");
  EXPECT_EQ(one(SqlType::float64(), "\"NaN\""), "+I[NaN]");
  EXPECT_EQ(one(SqlType::float64(), "\"-Infinity\""), "+I[-Infinity]");
  EXPECT_NE(one(SqlType::float64(), "1e999").find("needs a value of type DOUBLE"),
            std::string::npos);
}

TEST(JsonDecode, TimesFollowTheStandardThatIsSet) {
  const SqlType ts = SqlType::timestamp(3);
  const Values iso{{"timestamp-format.standard", "ISO-8601"}};
  EXPECT_EQ(one(ts, "\"2020-01-02 03:04:05.678\""), "+I[2020-01-02 03:04:05.678]");
  EXPECT_EQ(rows({{"x", ts}},
                 "{\"x\":\"2020-01-02 03:04:05.678\"}\n{\"x\":\"2020-01-02 "
                 "03:04:06.1\"}\n{\"x\":\"2020-01-02 03:04:07\"}\n{\"x\":\"2020-01-02 03:04:60\"}"),
            "error: column 'x' needs a value of type TIMESTAMP(3), but has \"2020-01-02 03:04:60\" "
            "(t.file, line 4); write \"yyyy-MM-dd HH:mm:ss.fff\", or set "
            "'json.timestamp-format.standard' = 'ISO-8601'");
  EXPECT_EQ(one(ts, "\"2020-01-02T03:04:05.678\"", iso), "+I[2020-01-02 03:04:05.678]");
  EXPECT_NE(one(ts, "\"2020-01-02T03:04:05\"").find("= 'ISO-8601'"), std::string::npos);
  EXPECT_NE(one(ts, "\"2020-01-02 03:04:05\"", iso).find("error"), std::string::npos);
  EXPECT_EQ(one(ts, "\"0001-01-01 00:00:00\""), "+I[0001-01-01 00:00:00.000]");
  EXPECT_EQ(one(ts, "\"1969-12-31 23:59:59.999\""), "+I[1969-12-31 23:59:59.999]");
  EXPECT_EQ(one(SqlType::date(), "\"2020-02-29\""), "+I[2020-02-29]");
  EXPECT_EQ(one(SqlType::time(), "\"10:00:01\""), "+I[10:00:01]");
  EXPECT_EQ(one(SqlType::timestamp_ltz(3), "\"2020-01-02T03:04:05+01:00\"",
                {{"timestamp-format.standard", "ISO-8601-WITH-OFFSET"}}),
            "+I[2020-01-02 02:04:05.000]");
  EXPECT_EQ(one(SqlType::timestamp_ltz(3), "\"2020-01-02 03:04:05Z\""),
            "+I[2020-01-02 03:04:05.000]");
  EXPECT_NE(one(ts, "5").find("error"), std::string::npos);
}

TEST(JsonDecode, BytesAreBase64) {
  EXPECT_EQ(one(SqlType::bytes(), "\"AP8=\""), one(SqlType::bytes(), "\"AP8=\""));
  EXPECT_EQ(one(SqlType::bytes(), "\"AP8=\"").find("error"), std::string::npos);
  EXPECT_NE(one(SqlType::bytes(), "\"AP8\"").find("error: column 'x' needs a value of type BYTES"),
            std::string::npos);
}

TEST(JsonDecode, ErrorsNameFileLineColumnAndTheTextCut) {
  EXPECT_EQ(
      rows({{"r", SqlType::row({{"n", SqlType::integer()}})}},
           "{\"r\":{\"n\":1}}\n\n{\"r\":{\"n\":\"" + std::string(100, 'z') + "\"}}\n"),
      "error: column 'r.n' needs a value of type INT, but has \"" + std::string(60, 'z') +
          "\"… (t.file, line 3); write a whole number in the type's range, or declare a wider "
          "type");
  EXPECT_EQ(rows(ab(), "{\"a\":1}\n{\"a\":1,\"b\":\"x\" \"c\":2}\n"),
            "error: malformed JSON: expected ',' or '}' at byte 16, in or after field 'b': "
            "\"\"c\":2}\" (t.file, line 2)");
}

TEST(JsonDecode, ALineThatBreaksOffIsAnErrorOfThatLine) {
  for (const auto* bad : {"{\"a\":1", "{\"a\":", "{\"a\"", "{", "[{\"a\":1}", "{\"a\":[1,2",
                          "{\"c\":{\"d\":[", "{\"a\":1,"}) {
    const std::string message =
        rows(ab(), "{\"a\":0}\n" + std::string(bad) + "\n{\"a\":2}\n}\n]}\n");
    EXPECT_NE(message.find("line 2)"), std::string::npos) << bad << ": " << message;
  }
  EXPECT_NE(rows(ab(), "{\"a\":1,\"b\":\"x").find("a string does not end"), std::string::npos);
  EXPECT_NE(rows(ab(), "{\"b\":\"x\n\"}\n").find("line 1)"), std::string::npos);
}

TEST(JsonDecode, AnObjectOverTwoLinesIsNoLine) {
  EXPECT_NE(rows(ab(), "{\"a\":\n1}\n").find("line 1)"), std::string::npos);
  EXPECT_NE(rows(ab(), "{\"a\":1} {\"a\":2}\n").find("expected the end of the line"),
            std::string::npos);
  EXPECT_NE(rows(ab(), "12\n").find("expected an object"), std::string::npos);
}

TEST(JsonDecode, InvalidUtf8NamesTheField) {
  EXPECT_EQ(rows(ab(), "{\"a\":1}\n{\"a\":2,\"b\":\"x\xff\"}\n"),
            "error: column 'b' needs valid UTF-8, but has \"x\\xff\" (t.file, line 2)");
  EXPECT_NE(rows(ab(), "{\"c\":\"\xff\"}\n").find("JSON must be valid UTF-8"), std::string::npos);
}

TEST(JsonDecode, TenThousandLevelsAreAnErrorNotACrash) {
  const std::string deep(10'000, '[');
  const std::string closed = deep + std::string(10'000, ']');
  EXPECT_NE(rows(ab(), "{\"c\":" + closed + "}").find("nested deeper than 1000 levels"),
            std::string::npos);
  EXPECT_NE(rows(ab(), "{\"b\":" + closed + "}").find("nested deeper than 1000 levels"),
            std::string::npos);
  EXPECT_NE(rows(ab(), deep).find("error: malformed JSON"), std::string::npos);
  const std::string fine(900, '[');
  EXPECT_EQ(rows(ab(), "{\"a\":1,\"c\":" + fine + std::string(900, ']') + "}"), "+I[1, NULL]");
}

TEST(JsonDecode, IgnoringErrorsNullsFieldsAndSkipsRows) {
  DecoderRequest request = testing::request_for(ab());
  testing::CounterMap counters;
  request.counter = [&](std::string_view name) -> Counter& { return counters[name]; };
  const auto decoder =
      json().decoder(request, Options(Values{{"ignore-parse-errors", "true"}})).ValueOrDie();
  const auto batches =
      testing::decode_all(
          *decoder,
          "{\"a\":\"x\",\"b\":\"1\"}\n{\"a\":2,\n{\"a\":{\"z\":[1]},\"b\":\"3\"}\n\"unclosed\n"
          "{\"b\":\"\xff\"}\n{\"a\":6}\n",
          1000)
          .ValueOrDie();
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].to_text(), "+I[NULL, 1] | +I[NULL, 3] | +I[6, NULL]");
  EXPECT_EQ(counters.value("rows_skipped"), 3);
  EXPECT_EQ(counters.value("fields_set_to_null"), 2);
}

TEST(JsonDecode, MissingFieldsAreNullUnlessTheyMustBeThere) {
  EXPECT_EQ(rows(ab(), "{\"b\":\"x\"}\n", {{"fail-on-missing-field", "true"}}),
            "error: column 'a' is required, but the record has no value for it: \"{\"b\":\"x\"}\" "
            "(t.file, line 1)");
  EXPECT_EQ(rows(ab(), "{\"a\":null,\"b\":\"x\"}\n", {{"fail-on-missing-field", "true"}}),
            "+I[NULL, x]");
  EXPECT_NE(
      rows({{"a", SqlType::integer().not_null()}}, "{\"a\":null}\n").find("declared NOT NULL"),
      std::string::npos);
  EXPECT_NE(rows(ab(), "", {{"fail-on-missing-field", "true"}, {"ignore-parse-errors", "true"}})
                .find("cannot both be 'true'"),
            std::string::npos);
}

TEST(JsonDecode, KeysWithEscapesAndLongKeysAreFound) {
  const std::string longer(100, 'k');
  EXPECT_EQ(rows({{"a", SqlType::integer()},
                  {longer, SqlType::integer()},
                  {longer + "2", SqlType::integer()}},
                 "{\"\\u0061\":1,\"" + longer + "\":2,\"" + longer + "2\":3}\n{\"\\u0061\":4,\"" +
                     longer + "2\":5,\"" + longer + "\":6}\n"),
            "+I[1, 2, 3] | +I[4, 6, 5]");
}

TEST(JsonDecode, ABatchHasAtMost4096RowsAndAHugeLineTravelsAlone) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "{\"a\":" + std::to_string(i) + "}\n";
  text += "{\"b\":\"" + std::string(100 << 20, 'x') + "\"}\n{\"a\":1}";
  const auto decoder = json().decoder(testing::request_for(ab()), Options()).ValueOrDie();
  const auto batches = testing::decode_all(*decoder, text, 1 << 20).ValueOrDie();
  int64_t sum = 0;
  int64_t total = 0;
  for (const Batch& batch : batches) {
    EXPECT_LE(batch.num_rows(), kBatchRowsMax);
    total += batch.num_rows();
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      if (!batch.column(0)->is_null(i)) sum += batch.column(0)->value<int32_t>(i);
      if (batch.column(1)->is_null(i)) continue;
      EXPECT_EQ(batch.num_rows(), 1);
      EXPECT_EQ(batch.column(1)->value<std::string_view>(i).size(), size_t{100} << 20);
    }
  }
  EXPECT_EQ(total, 10'002);
  EXPECT_EQ(sum, 49'995'001);
}

TEST(JsonDecode, AMessageMayHaveLineBreaks) {
  const auto decoder = json().decoder(testing::request_for(ab()), Options()).ValueOrDie();
  ASSERT_TRUE(decoder->decode_record("{\n \"a\": 1\n}", {.origin = "topic"}).ok());
  ASSERT_TRUE(decoder->decode_record("[{\"a\":2},{\"a\":3}]", {.origin = "topic"}).ok());
  EXPECT_EQ(decoder->take().ValueOrDie().to_text(), "+I[1, NULL] | +I[2, NULL] | +I[3, NULL]");
  EXPECT_FALSE(decoder->decode_record("{", {.origin = "topic-0-17"}).ok());
}

std::string again(std::vector<SqlField> columns, std::string_view text,
                  const Values& options = {}) {
  const DecoderRequest request = testing::request_for(std::move(columns));
  const auto decoder = json().decoder(request, Options(options)).ValueOrDie();
  const auto batches = testing::decode_all(*decoder, text, text.size() + 1).ValueOrDie();
  const auto encoder = json().encoder(request.schema, Options(options)).ValueOrDie();
  std::string out;
  for (const Batch& batch : batches) {
    if (Status status = encoder->encode(batch, out); !status.ok()) return status.message();
  }
  return out;
}

TEST(JsonEncode, EveryTypeReadsBackAsItWasWritten) {
  const SqlType nested = SqlType::row({{"p", SqlType::array(SqlType::smallint())},
                                       {"q", SqlType::map(SqlType::string(), SqlType::date())}});
  const std::vector<SqlField> columns = {{"b", SqlType::boolean()},
                                         {"i", SqlType::tinyint()},
                                         {"l", SqlType::bigint()},
                                         {"d", SqlType::float64()},
                                         {"f", SqlType::float32()},
                                         {"n", SqlType::decimal(20, 3)},
                                         {"s", SqlType::string()},
                                         {"y", SqlType::bytes()},
                                         {"dt", SqlType::date()},
                                         {"tm", SqlType::time(3)},
                                         {"ts", SqlType::timestamp(3)},
                                         {"tz", SqlType::timestamp_ltz(6)},
                                         {"r", nested}};
  const std::string text =
      "{\"b\":true,\"i\":-5,\"l\":9007199254740993,\"d\":0.1,\"f\":1.5,"
      "\"n\":12345678901234567.890,\"s\":\"q\\\"\\\\\\n€\",\"y\":\"AP8=\","
      "\"dt\":\"1969-12-31\",\"tm\":\"10:00:00.5\",\"ts\":\"2020-01-01 00:00:00.12\","
      "\"tz\":\"2020-01-01 00:00:00Z\",\"r\":{\"p\":[1,null],\"q\":{\"k\":\"2020-02-29\"}}}\n"
      "{\"b\":null,\"i\":null,\"l\":null,\"d\":\"NaN\",\"f\":\"-Infinity\",\"n\":null,"
      "\"s\":\"\",\"y\":\"\",\"dt\":null,\"tm\":null,\"ts\":null,\"tz\":null,"
      "\"r\":{\"p\":[],\"q\":null}}\n";
  EXPECT_EQ(again(columns, text), text);
}

TEST(JsonEncode, YearsOfMoreThanFourDigitsKeepTheirSign) {
  const std::string text =
      "{\"d\":\"+12020-01-01\",\"t\":\"+10000-01-01 00:00:00\"}\n"
      "{\"d\":\"-0044-03-15\",\"t\":\"9999-12-31 23:59:59.999\"}\n";
  EXPECT_EQ(again({{"d", SqlType::date()}, {"t", SqlType::timestamp(3)}}, text), text);
  // The first and the last nanosecond that 64 bits hold.
  const std::string ends =
      "{\"t\":\"1677-09-21 00:12:43.145224192\"}\n{\"t\":\"2262-04-11 23:47:16.854775807\"}\n";
  EXPECT_EQ(again({{"t", SqlType::timestamp(9)}}, ends), ends);
}

TEST(JsonEncode, AVariantIsTheValueItself) {
  const std::vector<SqlField> columns = {{"v", SqlType::variant()},
                                         {"l", SqlType::array(SqlType::variant())}};
  const std::string text = R"({"v":{"a":[1,"x",1.0E10]},"l":["\"",{},null]})"
                           "\n"
                           R"({"v":null,"l":null})"
                           "\n";
  EXPECT_EQ(again(columns, text), text);
}

TEST(JsonEncode, OptionsChangeTimesAndNulls) {
  EXPECT_EQ(again({{"t", SqlType::timestamp(3)}}, "{\"t\":\"2020-01-01T00:00:00.1\"}",
                  {{"timestamp-format.standard", "ISO-8601"}}),
            "{\"t\":\"2020-01-01T00:00:00.1\"}\n");
  EXPECT_EQ(again(ab(), "{\"b\":\"x\"}\n{}", {{"encode.ignore-null-fields", "true"}}),
            "{\"b\":\"x\"}\n{}\n");
}

TEST(JsonSchema, MapsNeedTextKeys) {
  EXPECT_FALSE(
      json()
          .check(*make_schema({{"m", SqlType::map(SqlType::integer(), SqlType::integer())}}),
                 Options())
          .ok());
  EXPECT_TRUE(json()
                  .check(*make_schema({{"m", SqlType::map(SqlType::string(), SqlType::integer())}}),
                         Options())
                  .ok());
}

}  // namespace
}  // namespace hw
