// SPDX-License-Identifier: Apache-2.0
//
// The vectors here are frozen: docs/formats/keys.md says what they mean. A change of one of them
// is a change of every checkpoint's format.

#include "columnar/key_bytes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#define XXH_INLINE_ALL
#include <gtest/gtest.h>
#include <xxhash.h>

#include "columnar/column_builder.h"
#include "columnar/constant.h"
#include "columnar/fast_builders.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[(c >> 4) & 15];
    text += "0123456789abcdef"[c & 15];
  }
  return text;
}

struct Vector {
  const char* type;
  const char* value;
  const char* bytes;
  uint64_t hash;
};

const Vector kVectors[] = {
    {"BOOLEAN", "true", "0101", 0xa2250eb78193a448u},
    {"TINYINT", "-2", "01fe", 0x89ef5ab24824fbabu},
    {"SMALLINT", "258", "010201", 0x4ea903f6f60ac40fu},
    {"INT", "null", "00", 0x4c3649eed066535eu},
    {"INT", "1", "0101000000", 0x5f54abb57e0b3f3eu},
    {"BIGINT", "-1", "01ffffffffffffffff", 0xb1b0ef3745570faau},
    {"BIGINT", "1000", "01e803000000000000", 0xe724f03a46bee367u},
    {"FLOAT", "-0", "0100000000", 0x208afd29599920bfu},
    {"FLOAT", "NaN", "010000c07f", 0x7ad48282acc14495u},
    {"DOUBLE", "1.5", "01000000000000f83f", 0x160f257490fa4478u},
    {"DOUBLE", "-0", "010000000000000000", 0xb1f5f7f41a329609u},
    {"DOUBLE", "NaN", "01000000000000f87f", 0xddf7fddeca917350u},
    {"DECIMAL(10, 2)", "-1.50", "016affffffffffffffffffffffffffffff", 0x688f3e0b68bec797u},
    {"STRING", "''", "0100000000", 0x208afd29599920bfu},
    {"STRING", "abc", "0103000000616263", 0xd649d8a1b3e885ccu},
    {"STRING", "Größe", "01070000004772c3b6c39f65", 0x81fda6c1f8236bc3u},
    {"BYTES", "abc", "0103000000616263", 0xd649d8a1b3e885ccu},
    {"DATE", "1969-12-31", "01ffffffff", 0x1929b7d3bdf27195u},
    {"TIME(3)", "00:00:01.5", "01dc050000", 0xadf2524e9ebdbbeau},
    {"TIMESTAMP(3)", "'1970-01-01 00:00:01'", "01e803000000000000", 0xe724f03a46bee367u},
    {"TIMESTAMP_LTZ(6)", "'1970-01-01 00:00:01'", "0140420f0000000000", 0xd403068325df76bdu},
    {"INTERVAL MONTH", "+1-2", "010e000000", 0xf82683ea3ad06303u},
    {"INTERVAL DAY", "'-0 00:00:01'", "0118fcffffffffffff", 0x55899868dc46fd6eu},
    {"ARRAY<TINYINT>", "[1, NULL]", "0102000000010100", 0x4d1910a7ac1095d8u},
    {"MAP<STRING, TINYINT>", "{b=2, a=1}", "010200000001010000006101010101000000620102",
     0xccff0187ec5e2d07u},
    {"MULTISET<TINYINT>", "{7=1}", "010100000001070101000000", 0x57a0231f3ed5f23fu},
    {"ROW<a TINYINT, b STRING>", "(3, NULL)", "01010300", 0x68060f7322e775cfu},
};

TEST(KeyBytesTest, FrozenVectors) {
  for (const Vector& vector : kVectors) {
    const ColumnPtr column = *parse_column(vector.type, vector.value);
    std::string bytes;
    append_key_bytes({&column, 1}, 0, bytes);
    EXPECT_EQ(hex(bytes), vector.bytes) << vector.type << " " << vector.value;
    EXPECT_EQ(hash_keys({&column, 1}, 1)[0], vector.hash) << vector.type << " " << vector.value;
  }
}

