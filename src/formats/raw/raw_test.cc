// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "formats/testing/decoded.h"
#include "runtime/format_catalogue.h"

namespace hw {

void register_raw(FormatCatalogue& catalogue);

namespace {

using Values = std::map<std::string, std::string>;

const FormatRecord& raw() {
  static const FormatCatalogue& catalogue = *[] {
    auto* made = new FormatCatalogue();
    register_raw(*made);
    return made;
  }();
  return *catalogue.find("raw");
}

std::string rows(const SqlType& type, std::string_view text, const Values& options = {}) {
  return testing::decoded(raw(), testing::request_for({{"x", type}}), Options(options), text);
}

TEST(Raw, TextIsReadLineByLine) {
  EXPECT_EQ(rows(SqlType::string(), "a b\n\nc\r\nlast"), "+I[a b] | +I[] | +I[c] | +I[last]");
  EXPECT_EQ(rows(SqlType::string(), ""), "");
  EXPECT_NE(rows(SqlType::string(), "ok\n\xff\n").find("(t.file, line 2); declare it as BYTES"),
            std::string::npos);
}

TEST(Raw, NumbersHaveTheBytesOfTheirType) {
  EXPECT_EQ(rows(SqlType::integer(), std::string_view("\0\0\0\1\xff\xff\xff\xff", 8)),
            "+I[1] | +I[-1]");
  EXPECT_EQ(
      rows(SqlType::smallint(), std::string_view("\1\0", 2), {{"endianness", "little-endian"}}),
      "+I[1]");
  EXPECT_NE(rows(SqlType::bigint(), "abc").find("has 8 bytes, but there are 3"), std::string::npos);
}

TEST(Raw, WritesWhatItReads) {
  for (const SqlType& type :
       {SqlType::string(), SqlType::boolean(), SqlType::tinyint(), SqlType::smallint(),
        SqlType::integer(), SqlType::bigint(), SqlType::float32(), SqlType::float64()}) {
    const std::string text = type.is_text() ? "one line\n" : std::string(8, '\1');
    const DecoderRequest request = testing::request_for({{"x", type}});
    const auto decoder = raw().decoder(request, Options()).ValueOrDie();
    const auto batches = testing::decode_all(*decoder, text, 100).ValueOrDie();
    std::string out;
    ASSERT_TRUE(
        raw().encoder(request.schema, Options()).ValueOrDie()->encode(batches.at(0), out).ok());
    EXPECT_EQ(out, text) << type.to_sql();
  }
}

std::string written(const SqlType& type, const std::string& rows) {
  const SchemaPtr schema = make_schema({{"x", type}});
  std::string out;
  const Status status = raw()
                            .encoder(schema, Options())
                            .ValueOrDie()
                            ->encode(parse_batch(schema, rows).ValueOrDie(), out);
  return status.ok() ? out : status.message();
}

TEST(Raw, RefusesToWriteWhatWouldReadBackDifferently) {
  EXPECT_EQ(written(SqlType::string(), "+ 'a\rb' | + ''"), "a\rb\n\n");
  EXPECT_EQ(
      written(SqlType::string(), "+ ok | + null"),
      "the raw format has no bytes for NULL, but column 'x' is NULL in a row; give it a value "
      "with COALESCE, or filter such rows out before");
  EXPECT_NE(written(SqlType::integer(), "+ null").find("no bytes for NULL"), std::string::npos);
  EXPECT_NE(written(SqlType::string(), "+ 'two\nlines'").find("is one line, but column 'x' has"),
            std::string::npos);
  EXPECT_NE(written(SqlType::string(), "+ 'end\r'").find("ends with a line break"),
            std::string::npos);
}

TEST(Raw, HasOneColumnOfASimpleType) {
  EXPECT_FALSE(
      raw()
          .check(*make_schema({{"a", SqlType::string()}, {"b", SqlType::string()}}), Options())
          .ok());
  EXPECT_FALSE(raw().check(*make_schema({{"a", SqlType::date()}}), Options()).ok());
  EXPECT_TRUE(raw().check(*make_schema({{"a", SqlType::bytes()}}), Options()).ok());
  EXPECT_TRUE(
      raw()
          .check(*make_schema({{"a", SqlType::string()}}), Options(Values{{"charset", "latin1"}}))
          .IsNotImplemented());
}

TEST(Raw, AMessageIsAValue) {
  const auto decoder =
      raw().decoder(testing::request_for({{"x", SqlType::string()}}), Options()).ValueOrDie();
  ASSERT_TRUE(decoder->decode_record("two\nlines", {.origin = "m"}).ok());
  EXPECT_EQ(decoder->take().ValueOrDie().to_text(), "+I[two\nlines]");
}

}  // namespace
}  // namespace hw
