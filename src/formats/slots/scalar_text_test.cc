// SPDX-License-Identifier: Apache-2.0

#include "formats/slots/scalar_text.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "columnar/text/json_text.h"

namespace hw::scalar_text {
namespace {

std::string whole(std::string_view text) {
  int64_t value = 0;
  return parse_int64(text, &value) ? std::to_string(value) : "no";
}

std::string decimal(std::string_view text, int precision, int scale) {
  Unscaled value = 0;
  if (!parse_decimal(text, {precision, scale}, &value)) return "no";
  const bool negative = value < 0;
  std::string digits;
  for (Unscaled v = negative ? -value : value; v > 0; v /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(v % 10)));
  }
  return (negative ? "-" : "") + (digits.empty() ? "0" : digits);
}

std::string timestamp(std::string_view text, const TimestampShape& shape) {
  int64_t value = 0;
  return parse_timestamp(text, shape, &value) ? std::to_string(value) : "no";
}

std::string date(std::string_view text) {
  int32_t value = 0;
  return parse_date(text, &value) ? std::to_string(value) : "no";
}

TEST(ScalarText, WholeNumbersFit64Bits) {
  EXPECT_EQ(whole("-12"), "-12");
  EXPECT_EQ(whole("+3"), "3");
  EXPECT_EQ(whole("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(whole("9223372036854775808"), "no");
  EXPECT_EQ(whole("1x"), "no");
  EXPECT_EQ(whole("+-1"), "no");
  EXPECT_EQ(whole(""), "no");
  EXPECT_EQ(whole("1.0"), "no");
}

TEST(ScalarText, DoublesOutOfRangeAreNoInfinity) {
  double value = 0;
  EXPECT_TRUE(parse_double("1.7976931348623157e308", &value));
  EXPECT_EQ(value, std::numeric_limits<double>::max());
  EXPECT_FALSE(parse_double("1e999", &value));
  EXPECT_FALSE(parse_double("-1e999", &value));
  EXPECT_TRUE(parse_double("1e-999", &value));
  EXPECT_EQ(value, 0);
  EXPECT_TRUE(parse_double("-Infinity", &value));
  EXPECT_TRUE(std::isinf(value));
  EXPECT_TRUE(parse_double("NaN", &value));
  EXPECT_TRUE(std::isnan(value));
  EXPECT_FALSE(parse_double("inf", &value));
  EXPECT_FALSE(parse_double("nan", &value));
  EXPECT_FALSE(parse_double("0x10", &value));
  EXPECT_FALSE(parse_double("1,5", &value));
  float narrow = 0;
  EXPECT_FALSE(parse_float("1e39", &narrow));
  EXPECT_TRUE(parse_float("1e-60", &narrow));
}

TEST(ScalarText, DecimalsAreExactAndRoundHalfUp) {
  EXPECT_EQ(decimal("12.345", 10, 3), "12345");
  EXPECT_EQ(decimal("2.7E-8", 10, 9), "27");
  EXPECT_EQ(decimal("1e3", 10, 2), "100000");
  EXPECT_EQ(decimal("0.005", 10, 2), "1");
  EXPECT_EQ(decimal("-0.005", 10, 2), "-1");
  EXPECT_EQ(decimal("0.0049", 10, 2), "0");
  EXPECT_EQ(decimal("99999999999999999999999999999999999999", 38, 0),
            "99999999999999999999999999999999999999");
  EXPECT_EQ(decimal("100", 2, 0), "no");
  EXPECT_EQ(decimal("99.5", 2, 0), "no");
  EXPECT_EQ(decimal("1e99999999999", 38, 0), "no");
  // One digit too many, where ten times the digits so far does not fit 128 bits either.
  EXPECT_EQ(decimal("2e38", 38, 0), "no");
  EXPECT_EQ(decimal("-99999999999999999999999999999999999999.5", 38, 0), "no");
  EXPECT_EQ(decimal("340282366920938463463374607431768211457", 38, 0), "no");
  EXPECT_EQ(decimal("0e99999999999", 38, 0), "0");
  EXPECT_EQ(decimal("1e-99999999999", 38, 0), "0");
  EXPECT_EQ(decimal(".", 5, 0), "no");
  EXPECT_EQ(decimal("1e", 5, 0), "no");
  EXPECT_EQ(decimal("0.1234567890123456789012345678901234567", 38, 37),
            "1234567890123456789012345678901234567");
}

TEST(ScalarText, DatesAreRealDays) {
  EXPECT_EQ(date("1970-01-01"), "0");
  EXPECT_EQ(date("1969-12-31"), "-1");
  EXPECT_EQ(date("2000-02-29"), "11016");
  EXPECT_EQ(date("1900-02-29"), "no");
  EXPECT_EQ(date("2020-13-01"), "no");
  EXPECT_EQ(date("2020-1-1"), "no");
  EXPECT_EQ(date("0001-01-01"), "-719162");
  EXPECT_EQ(date("+10000-01-01"), "2932897");
  EXPECT_EQ(date("10000-01-01"), "no");
  EXPECT_EQ(date("-0001-01-01"), "-719893");
  EXPECT_EQ(date("+999999999-01-01"), "no");
}

TEST(ScalarText, TimestampsHaveTheUnitsOfTheirPrecision) {
  EXPECT_EQ(timestamp("1970-01-01 00:00:01.5", {}), "1500");
  EXPECT_EQ(timestamp("1969-12-31 23:59:59.999", {}), "-1");
  EXPECT_EQ(timestamp("1970-01-01 00:00:00.123456789", {.precision = 9}), "123456789");
  EXPECT_EQ(timestamp("1970-01-01 00:00:00.123456789", {.precision = 6}), "123456");
  EXPECT_EQ(timestamp("1970-01-01 00:00:00.987", {.precision = 0}), "0");
  EXPECT_EQ(timestamp("+10000-01-01 00:00:00", {}), "253402300800000");
  EXPECT_EQ(timestamp("2300-01-01 00:00:00", {.precision = 9}), "no");
}

TEST(ScalarText, TimestampsAreOfOneShapeOnly) {
  EXPECT_EQ(timestamp("1970-01-01T00:00:00", {}), "no");
  EXPECT_EQ(timestamp("1970-01-01 00:00", {}), "no");
  EXPECT_EQ(timestamp("1970-01-01 00:00:00Z", {}), "no");
  EXPECT_EQ(timestamp("1970-01-01 24:00:00", {}), "no");
  EXPECT_EQ(timestamp("1970-01-01 00:00:00.", {}), "no");
  const TimestampShape iso{.separator = 'T', .seconds_optional = true};
  EXPECT_EQ(timestamp("1970-01-01T00:01", iso), "60000");
  const TimestampShape zulu{.zone = TimestampShape::Zone::kZ};
  EXPECT_EQ(timestamp("1970-01-01 00:00:00Z", zulu), "0");
  EXPECT_EQ(timestamp("1970-01-01 00:00:00", zulu), "no");
  EXPECT_EQ(timestamp("1970-01-01 00:00:00+01:00", zulu), "no");
  const TimestampShape offset{.separator = 'T', .zone = TimestampShape::Zone::kOffset};
  EXPECT_EQ(timestamp("1970-01-01T01:00:00+01:00", offset), "0");
  EXPECT_EQ(timestamp("1970-01-01T00:00:00-00:30", offset), "1800000");
}

TEST(ScalarText, Base64GoesBothWays) {
  for (const std::string bytes : {"", "a", "ab", "abc", "\xff\xfe\x00z"}) {
    std::string text;
    std::string back;
    append_base64(bytes, text);
    ASSERT_TRUE(decode_base64(text, &back)) << text;
    EXPECT_EQ(back, bytes);
  }
  std::string out;
  EXPECT_FALSE(decode_base64("abc", &out));
  EXPECT_FALSE(decode_base64("a=bc", &out));
  EXPECT_FALSE(decode_base64("ab c", &out));
}

TEST(ScalarText, InvalidUtf8IsFound) {
  EXPECT_EQ(find_invalid_utf8("Größe €😀"), -1);
  EXPECT_EQ(find_invalid_utf8("ab\xff"), 2);
  EXPECT_EQ(find_invalid_utf8("\xc0\x80"), 0);
  EXPECT_EQ(find_invalid_utf8("\xed\xa0\x80"), 0);
  EXPECT_EQ(find_invalid_utf8("\xf4\x90\x80\x80"), 0);
  EXPECT_EQ(find_invalid_utf8("a\xe2\x82"), 1);
}

TEST(ScalarText, MessagesShowTextCutAndPrintable) {
  EXPECT_EQ(quoted_cut("a\tb\xff"), "\"a\\x09b\\xff\"");
  EXPECT_EQ(quoted_cut("ä"), "\"ä\"");
  EXPECT_EQ(quoted_cut(std::string(100, 'x')), "\"" + std::string(60, 'x') + "\"…");
}

}  // namespace
}  // namespace hw::scalar_text