TEST(KeyBytesTest, FrozenVectorsOfSeveralColumns) {
  const std::vector<ColumnPtr> columns = {*parse_column("INT", "1 null"),
                                          *parse_column("STRING", "a null"),
                                          *parse_column("BIGINT", "2 3")};
  std::string bytes;
  append_key_bytes(columns, 0, bytes);
  EXPECT_EQ(hex(bytes), "0101000000010100000061010200000000000000");
  EXPECT_EQ(hash_keys(columns, 2),
            (std::vector<uint64_t>{0x1acd2f036505a272u, 0x1882e6e4b13fe6e3u}));
  EXPECT_EQ(hash_keys({}, 1)[0], 0x89ba370571e03501u);
}

/// The fast paths must agree with hashing the bytes.
void expect_hashes_of_bytes(const std::vector<ColumnPtr>& columns) {
  const int64_t n = columns[0]->num_rows();
  const std::vector<uint64_t> hashes = hash_keys(columns, n);
  for (int64_t row = 0; row < n; ++row) {
    std::string bytes;
    append_key_bytes(columns, row, bytes);
    ASSERT_EQ(hashes[static_cast<size_t>(row)],
              XXH3_64bits_withSeed(bytes.data(), bytes.size(), kKeyHashSeed));
  }
}

TEST(KeyBytesTest, EncodingsAndSlicesHashAlike) {
  for (const auto& [type, values] :
       std::vector<std::pair<const char*, const char*>>{{"BOOLEAN", "t f null t"},
                                                        {"TINYINT", "1 null -3 1"},
                                                        {"INT", "1 null -3 1"},
                                                        {"BIGINT", "1 null -3 1"},
                                                        {"DOUBLE", "0 -0 null NaN"},
                                                        {"DECIMAL(20, 2)", "1 null -3 1"},
                                                        {"STRING", "a null '' a"},
                                                        {"ARRAY<INT>", "[1] null [] [1]"}}) {
    const ColumnPtr plain = *parse_column(type, values);
    const std::vector<uint64_t> hashes = hash_keys({&plain, 1}, 4);
    const ColumnPtr coded =
        Column::dictionary(plain->type(), plain->values_ptr(),
                           arrow::Buffer::FromVector(std::vector<int32_t>{0, 1, 2, 3, 1, 0}), 6);
    EXPECT_EQ(hash_keys({&coded, 1}, 6), (std::vector<uint64_t>{hashes[0], hashes[1], hashes[2],
                                                                hashes[3], hashes[1], hashes[0]}))
        << type;
    const ColumnPtr few = coded->slice(4, 2);
    EXPECT_EQ(hash_keys({&few, 1}, 2), (std::vector<uint64_t>{hashes[1], hashes[0]})) << type;
    const ColumnPtr tail = plain->slice(2, 2);
    EXPECT_EQ(hash_keys({&tail, 1}, 2), (std::vector<uint64_t>{hashes[2], hashes[3]})) << type;
    const ColumnPtr constant = *constant_from(*plain, 1, 3);
    EXPECT_EQ(hash_keys({&constant, 1}, 3), std::vector<uint64_t>(3, hashes[1])) << type;
    expect_hashes_of_bytes({plain});
  }
}

TEST(KeyBytesTest, KeysOfSeveralColumnsHashTheirBytes) {
  FixedBuilder<int64_t> longs;
  FixedBuilder<int16_t> shorts;
  BytesBuilder words;
  for (int64_t i = 0; i < 600; ++i) {
    i % 7 == 0 ? longs.append_null() : longs.append(i * 1'000'003);
    i % 5 == 0 ? shorts.append_null() : shorts.append(static_cast<int16_t>(i));
    words.append(std::string(static_cast<size_t>(i), 'x'));
  }
  const ColumnPtr first = longs.finish(SqlType::bigint());
  const ColumnPtr second = shorts.finish(SqlType::smallint());
  const ColumnPtr text = *words.finish(SqlType::string());
  const ColumnPtr flag = constant_bool(true, 600);
  const ColumnPtr amount = *constant_from(**parse_column("DECIMAL(20, 2)", "-1.50"), 0, 600);
  expect_hashes_of_bytes({first, second});
  expect_hashes_of_bytes({first, second, flag, amount});
  expect_hashes_of_bytes({second, text, first});
  expect_hashes_of_bytes({text});
}

