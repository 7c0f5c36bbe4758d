// SPDX-License-Identifier: Apache-2.0

#include "columnar/bitmap_value.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/type_parser.h"

namespace hw {
namespace {

using Set = std::set<uint32_t>;

BitmapValue of(const Set& values) {
  BitmapValue value;
  for (const uint32_t v : values) value.add(v);
  return value;
}

std::string bytes_of(const BitmapValue& value) {
  std::string bytes;
  value.append_bytes(bytes);
  return bytes;
}

std::string text_of(const BitmapValue& value) {
  std::string text;
  value.append_text(text);
  return text;
}

Set values_of(const BitmapValue& value) {
  std::vector<uint32_t> values(value.size());
  value.copy_values(values.data());
  return {values.begin(), values.end()};
}

/// Some sparse values, some dense, some runs, near each other and at both ends.
Set random_set(std::mt19937& random) {
  Set values;
  const auto pick = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  for (uint32_t part = pick(4); part > 0; --part) {
    const uint32_t base = pick(3) * 0x10000 + (pick(2) == 0 ? 0 : 0xFFFD0000);
    const uint32_t count = pick(2) == 0 ? pick(9000) : pick(20);
    const uint32_t step = pick(2) == 0 ? 1 : 1 + pick(6);
    // Some end with the last value of a container.
    uint32_t value = base + (pick(3) == 0 ? (0x10000 - count) & 0xFFFF : pick(0x10000));
    for (uint32_t i = 0; i < count; ++i, value += step) values.insert(value);
  }
  return values;
}

std::string number(uint64_t value, size_t size) {
  return {reinterpret_cast<const char*>(&value), size};
}

TEST(BitmapValueTest, ReadsAndWritesThePortableFormat) {
  const std::string bytes = bytes_of(of({1, 5}));
  EXPECT_EQ(bytes, number(12346, 4) + number(1, 4) + number(0, 2) + number(1, 2) + number(16, 4) +
                       number(1, 2) + number(5, 2));
  EXPECT_EQ(text_of(*BitmapValue::read(bytes)), "{1,5}");
  // What stands behind is no part of it.
  EXPECT_EQ(text_of(*BitmapValue::read(bytes + "xyz")), "{1,5}");
  EXPECT_EQ(bytes_of(BitmapValue()), number(12346, 4) + number(0, 4));
}

TEST(BitmapValueTest, WritesEverySetInOneForm) {
  // The same set as an array and as a run, which is just as long.
  const std::string array = number(12346, 4) + number(1, 4) + number(0, 2) + number(1, 2) +
                            number(16, 4) + number(7, 2) + number(8, 2);
  const std::string run = number(12347, 4) + '\1' + number(0, 2) + number(1, 2) + number(1, 2) +
                          number(7, 2) + number(1, 2);
  EXPECT_EQ(text_of(*BitmapValue::read(array)), "{7,8}");
  EXPECT_EQ(text_of(*BitmapValue::read(run)), "{7,8}");
  EXPECT_EQ(bytes_of(*BitmapValue::read(array)), bytes_of(*BitmapValue::read(run)));
}

TEST(BitmapValueTest, WritesWhatTheLibraryOfJavaWrites) {
  // A run of three is a list, one of four is a run.
  EXPECT_EQ(bytes_of(of({1, 2, 3})), number(12346, 4) + number(1, 4) + number(0, 2) + number(2, 2) +
                                         number(16, 4) + number(1, 2) + number(2, 2) +
                                         number(3, 2));
  EXPECT_EQ(bytes_of(of({1, 2, 3, 4})), number(12347, 4) + '\1' + number(0, 2) + number(3, 2) +
                                            number(1, 2) + number(1, 2) + number(3, 2));
  // Among others: four of them come with the places where they begin.
  const std::string mixed =
      bytes_of(of({1, 2, 3, 65536, 65537, 65538, 65539, 131072, 196608, 196609, 196610}));
  EXPECT_EQ(mixed, number(12347 | 3 << 16, 4) + '\2' + number(0, 2) + number(2, 2) + number(1, 2) +
                       number(3, 2) + number(2, 2) + number(0, 2) + number(3, 2) + number(2, 2) +
                       number(37, 4) + number(43, 4) + number(49, 4) + number(51, 4) +
                       number(1, 2) + number(2, 2) + number(3, 2) + number(1, 2) + number(0, 2) +
                       number(3, 2) + number(0, 2) + number(0, 2) + number(1, 2) + number(2, 2));
  EXPECT_EQ(BitmapValue::read(mixed)->size(), 11u);
}

TEST(BitmapValueTest, ManyValuesAreAFewRuns) {
  constexpr uint64_t kContainers = 2048;
  std::string bytes =
      number(12347 | ((kContainers - 1) << 16), 4) + std::string(kContainers / 8, '\xFF');
  for (uint64_t key = 0; key < kContainers; ++key) bytes += number(key, 2) + number(65535, 2);
  bytes += std::string(kContainers * 4, '\0');
  for (uint64_t key = 0; key < kContainers; ++key) {
    bytes += number(1, 2) + number(0, 2) + number(65535, 2);
  }
  const Result<BitmapValue> many = BitmapValue::read(bytes);
  ASSERT_TRUE(many.ok()) << many.status();
  EXPECT_EQ(many->size(), kContainers * 65536);
  const std::string written = bytes_of(*many);
  EXPECT_EQ(written.size(), bytes.size());
  EXPECT_TRUE(BitmapValue::read(written)->equals(*many));
  const std::string text = text_of(*many);
  EXPECT_TRUE(text.starts_with("{0,1,2,"));
  EXPECT_TRUE(text.ends_with(",...}"));
  EXPECT_LT(text.size(), 600'000u);
}

TEST(BitmapValueTest, DamagedBytesAreErrors) {
  const std::string plain = number(12346, 4);
  const std::string one = plain + number(1, 4) + number(0, 2);
  const std::string runs = number(12347, 4) + '\1' + number(0, 2);
  for (const std::string& bytes :
       {std::string(), std::string("invalid"), plain, plain + number(65537, 4),
        one + number(1, 2) + number(16, 4) + number(1, 2),                     // too short
        one + number(1, 2) + number(16, 4) + number(5, 2) + number(1, 2),      // out of order
        one + number(1, 2) + number(16, 4) + number(5, 2) + number(5, 2),      // twice
        one + number(5000, 2) + number(16, 4) + std::string(8192, '\1'),       // other size
        one + number(5000, 2) + number(16, 4) + std::string(8191, '\xFF'),     // too short
        runs + number(3, 2) + number(1, 2) + number(7, 2) + number(1, 2),      // other size
        runs + number(9, 2) + number(1, 2) + number(65530, 2) + number(9, 2),  // beyond the end
        runs + number(3, 2) + number(2, 2) + number(7, 2) + number(1, 2) + number(8, 2) +
            number(1, 2),                    // overlap
        runs + number(0, 2) + number(0, 2),  // no runs
        plain + number(2, 4) + number(1, 2) + number(0, 2) + number(1, 2) + number(0, 2) +
            std::string(12, '\1')}) {  // containers out of order
    EXPECT_FALSE(BitmapValue::read(bytes).ok()) << bytes.size();
  }
}

TEST(BitmapValueTest, TextIsReadAndWritten) {
  EXPECT_EQ(text_of(*BitmapValue::parse("{}")), "{}");
  EXPECT_EQ(text_of(*BitmapValue::parse("{4294967295,3,1,3}")), "{1,3,4294967295}");
  for (const char* text : {"", "{", "1", "{1", "{1,}", "{,1}", "{1 2}", "{-1}", "{4294967296}"}) {
    EXPECT_FALSE(BitmapValue::parse(text).ok()) << text;
  }
}

TEST(BitmapValueTest, OperationsAreThoseOfSetsAndEndInTheOneForm) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const Set a = random_set(random), b = random_set(random);
    Set expected[4];
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                          std::inserter(expected[0], expected[0].end()));
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(),
                        std::inserter(expected[1], expected[1].end()));
    std::set_union(a.begin(), a.end(), b.begin(), b.end(),
                   std::inserter(expected[2], expected[2].end()));
    std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(),
                                  std::inserter(expected[3], expected[3].end()));
    using Operation = void (BitmapValue::*)(const BitmapValue&);
    const Operation operations[4] = {&BitmapValue::intersect, &BitmapValue::subtract,
                                     &BitmapValue::unite, &BitmapValue::differ};
    const Result<BitmapValue> left = BitmapValue::read(bytes_of(of(a)));
    const Result<BitmapValue> right = BitmapValue::read(bytes_of(of(b)));
    ASSERT_TRUE(left.ok() && right.ok());
    EXPECT_EQ(left->equals(*right), a == b);
    BitmapValue chained = left->copy();
    Set chained_values = a;
    EXPECT_EQ(bytes_of(*left) == bytes_of(*right), a == b);
    for (int i = 0; i < 4; ++i) {
      BitmapValue result = left->copy();
      (result.*operations[i])(*right);
      ASSERT_EQ(values_of(result), expected[i]) << round << " " << i;
      ASSERT_EQ(bytes_of(result), bytes_of(of(expected[i]))) << round << " " << i;
      // One after the other, into what the one before has made.
      chained.differ(result);
      for (const uint32_t value : expected[i]) {
        if (chained_values.erase(value) == 0) chained_values.insert(value);
      }
      ASSERT_EQ(values_of(chained), chained_values) << round << " " << i;
      ASSERT_EQ(bytes_of(chained), bytes_of(of(chained_values))) << round << " " << i;
    }
  }
}

TEST(BitmapValueTest, TheTypeIsNamedStoredAndHasNoOrder) {
  const SqlType type = *parse_sql_type("BITMAP NOT NULL");
  EXPECT_TRUE(type.is_bitmap());
  EXPECT_EQ(type.to_sql(), "BITMAP NOT NULL");
  EXPECT_EQ(type.physical(), PhysicalType::kBytes);
  EXPECT_TRUE(holds_bitmap(*parse_sql_type("ROW<a INT, m MAP<STRING, BITMAP>>")));
  EXPECT_FALSE(holds_bitmap(*parse_sql_type("ROW<a INT>")));
  EXPECT_FALSE(type.has_order());
  EXPECT_FALSE(parse_sql_type("ARRAY<BITMAP>")->has_order());
}

}  // namespace
}  // namespace hw
