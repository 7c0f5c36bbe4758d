// SPDX-License-Identifier: Apache-2.0
//
// Integers, floats, decimals, dates and times, intervals: text to value and back.

#include <cmath>
#include <limits>
#include <string>

#include <arrow/util/decimal.h>
#include <gtest/gtest.h>

#include "columnar/text/decimal.h"
#include "columnar/text/float.h"
#include "columnar/text/integer.h"
#include "columnar/text/interval.h"
#include "columnar/text/json_text.h"
#include "columnar/text/parse_error.h"
#include "columnar/text/text_length.h"
#include "columnar/text/timestamp.h"

namespace hw {
namespace {

constexpr auto kOk = ParseOutcome::kOk;
constexpr auto kMalformed = ParseOutcome::kMalformed;
constexpr auto kOutOfRange = ParseOutcome::kOutOfRange;

template <typename F, typename... Args>
std::string printed(F append, Args... args) {
  std::string out;
  append(args..., out);
  return out;
}

TEST(IntegerTextTest, TrimsCutsFractionsAndChecksTheRange) {
  int64_t value = 0;
  const auto parse = [&](std::string_view text) { return parse_integer(text, value); };
  EXPECT_EQ(parse("  42\t"), kOk);
  EXPECT_EQ(value, 42);
  EXPECT_EQ(parse("-1.9"), kOk);
  EXPECT_EQ(value, -1);
  EXPECT_EQ(parse("+.5"), kOk);
  EXPECT_EQ(value, 0);
  EXPECT_EQ(parse("-9223372036854775808"), kOk);
  EXPECT_EQ(value, std::numeric_limits<int64_t>::min());
  EXPECT_EQ(parse("9223372036854775807"), kOk);
  EXPECT_EQ(parse("9223372036854775808"), kOutOfRange);
  EXPECT_EQ(parse("-99999999999999999999999"), kOutOfRange);
  for (const char* text : {"", " ", "-", ".", "+.", "1e3", "1 2", "0x1", "1.2.3", "--1", "１"}) {
    EXPECT_EQ(parse(text), kMalformed) << text;
  }
}

TEST(BooleanTextTest, WordsInAnyCase) {
  bool value = false;
  for (const char* text : {"t", "TRUE", "Y", "yes", " 1 "}) {
    EXPECT_EQ(parse_boolean(text, value), kOk);
    EXPECT_TRUE(value) << text;
  }
  for (const char* text : {"F", "false", "n", "NO", "0"}) {
    EXPECT_EQ(parse_boolean(text, value), kOk);
    EXPECT_FALSE(value) << text;
  }
  for (const char* text : {"", "2", "tr", "truee"}) {
    EXPECT_EQ(parse_boolean(text, value), kMalformed);
  }
}

TEST(FloatTextTest, PrintsAsJavaDoes) {
  const auto print = [](double value) { return printed(append_double, value); };
  EXPECT_EQ(print(0.0), "0.0");
  EXPECT_EQ(print(-0.0), "-0.0");
  EXPECT_EQ(print(1), "1.0");
  EXPECT_EQ(print(100), "100.0");
  EXPECT_EQ(print(0.1), "0.1");
  EXPECT_EQ(print(-1.5), "-1.5");
  EXPECT_EQ(print(0.001), "0.001");
  EXPECT_EQ(print(0.0001), "1.0E-4");
  EXPECT_EQ(print(0.00123), "0.00123");
  EXPECT_EQ(print(1234567), "1234567.0");
  EXPECT_EQ(print(9999999.5), "9999999.5");
  EXPECT_EQ(print(1e7), "1.0E7");
  EXPECT_EQ(print(12345678.9), "1.23456789E7");
  EXPECT_EQ(print(1e10), "1.0E10");
  EXPECT_EQ(print(std::numeric_limits<double>::max()), "1.7976931348623157E308");
  EXPECT_EQ(print(std::numeric_limits<double>::denorm_min()), "4.9E-324");
  EXPECT_EQ(print(std::nan("")), "NaN");
  EXPECT_EQ(print(-std::numeric_limits<double>::infinity()), "-Infinity");
  EXPECT_EQ(print(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(printed(append_float, 0.1f), "0.1");
  EXPECT_EQ(printed(append_float, 1e10f), "1.0E10");
  EXPECT_EQ(printed(append_float, 16777216.0f), "1.6777216E7");
}

TEST(FloatTextTest, ReadsWhatJavaReads) {
  double value = 0;
  const auto parse = [&](std::string_view text) {
    EXPECT_EQ(parse_double(text, value), kOk) << text;
    return value;
  };
  EXPECT_EQ(parse(" 1.5 "), 1.5);
  EXPECT_EQ(parse("1e3"), 1000);
  EXPECT_EQ(parse("1E-3d"), 0.001);
  EXPECT_EQ(parse("2f"), 2);
  EXPECT_EQ(parse("+.5"), 0.5);
  EXPECT_EQ(parse("5."), 5);
  EXPECT_TRUE(std::isnan(parse("NaN")));
  EXPECT_EQ(parse("-Infinity"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse("-1e999"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse("1e-999"), 0);
  EXPECT_EQ(parse("0.000" + std::string(400, '0') + "1"), 0);
  EXPECT_EQ(parse(std::string(400, '9')), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::signbit(parse("-0")));
  for (const char* text : {"", "nan", "inf", "e3", "1e", "1x", "- 1", "1 2", "d", "."}) {
    EXPECT_EQ(parse_double(text, value), kMalformed) << text;
  }
  float small = 0;
  EXPECT_EQ(parse_float("1e39", small), kOk);
  EXPECT_EQ(small, std::numeric_limits<float>::infinity());
}

TEST(FloatTextTest, DigitsReadBackAsTheSameNumber) {
  uint64_t bits = 0x9e3779b97f4a7c15;
  for (int i = 0; i < 20'000; ++i) {
    bits ^= bits << 13;
    bits ^= bits >> 7;
    bits ^= bits << 17;
    double number = 0;
    std::memcpy(&number, &bits, sizeof(number));
    if (!std::isfinite(number)) continue;
    double back = 0;
    ASSERT_EQ(parse_double(printed(append_double, number), back), kOk);
    ASSERT_EQ(back, number);
  }
}

arrow::Decimal128 unscaled(const char* digits) { return arrow::Decimal128(digits); }

TEST(DecimalTextTest, PrintsPlainWithItsScale) {
  const auto print = [](const char* digits, int scale) {
    std::string out;
    append_decimal(unscaled(digits), scale, out);
    return out;
  };
  EXPECT_EQ(print("150", 2), "1.50");
  EXPECT_EQ(print("-5", 3), "-0.005");
  EXPECT_EQ(print("0", 0), "0");
  EXPECT_EQ(print("0", 4), "0.0000");
  EXPECT_EQ(print("99999999999999999999999999999999999999", 0),
            "99999999999999999999999999999999999999");
  EXPECT_EQ(print("-99999999999999999999999999999999999999", 38),
            "-0.99999999999999999999999999999999999999");
  EXPECT_EQ(print("10000000000000000000000000000000000000", 19),
            "1000000000000000000.0000000000000000000");
  EXPECT_EQ(print("18446744073709551616", 1), "1844674407370955161.6");
}

TEST(DecimalTextTest, PrintsAsBigDecimalWithoutTrailingZeros) {
  const auto print = [](const char* digits, int scale) {
    std::string out;
    append_decimal_scientific(unscaled(digits), scale, out);
    return out;
  };
  EXPECT_EQ(print("150", 2), "1.5");
  EXPECT_EQ(print("100000", 0), "1E+5");
  EXPECT_EQ(print("12300", 0), "1.23E+4");
  EXPECT_EQ(print("0", 5), "0");
  EXPECT_EQ(print("-1", 6), "-0.000001");
  EXPECT_EQ(print("1", 7), "1E-7");
  EXPECT_EQ(print("12", 8), "1.2E-7");
}

TEST(DecimalTextTest, ReadsExactlyAndRoundsHalfUp) {
  const auto parse = [](std::string_view text, int precision, int scale) -> std::string {
    arrow::Decimal128 value;
    switch (parse_decimal(text, precision, scale, value)) {
      case kOk:
        break;
      case kMalformed:
        return "malformed";
      case kOutOfRange:
        return "out of range";
    }
    std::string out;
    append_decimal(value, scale, out);
    return out;
  };
  EXPECT_EQ(parse("12.345", 5, 2), "12.35");
  EXPECT_EQ(parse("-12.345", 5, 2), "-12.35");
  EXPECT_EQ(parse("12.344999999999999999999999999999999999999999", 5, 2), "12.34");
  EXPECT_EQ(parse(" +1e2 ", 5, 2), "100.00");
  EXPECT_EQ(parse("1.5E-3", 5, 4), "0.0015");
  EXPECT_EQ(parse("000000000000000000000000000000000000000000000000000001", 1, 0), "1");
  EXPECT_EQ(parse("0.00000000000000000000000000000000000000000000000005", 38, 38),
            "0." + std::string(38, '0'));
  EXPECT_EQ(parse("0." + std::string(38, '0') + "5", 38, 38), "0." + std::string(37, '0') + "1");
  EXPECT_EQ(parse("0.5", 1, 0), "1");
  EXPECT_EQ(parse("0.49", 1, 0), "0");
  EXPECT_EQ(parse("999.995", 5, 2), "out of range");
  EXPECT_EQ(parse("999.994", 5, 2), "999.99");
  EXPECT_EQ(parse("99999999999999999999999999999999999999", 38, 0),
            "99999999999999999999999999999999999999");
  EXPECT_EQ(parse("100000000000000000000000000000000000000", 38, 0), "out of range");
  EXPECT_EQ(parse("1e4000000000000000000", 38, 0), "out of range");
  EXPECT_EQ(parse("1e-4000000000000000000", 38, 0), "0");
  EXPECT_EQ(parse("0e999", 5, 2), "0.00");
  EXPECT_EQ(parse(std::string(1000, '9'), 38, 0), "out of range");
  for (const char* text : {"", ".", "-", "1.2.3", "e5", "1e", "NaN", "1f", "1 0"}) {
    EXPECT_EQ(parse(text, 5, 2), "malformed") << text;
  }
}

TEST(DecimalTextTest, RescalesHalfUpOrRefuses) {
  const auto rescale = [](const char* digits, int from, int precision, int to) -> std::string {
    arrow::Decimal128 value;
    if (!rescale_decimal(unscaled(digits), from, precision, to, value)) return "too large";
    std::string out;
    append_decimal(value, to, out);
    return out;
  };
  EXPECT_EQ(rescale("125", 3, 5, 2), "0.13");
  EXPECT_EQ(rescale("-125", 3, 5, 2), "-0.13");
  EXPECT_EQ(rescale("124", 3, 5, 2), "0.12");
  EXPECT_EQ(rescale("-25", 1, 1, 0), "-3");
  EXPECT_EQ(rescale("999", 2, 3, 2), "9.99");
  EXPECT_EQ(rescale("999", 0, 3, 1), "too large");
  EXPECT_EQ(rescale("995", 2, 2, 1), "too large");
  EXPECT_EQ(rescale("99999999999999999999999999999999999999", 0, 38, 0),
            "99999999999999999999999999999999999999");
  EXPECT_EQ(rescale("99999999999999999999999999999999999999", 38, 38, 0), "1");
  EXPECT_EQ(rescale("99999999999999999999999999999999999999", 0, 38, 38), "too large");
  EXPECT_EQ(rescale("0", 0, 38, 38), "0." + std::string(38, '0'));
}

std::string date_text(int64_t days) { return printed(append_date, days); }

TEST(DateTextTest, YearsHaveFourDigits) {
  EXPECT_EQ(date_text(0), "1970-01-01");
  EXPECT_EQ(date_text(-719'528), "0000-01-01");
  EXPECT_EQ(date_text(-719'529), "-0001-12-31");
  EXPECT_EQ(date_text(2'932'897), "10000-01-01");
}

TEST(DateTextTest, MonthAndDayMayBeMissingAndTheRestIsIgnored) {
  int32_t days = 0;
  const auto parse = [&](std::string_view text) {
    EXPECT_EQ(parse_date(text, days), kOk) << text;
    return date_text(days);
  };
  EXPECT_EQ(parse("2020"), "2020-01-01");
  EXPECT_EQ(parse("2020-5"), "2020-05-01");
  EXPECT_EQ(parse("2020-2-3"), "2020-02-03");
  EXPECT_EQ(parse(" 2020-02-29 25:99 "), "2020-02-29");
  EXPECT_EQ(parse("0-1-1"), "0000-01-01");
  EXPECT_EQ(parse("9999-12-31"), "9999-12-31");
  for (const char* text : {"2021-02-29", "2020-13-01", "2020-00-01", "2020-01-00", "10000-01-01"}) {
    EXPECT_EQ(parse_date(text, days), kOutOfRange) << text;
  }
  for (const char* text : {"", "x", "2020-", "2020-1-", "2020-1-1-1", "2020/01/01", "-1-1-1",
                           "2020-01-01T00:00:00", "2020-001-01"}) {
    EXPECT_EQ(parse_date(text, days), kMalformed) << text;
  }
}

TEST(TimeTextTest, PrintsAndReads) {
  const auto print = [](int64_t millis, int precision, Fraction fraction) {
    return printed(append_time, millis, precision, fraction);
  };
  EXPECT_EQ(print(36'000'120, 0, Fraction::kAtLeast1), "10:00:00");
  EXPECT_EQ(print(36'000'120, 3, Fraction::kAtLeast1), "10:00:00.12");
  EXPECT_EQ(print(36'000'000, 3, Fraction::kAtLeast1), "10:00:00.0");
  EXPECT_EQ(print(36'000'000, 3, Fraction::kCut), "10:00:00");
  EXPECT_EQ(print(36'000'129, 2, Fraction::kExact), "10:00:00.12");
  EXPECT_EQ(print(86'399'999, 9, Fraction::kExact), "23:59:59.999");
  int32_t millis = 0;
  const auto parse = [&](std::string_view text, int precision) {
    EXPECT_EQ(parse_time(text, precision, millis), kOk) << text;
    return millis;
  };
  EXPECT_EQ(parse("7", 0), 25'200'000);
  EXPECT_EQ(parse("07:05", 0), 25'500'000);
  EXPECT_EQ(parse("23:59:59.9999", 3), 86'399'999);
  EXPECT_EQ(parse("00:00:00.5", 0), 0);
  EXPECT_EQ(parse_time("24:00:00", 0, millis), kOutOfRange);
  EXPECT_EQ(parse_time("00:60", 0, millis), kOutOfRange);
  for (const char* text : {"", "a", "1:", "1:2:", "1:2:3x", "1:2:3.x", "001:00"}) {
    EXPECT_EQ(parse_time(text, 3, millis), kMalformed) << text;
  }
}

TEST(TimestampTextTest, ExactlyAsManyDigitsAsThePrecision) {
  const auto print = [](int64_t ticks, int precision) {
    return printed(append_timestamp, ticks, precision, Fraction::kExact);
  };
  EXPECT_EQ(print(1'577'836'800'123, 3), "2020-01-01 00:00:00.123");
  EXPECT_EQ(print(1'577'836'800'000, 3), "2020-01-01 00:00:00.000");
  EXPECT_EQ(print(1'577'836'800'123, 1), "2020-01-01 00:00:00.1");
  EXPECT_EQ(print(1'577'836'800'123, 0), "2020-01-01 00:00:00");
  EXPECT_EQ(print(-1, 3), "1969-12-31 23:59:59.999");
  EXPECT_EQ(print(-1, 6), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(print(-1, 9), "1969-12-31 23:59:59.999999999");
  EXPECT_EQ(print(0, 4), "1970-01-01 00:00:00.0000");
  EXPECT_EQ(printed(append_timestamp, int64_t{120}, 3, Fraction::kCut), "1970-01-01 00:00:00.12");
  EXPECT_EQ(printed(append_timestamp, int64_t{0}, 3, Fraction::kCut), "1970-01-01 00:00:00");
  EXPECT_EQ(print(std::numeric_limits<int64_t>::min(), 9), "1677-09-21 00:12:43.145224192");
  EXPECT_EQ(print(253'402'300'800'000, 3), "10000-01-01 00:00:00.000");
  EXPECT_EQ(print(-62'198'755'200'000, 3), "-0001-01-01 00:00:00.000");
}

TEST(TimestampTextTest, ReadsOneOrTwoDigitsAndCutsTheFraction) {
  int64_t ticks = 0;
  const auto parse = [&](std::string_view text, int precision) {
    EXPECT_EQ(parse_timestamp(text, precision, ticks), kOk) << text;
    return printed(append_timestamp, ticks, precision, Fraction::kExact);
  };
  EXPECT_EQ(parse("2020-01-02 03:04:05.6789", 3), "2020-01-02 03:04:05.678");
  EXPECT_EQ(parse("2020-1-2 3:4:5", 0), "2020-01-02 03:04:05");
  EXPECT_EQ(parse(" 2020-01-02 ", 6), "2020-01-02 00:00:00.000000");
  EXPECT_EQ(parse("1969-12-31 23:59:59.9999", 2), "1969-12-31 23:59:59.99");
  EXPECT_EQ(parse("0000-01-01 00:00:00", 3), "0000-01-01 00:00:00.000");
  EXPECT_EQ(parse("9999-12-31 23:59:59.999999", 6), "9999-12-31 23:59:59.999999");
  EXPECT_EQ(parse("2262-04-11 23:47:16.854775807", 9), "2262-04-11 23:47:16.854775807");
  EXPECT_EQ(parse_timestamp("2262-04-11 23:47:16.854775808", 9, ticks), kOutOfRange);
  EXPECT_EQ(parse_timestamp("1600-01-01", 9, ticks), kOutOfRange);
  EXPECT_EQ(parse_timestamp("2021-02-29 00:00:00", 3, ticks), kOutOfRange);
  EXPECT_EQ(parse_timestamp("2020-01-01 24:00:00", 3, ticks), kOutOfRange);
  for (const char* text : {"", "2020", "2020-01", "2020-01-02T03:04:05", "2020-01-02 03:04",
                           "2020-01-02 03:04:05Z", "2020-01-02 x", "x-01-02"}) {
    EXPECT_EQ(parse_timestamp(text, 3, ticks), kMalformed) << text;
  }
}

TEST(TimestampTextTest, PrecisionChangesCutTowardThePast) {
  int64_t out = 0;
  ASSERT_TRUE(change_precision(1'999, 3, 0, out));
  EXPECT_EQ(out, 1'000);
  ASSERT_TRUE(change_precision(-1, 3, 0, out));
  EXPECT_EQ(out, -1'000);
  ASSERT_TRUE(change_precision(-1, 9, 3, out));
  EXPECT_EQ(out, -1);
  ASSERT_TRUE(change_precision(1'234'567'891, 9, 5, out));
  EXPECT_EQ(out, 1'234'560);
  ASSERT_TRUE(change_precision(5, 3, 9, out));
  EXPECT_EQ(out, 5'000'000);
  EXPECT_FALSE(change_precision(std::numeric_limits<int64_t>::max() / 2, 3, 9, out));
}

TEST(IntervalTextTest, SignAlwaysShows) {
  EXPECT_EQ(printed(append_month_interval, 14), "+1-02");
  EXPECT_EQ(printed(append_month_interval, -1), "-0-01");
  EXPECT_EQ(printed(append_month_interval, std::numeric_limits<int32_t>::min()), "-178956970-08");
  EXPECT_EQ(printed(append_day_interval, 93'784'005), "+1 02:03:04.005");
  EXPECT_EQ(printed(append_day_interval, 0), "+0 00:00:00.000");
  EXPECT_EQ(printed(append_day_interval, -1), "-0 00:00:00.001");
  EXPECT_EQ(printed(append_day_interval, std::numeric_limits<int64_t>::min()),
            "-106751991167 07:12:55.808");
  int32_t months = 0;
  EXPECT_EQ(parse_month_interval("-2-10", months), kOk);
  EXPECT_EQ(months, -34);
  EXPECT_EQ(parse_month_interval("7", months), kOk);
  EXPECT_EQ(months, 7);
  EXPECT_EQ(parse_month_interval("1-12", months), kMalformed);
  EXPECT_EQ(parse_month_interval("9999999999", months), kOutOfRange);
  int64_t millis = 0;
  EXPECT_EQ(parse_day_interval("+1 02:03:04.005", millis), kOk);
  EXPECT_EQ(millis, 93'784'005);
  EXPECT_EQ(parse_day_interval("-3", millis), kOk);
  EXPECT_EQ(millis, -3 * 86'400'000);
  EXPECT_EQ(parse_day_interval("x", millis), kMalformed);
}

TEST(TextLengthTest, CountsAndCutsCodePoints) {
  EXPECT_EQ(count_code_points("Größe"), 5);
  EXPECT_EQ(cut_to_code_points("Größe", 3), "Grö");
  EXPECT_EQ(cut_to_code_points("ab", 3), "ab");
  EXPECT_EQ(cut_to_code_points("😀😀", 1), "😀");
  std::string scratch;
  EXPECT_EQ(fit_to_type("ö", SqlType::character(3), scratch), "ö  ");
  EXPECT_EQ(fit_to_type("abcd", SqlType::character(3), scratch), "abc");
  EXPECT_EQ(fit_to_type("abcd", SqlType::varchar(3), scratch), "abc");
  EXPECT_EQ(fit_to_type("a", SqlType::varchar(3), scratch), "a");
  EXPECT_EQ(fit_to_type("a", SqlType::binary(2), scratch), std::string_view("a\0", 2));
  EXPECT_EQ(fit_to_type("abc", SqlType::varbinary(2), scratch), "ab");
}

TEST(TextLengthTest, ValidUtf8) {
  for (const char* text : {"", "abc", "Größe", "\u20ac", "😀", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_valid_utf8(text)) << text;
  }
  for (const char* text : {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\xaf", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "a\xff"}) {
    EXPECT_FALSE(is_valid_utf8(text)) << text;
  }
}

TEST(JsonTextTest, EscapesAndBase64) {
  std::string out;
  append_json_string("a\"b\\c\n\t\x01\x1f/ö", out);
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\t\\u0001\\u001F/ö\"");
  const auto base64 = [](std::string_view bytes) { return printed(append_base64, bytes); };
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe"), "//4=");
}

TEST(ParseErrorTest, NamesTextAndTypeAndCutsLongTexts) {
  EXPECT_EQ(parse_error("abc", SqlType::integer().not_null(), kMalformed).message(),
            "'abc' is not a valid INT");
  EXPECT_EQ(parse_error("300", SqlType::tinyint(), kOutOfRange).message(),
            "'300' is out of the range of TINYINT");
  EXPECT_EQ(quoted_for_message(std::string("a\0\n", 3)), "'a\\x00\\x0a'");
  const std::string longer = quoted_for_message(std::string(1'000'000, 'x'));
  EXPECT_LT(longer.size(), 80u);
  EXPECT_TRUE(longer.ends_with("…"));
}

}  // namespace
}  // namespace hw