TEST(KeyBytesTest, EqualNumbersAreEqualKeys) {
  const ColumnPtr zeros = *parse_column("DOUBLE", "0 -0");
  EXPECT_EQ(hash_keys({&zeros, 1}, 2)[0], hash_keys({&zeros, 1}, 2)[1]);
  FixedBuilder<double> builder;
  builder.append(std::numeric_limits<double>::quiet_NaN());
  builder.append(-std::numeric_limits<double>::quiet_NaN());
  builder.append(std::nan("12345"));
  const ColumnPtr nans = builder.finish(SqlType::float64());
  const std::vector<uint64_t> hashes = hash_keys({&nans, 1}, 3);
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[0], hashes[2]);
  std::string first, third;
  append_key_bytes({&nans, 1}, 0, first);
  append_key_bytes({&nans, 1}, 2, third);
  EXPECT_EQ(first, third);
  std::string kept;
  append_value_bytes(*nans, 2, kept);
  EXPECT_NE(kept, first);
}

TEST(ValueBytesTest, EveryTypeReadsBack) {
  for (const auto& [type, values] : std::vector<std::pair<const char*, const char*>>{
           {"BOOLEAN", "t f null"},
           {"TINYINT", "-128 127 null"},
           {"SMALLINT", "-32768 null 1"},
           {"INT", "-2147483648 null 1"},
           {"BIGINT", "-9223372036854775808 null 1"},
           {"FLOAT", "-0 NaN null Infinity"},
           {"DOUBLE", "-0 NaN null 1e300"},
           {"DECIMAL(38, 0)", "-99999999999999999999999999999999999999 null 1"},
           {"CHAR(3)", "'a  ' null"},
           {"STRING", "'' null Größe"},
           {"TIMESTAMP(9)", "'1677-09-22 00:00:00' null"},
           {"ARRAY<ARRAY<STRING>>", "[[a, NULL], NULL, []] null []"},
           {"MAP<STRING, ROW<x INT>>", "{b=(1), a=NULL} null {}"},
           {"MULTISET<INT>", "{1=2, 0=1} null"},
           {"ROW<a INT, b ROW<c STRING>>", "(NULL, (x)) null (1, NULL)"}}) {
    const ColumnPtr column = *parse_column(type, values);
    std::string bytes;
    for (int64_t row = 0; row < column->num_rows(); ++row) append_value_bytes(*column, row, bytes);
    const auto builder = *ColumnBuilder::make(column->type());
    std::string_view rest = bytes;
    for (int64_t row = 0; row < column->num_rows(); ++row) {
      ASSERT_TRUE(append_decoded_value(column->type(), rest, *builder).ok()) << type;
    }
    EXPECT_TRUE(rest.empty());
    const ColumnPtr decoded = *builder->finish();
    for (int64_t row = 0; row < column->num_rows(); ++row) {
      EXPECT_EQ(value_text(*decoded, row), value_text(*column, row)) << type;
    }
  }
}

TEST(ValueBytesTest, DamagedBytesFailAndLeaveTheBuilder) {
  const ColumnPtr column = *parse_column("ROW<a ARRAY<STRING>, b BIGINT>", "([ab, c], 7)");
  std::string bytes;
  append_value_bytes(*column, 0, bytes);
  const auto builder = *ColumnBuilder::make(column->type());
  for (size_t length = 0; length < bytes.size(); ++length) {
    std::string_view cut = std::string_view(bytes).substr(0, length);
    EXPECT_TRUE(append_decoded_value(column->type(), cut, *builder).IsSerializationError());
    EXPECT_EQ(builder->num_rows(), 0);
  }
  std::string lying = bytes;
  lying[2] = '\x7f';  // the number of elements
  lying[5] = '\x7f';
  std::string_view rest = lying;
  EXPECT_TRUE(append_decoded_value(column->type(), rest, *builder).IsSerializationError());
  std::string bad_tag = "\2";
  rest = bad_tag;
  EXPECT_TRUE(append_decoded_value(column->type(), rest, *builder).IsSerializationError());
  rest = bytes;
  EXPECT_TRUE(append_decoded_value(column->type(), rest, *builder).ok());
  EXPECT_EQ(value_text(**builder->finish(), 0), "([ab, c], 7)");
}

