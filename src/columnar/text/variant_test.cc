// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/variant.h"

#include <string>

#include <gtest/gtest.h>

#include "columnar/sql_type.h"
#include "columnar/text/type_text.h"
#include "columnar/type_parser.h"

namespace hw {
namespace {

std::string read(std::string_view json, DuplicateNames duplicates = DuplicateNames::kRefused) {
  std::string value;
  const Status status = VariantReader().read(json, duplicates, value);
  return status.ok() ? value : "error: " + status.message();
}

TEST(VariantTest, EqualValuesHaveEqualBytesHoweverTheyAreWritten) {
  EXPECT_EQ(read(R"( {"b" : [ 1 , 2.50 ] , "a" : null } )"), R"({"a":null,"b":[1,2.50]})");
  EXPECT_EQ(read(R"({"\u0061": "\/"})"), read(R"({"a": "/"})"));
  EXPECT_EQ(read("-0"), "0");
  EXPECT_EQ(read("-0.00"), "0.00");
  EXPECT_EQ(read("1e2"), read("10.0E1"));
  EXPECT_NE(read("1"), read("1.0"));
  EXPECT_EQ(read("[]"), "[]");
  EXPECT_EQ(read("{}"), "{}");
}

TEST(VariantTest, NumbersOfMoreThan38DigitsAreDouble) {
  const std::string nines(38, '9');
  EXPECT_EQ(read(nines), nines);
  EXPECT_EQ(read("-" + nines), "-" + nines);
  EXPECT_EQ(read("1" + std::string(38, '0')), "1.0E38");
  EXPECT_EQ(read("0." + nines), "0." + nines);
  EXPECT_EQ(read("1e400"), "error: the number '1e400' is out of the range of DOUBLE");
  EXPECT_EQ(read("1e-400"), "0.0");
}

TEST(VariantTest, ANameThatStandsTwiceIsRefusedOrTheLastCounts) {
  EXPECT_EQ(read(R"({"a": 1, "b": 2, "a": 3})"), "error: an object has the name 'a' twice");
  EXPECT_EQ(read(R"({"a": 1, "b": 2, "a": 3})", DuplicateNames::kLastCounts), R"({"a":3,"b":2})");
}

TEST(VariantTest, WhatFailsLeavesTheOutputAsItWas) {
  std::string value = "before";
  EXPECT_FALSE(
      VariantReader().read("[1, {\"a\": 1, \"a\": 2}]", DuplicateNames::kRefused, value).ok());
  EXPECT_FALSE(VariantReader().read("[1", DuplicateNames::kRefused, value).ok());
  EXPECT_EQ(value, "before");
}

TEST(VariantTest, PartsAreFoundBehindTextsThatLookLikeStructure) {
  const std::string value = read(R"({"x": "]},\"\\", "y": [[], {}, "}", -1.5], "z\"": true})");
  EXPECT_EQ(variant_member(value, "x"), R"("]},\"\\")");
  EXPECT_EQ(variant_member(value, "z\""), "true");
  EXPECT_EQ(variant_member(value, "z"), std::nullopt);
  const std::string_view array = *variant_member(value, "y");
  EXPECT_EQ(variant_element(array, 1), "[]");
  EXPECT_EQ(variant_element(array, 2), "{}");
  EXPECT_EQ(variant_element(array, 3), "\"}\"");
  EXPECT_EQ(variant_element(array, 4), "-1.5");
  EXPECT_EQ(variant_element(array, 5), std::nullopt);
  EXPECT_EQ(variant_element(array, 0), std::nullopt);
  EXPECT_EQ(variant_element("[]", 1), std::nullopt);
  EXPECT_EQ(variant_member("{}", "x"), std::nullopt);
}

TEST(VariantTest, NumbersAreTakenApartIntoDigitsAndAnExponent) {
  const VariantNumber price = variant_number("-12.50");
  EXPECT_TRUE(price.negative);
  EXPECT_EQ(price.digits, "125");
  EXPECT_EQ(price.exponent, -1);
  const VariantNumber large = variant_number("1.2E11");
  EXPECT_EQ(large.digits, "12");
  EXPECT_EQ(large.exponent, 10);
  EXPECT_EQ(variant_number("0.0").digits, "");
  EXPECT_EQ(variant_number("1.0E-4").exponent, -4);
}

TEST(VariantTest, TheTypeIsNamedStoredAndFoundInsideOfOthers) {
  const SqlType type = *parse_sql_type("VARIANT NOT NULL");
  EXPECT_TRUE(type.is_variant());
  EXPECT_EQ(type.to_sql(), "VARIANT NOT NULL");
  EXPECT_EQ(type.physical(), PhysicalType::kBytes);
  EXPECT_TRUE(parse_sql_type("ROW<a INT, m MAP<STRING, VARIANT>>")->holds_variant());
  EXPECT_FALSE(parse_sql_type("ROW<a INT>")->holds_variant());
  EXPECT_FALSE(parse_sql_type("ARRAY<VARIANT>")->has_order());
  EXPECT_TRUE(parse_sql_type("ARRAY<INT>")->has_order());
}

}  // namespace
}  // namespace hw
