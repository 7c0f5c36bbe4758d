// SPDX-License-Identifier: Apache-2.0

#include "expr/overlay_rows.h"

#include <string>

#include <gtest/gtest.h>

#include "columnar/literal.h"

namespace hw {
namespace {

/// A value a row, `n` times after one another.
std::string repeated(const std::string& values, int n) {
  std::string all = values;
  for (int i = 1; i < n; ++i) all += " " + values;
  return all;
}

class OverlayRowsTest : public ::testing::Test {
 protected:
  static ColumnPtr column(const SqlType& type, const std::string& values) {
    return parse_column(type, values).ValueOrDie();
  }
  static Layer layer(const std::string& where, ColumnPtr values) {
    Layer made{.where = {}, .column = std::move(values)};
    EXPECT_TRUE(made.where.load(*column(SqlType::boolean(), where)).ok());
    return made;
  }
  static std::string text_of(const SqlType& type, const std::vector<Layer>& layers,
                             const ColumnPtr& rest) {
    const ColumnPtr made = overlay_rows(type, layers, rest).ValueOrDie();
    std::string text;
    for (int64_t i = 0; i < made->num_rows(); ++i) {
      text += (i == 0 ? "" : " ");
      text += made->is_null(i) ? "null" : std::to_string(made->value<int64_t>(i));
    }
    return text;
  }
};

TEST_F(OverlayRowsTest, TheFirstLayerThatShowsWins) {
  const SqlType type = SqlType::bigint();
  for (const int times : {1, 12, 16, 40}) {  // up to and beyond a word of 64 rows
    const auto many = [&](const std::string& values) { return repeated(values, times); };
    const std::vector<Layer> layers = {
        layer(many("true false null false"), column(type, many("1 2 3 4"))),
        layer(many("true true false null"), column(type, many("5 null 7 8")))};
    EXPECT_EQ(text_of(type, layers, column(type, many("9 10 11 null"))), many("1 null 11 null"));
  }
}

TEST_F(OverlayRowsTest, TakesConstantsSlicesAndNothing) {
  const SqlType type = SqlType::bigint();
  const ColumnPtr sliced = column(type, "0 0 0 1 null 3")->slice(3, 3);
  EXPECT_EQ(text_of(type, {layer("true true false", sliced)}, Column::nulls(type, 3)),
            "1 null null");
  EXPECT_EQ(text_of(type, {layer("false true false", Column::nulls(type, 3))}, sliced), "1 null 3");
  EXPECT_EQ(text_of(type, {}, sliced), "1 null 3");
  EXPECT_EQ(text_of(type, {layer("", column(type, ""))}, column(type, "")), "");
}

TEST_F(OverlayRowsTest, LeavesOutTheBitmapWhereNothingIsNull) {
  const SqlType type = SqlType::bigint();
  const std::vector<Layer> layers = {layer("true true", column(type, "1 2"))};
  EXPECT_FALSE(overlay_rows(type, layers, Column::nulls(type, 2)).ValueOrDie()->may_have_nulls());
  EXPECT_FALSE(can_overlay(SqlType::boolean()));
  EXPECT_FALSE(can_overlay(SqlType::varchar(10)));
  EXPECT_TRUE(can_overlay(SqlType::decimal(20, 3)));
}

}  // namespace
}  // namespace hw