std::string order_bytes(const Column& column, int64_t row, bool descending, bool nulls_first) {
  std::string bytes;
  append_order_bytes(column, row, descending, nulls_first, bytes);
  return bytes;
}

TEST(OrderBytesTest, BytesSortAsValuesDo) {
  FixedBuilder<double> doubles;
  for (const double value :
       {-std::numeric_limits<double>::infinity(), -1e300, -1.0, -1e-300, 0.0, 5e-324, 1.0, 1e300,
        std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    doubles.append(value);
  }
  for (const ColumnPtr& column :
       {*parse_column("BOOLEAN", "f t"), *parse_column("TINYINT", "-128 -1 0 1 127"),
        *parse_column("INT", "-2147483648 -256 -1 0 1 255 256 2147483647"),
        *parse_column("BIGINT", "-9223372036854775808 -1 0 9223372036854775807"),
        *parse_column("FLOAT", "-Infinity -1.5 -1 0 1 1.5 Infinity NaN"),
        doubles.finish(SqlType::float64()),
        *parse_column("DECIMAL(38, 2)",
                      "-999999999999999999999999999999999999.99 -1.01 -1 0 0.01 "
                      "999999999999999999999999999999999999.99"),
        *parse_column("STRING", "'' a aa ab b ba Größe Größen ö"),
        *parse_column("TIMESTAMP(3)", "'1969-12-31 23:59:59' '1970-01-01' '2020-01-01'"),
        *parse_column("ARRAY<INT>", "[] [NULL] [NULL, 1] [-1] [1] [1, NULL] [1, 0] [2]"),
        *parse_column("ROW<a INT, b STRING>", "(NULL, b) (1, NULL) (1, '') (1, a) (2, NULL)")}) {
    std::vector<int64_t> order;
    for (int64_t row = 0; row < column->num_rows(); ++row) order.push_back(row);
    if (column->type().is_text()) {
      // The literal's order is the reader's; bytes decide.
      std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
        return column->value<std::string_view>(a) < column->value<std::string_view>(b);
      });
    }
    for (size_t i = 1; i < order.size(); ++i) {
      const int64_t a = order[i - 1];
      const int64_t b = order[i];
      EXPECT_LT(order_bytes(*column, a, false, true), order_bytes(*column, b, false, true))
          << column->type().to_sql() << " " << value_text(*column, a) << " "
          << value_text(*column, b);
      EXPECT_GT(order_bytes(*column, a, true, true), order_bytes(*column, b, true, true));
    }
  }
}

TEST(OrderBytesTest, NullsGoWhereTheyAreSent) {
  const ColumnPtr column = *parse_column("INT", "null -2147483648 2147483647");
  for (const bool descending : {false, true}) {
    for (const int64_t row : {1, 2}) {
      EXPECT_LT(order_bytes(*column, 0, descending, true),
                order_bytes(*column, row, descending, true));
      EXPECT_GT(order_bytes(*column, 0, descending, false),
                order_bytes(*column, row, descending, false));
    }
  }
}

TEST(OrderBytesTest, TextKeysOfTwoColumnsDoNotRunIntoEachOther) {
  BytesBuilder builder;
  builder.append("a");
  builder.append(std::string_view("a\0", 2));
  builder.append("ab");
  const ColumnPtr first = *builder.finish(SqlType::string());
  const ColumnPtr second = *parse_column("STRING", "z b a");
  for (const bool descending : {false, true}) {
    std::vector<std::string> keys;
    for (int64_t row = 0; row < 3; ++row) {
      keys.push_back(order_bytes(*first, row, descending, true) +
                     order_bytes(*second, row, false, true));
    }
    if (descending) std::reverse(keys.begin(), keys.end());
    EXPECT_LT(keys[0], keys[1]);
    EXPECT_LT(keys[1], keys[2]);
  }
}

}  // namespace
}  // namespace hw
