// SPDX-License-Identifier: Apache-2.0

#include "columnar/entry_order.h"

#include <string>
#include <utility>
#include <vector>

#include <arrow/buffer.h>
#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "columnar/text/type_text.h"
#include "columnar/type_parser.h"

namespace hw {
namespace {

std::string ordered(std::string_view type, std::string_view literal) {
  const Result<ColumnPtr> column = parse_column(type, literal);
  if (!column.ok()) return column.status().ToString();
  const Result<ColumnPtr> done =
      with_ordered_entries((*column)->slice(1, (*column)->num_rows() - 1));
  if (!done.ok()) return done.status().ToString();
  std::string text;
  for (int64_t row = 0; row < (*done)->num_rows(); ++row) {
    text += (row == 0 ? "" : " ") + value_text(**done, row);
  }
  return text;
}

TEST(EntryOrderTest, EntriesFollowTheirKeys) {
  EXPECT_EQ(ordered("MAP<STRING, INT>", "{z=1} {b=2, a=1} null {} {c=NULL, a=3, b=1}"),
            "{a=1, b=2} NULL {} {a=3, b=1, c=NULL}");
  EXPECT_EQ(ordered("MAP<INT, STRING>", "{1=x} {10=a, -2=b, 9=c}"), "{-2=b, 9=c, 10=a}");
  EXPECT_EQ(ordered("MULTISET<STRING>", "{q=1} {b=2, a=1}"), "{a=1, b=2}");
}

TEST(EntryOrderTest, AlsoInsideOfOtherValues) {
  EXPECT_EQ(ordered("MAP<STRING, MAP<INT, INT>>", "{} {b={2=1, 1=5}, a={4=1, 3=2}}"),
            "{a={3=2, 4=1}, b={1=5, 2=1}}");
  EXPECT_EQ(ordered("MAP<STRING, MAP<INT, INT>>", "{} {a={4=1, 3=2}}"), "{a={3=2, 4=1}}");
  EXPECT_EQ(ordered("ARRAY<MAP<STRING, INT>>", "[] [{b=1, a=2}, {}, NULL] [{d=1, c=1}]"),
            "[{a=2, b=1}, {}, NULL] [{c=1, d=1}]");
  EXPECT_EQ(ordered("ROW<n INT, m MAP<STRING, INT>>", "(0, {}) (1, {b=1, a=2}) null (2, NULL)"),
            "(1, {a=2, b=1}) NULL (2, NULL)");
}

TEST(EntryOrderTest, WhatStandsInOrderIsNotCopied) {
  for (const auto& [type, values] :
       {std::pair{"MAP<STRING, INT>", "{a=1, b=2} null {c=1}"},
        std::pair{"ARRAY<MULTISET<INT>>", "[{1=1, 2=2}] []"}, std::pair{"ARRAY<INT>", "[2, 1]"}}) {
    const ColumnPtr column = *parse_column(type, values);
    EXPECT_EQ(*with_ordered_entries(column), column) << type;
  }
}

TEST(EntryOrderTest, DictionariesAndConstantsKeepTheirEncoding) {
  const ColumnPtr two = *parse_column("MAP<STRING, INT>", "{b=1, a=2} {d=1, c=2}");
  const std::vector<int32_t> indices = {1, 0, 1};
  const ColumnPtr codes = Column::dictionary(
      two->type(), two->values_ptr(), arrow::Buffer::FromVector(std::vector<int32_t>(indices)), 3);
  const ColumnPtr done = *with_ordered_entries(codes);
  EXPECT_EQ(done->encoding(), Column::Encoding::kDictionary);
  EXPECT_EQ(value_text(*done, 0), "{c=2, d=1}");
  EXPECT_EQ(value_text(*done, 1), "{a=2, b=1}");
}

}  // namespace
}  // namespace hw
