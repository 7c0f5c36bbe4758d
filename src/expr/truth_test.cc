// SPDX-License-Identifier: Apache-2.0

#include "expr/truth.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "expr/kernel_output.h"

namespace hw {
namespace {

TEST(TruthTest, NumbersSetBitsOfSparseDenseAndFullWords) {
  std::vector<uint64_t> words = {0x8000000000000001u, ~uint64_t{0}, 0, 0xAAAAAAAAAAAAAAAAu, 0x7};
  std::vector<int32_t> expected;
  for (int32_t i = 0; i < 258; ++i) {
    if ((words[static_cast<size_t>(i / 64)] >> (i % 64)) & 1) expected.push_back(i);
  }
  std::vector<int32_t> numbers;
  set_bit_numbers(words.data(), 258, numbers);
  EXPECT_EQ(numbers, expected);
  set_bit_numbers(words.data(), 0, numbers);
  EXPECT_TRUE(numbers.empty());
}

TEST(TruthTest, LoadsFromAnyBitOffset) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += i % 3 == 0 ? "TRUE " : i % 3 == 1 ? "FALSE " : "null ";
  const ColumnPtr all = *parse_column("BOOLEAN", text);
  for (const int64_t offset : {0, 1, 7, 63, 64, 65, 130}) {
    Truth truth;
    ASSERT_TRUE(truth.load(*all->slice(offset, 200 - offset)).ok());
    for (int64_t row = 0; row < 200 - offset; ++row) {
      ASSERT_EQ(truth.is_true(row), (row + offset) % 3 == 0);
      ASSERT_EQ(truth.is_false(row), (row + offset) % 3 == 1);
    }
  }
}

TEST(TruthTest, LaysValuesOverOthersWhereATestIsTrue) {
  const Batch rows = *parse_batch(
      *parse_schema("w BOOLEAN, v BOOLEAN, b BOOLEAN"),
      "+ true true false | + true false true | + true null true | + false true false | "
      "+ null true false | + false false null | + null null true | + true true null");
  Truth where, value, below;
  ASSERT_TRUE(where.load(*rows.column(0)).ok());
  ASSERT_TRUE(value.load(*rows.column(1)).ok());
  ASSERT_TRUE(below.load(*rows.column(2)).ok());
  below.lay_over(where, value);
  const Batch made(*parse_schema("b BOOLEAN"), {*below.to_column(SqlType::boolean())}, 8);
  EXPECT_EQ(made.to_text(),
            "+I[TRUE] | +I[FALSE] | +I[NULL] | +I[FALSE] | +I[FALSE] | +I[NULL] | +I[TRUE] | "
            "+I[TRUE]");
}

TEST(TruthTest, TestsAreNeverNull) {
  const ColumnPtr column = *parse_column("BOOLEAN", "TRUE FALSE null");
  Truth truth;
  ASSERT_TRUE(truth.load(*column).ok());
  truth.test_unknown(true);
  EXPECT_TRUE(truth.is_false(0) && truth.is_false(1) && truth.is_true(2));
  ASSERT_TRUE(truth.load(*column).ok());
  truth.test_false(false);
  EXPECT_TRUE(truth.is_true(0) && truth.is_false(1) && truth.is_true(2));
  EXPECT_EQ(truth.count_true() + truth.count_false(), 3);
}

TEST(KernelOutputTest, PacksBytesIntoBits) {
  std::vector<uint8_t> bytes(77);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = i % 5 == 0 || i % 7 == 3 ? 1 : 0;
  std::vector<uint8_t> bits(16);
  pack_bits(bytes.data(), 77, bits.data());
  for (int64_t i = 0; i < 77; ++i) {
    ASSERT_EQ(arrow::bit_util::GetBit(bits.data(), i), bytes[static_cast<size_t>(i)] == 1) << i;
  }
}

}  // namespace
}  // namespace hw
