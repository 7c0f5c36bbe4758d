// SPDX-License-Identifier: Apache-2.0

#include <arrow/array/data.h>
#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

TEST(IsNullTest, IsNeverNullItself) {
  const Batch batch =
      *parse_batch(*parse_schema("s STRING, n INT NOT NULL"), "+ a 1 | + null 2 | + '' 3");
  EXPECT_EQ(values_of(fn("IS NULL", {col(batch, "s")}), batch), "FALSE | TRUE | FALSE");
  EXPECT_EQ(values_of(fn("IS NOT NULL", {col(batch, "s")}), batch), "TRUE | FALSE | TRUE");
  EXPECT_EQ(values_of(fn("IS NULL", {col(batch, "n")}), batch), "FALSE | FALSE | FALSE");
  EXPECT_EQ(values_of(fn("IS NULL", {col(batch, "s")}), batch.slice(1, 2)), "TRUE | FALSE");
}

TEST(IsNullTest, TestsTheValuesOfACase) {
  const Batch batch = *parse_batch(*parse_schema("k INT, s STRING, t STRING"),
                                   "+ 0 a null | + 0 null b | + 1 null b | + 1 a null | "
                                   "+ null a null | + null null b | + 2 a null");
  const BoundExprPtr s = col(batch, "s"), t = col(batch, "t");
  const auto is = [&](int k) { return fn("=", {col(batch, "k"), lit(k)}); };
  const auto when = [&](std::vector<BoundExprPtr> args) {
    return BoundExpr::special(BoundExpr::Kind::kCase, std::move(args), s->type());
  };
  const BoundExprPtr with_else = when({is(0), s, is(1), t, s});
  EXPECT_EQ(values_of(fn("IS NULL", {with_else}), batch),
            "FALSE | TRUE | FALSE | TRUE | FALSE | TRUE | FALSE");
  EXPECT_EQ(values_of(fn("IS NOT NULL", {with_else}), batch),
            "TRUE | FALSE | TRUE | FALSE | TRUE | FALSE | TRUE");
  const BoundExprPtr without = when({is(0), s, is(1), t});
  EXPECT_EQ(values_of(fn("IS NULL", {without}), batch),
            "FALSE | TRUE | FALSE | TRUE | TRUE | TRUE | TRUE");
  EXPECT_EQ(values_of(fn("IS NOT NULL", {without}), batch),
            "TRUE | FALSE | TRUE | FALSE | FALSE | FALSE | FALSE");
}

TEST(IsNullTest, FieldsAreNullWhereTheirRowIs) {
  const Batch all =
      *parse_batch(*parse_schema("r ROW<a INT, b ROW<c STRING>>"),
                   "+ (1, (x)) | + null | + (NULL, NULL) | + (2, (NULL)) | + (3, (y))");
  const auto field = [](const BoundExprPtr& row, int i) { return BoundExpr::field(row, i); };
  const auto texts = [&](const Batch& batch) {
    const BoundExprPtr row = col(batch, "r");
    return values_of(fn("IS NULL", {field(row, 0)}), batch) + "; " +
           values_of(fn("IS NOT NULL", {field(field(row, 1), 0)}), batch);
  };
  EXPECT_EQ(texts(all), "FALSE | TRUE | TRUE | FALSE | FALSE; TRUE | FALSE | FALSE | FALSE | TRUE");
  EXPECT_EQ(texts(all.slice(1, 3)), "TRUE | TRUE | FALSE; FALSE | FALSE | FALSE");
  EXPECT_EQ(texts(all.slice(3, 2)), "FALSE | FALSE; FALSE | TRUE");
  const auto chosen = std::make_shared<const Selection>(Selection{0, 2, 4});
  EXPECT_EQ(texts(all.narrowed_to(chosen)), "FALSE | TRUE | FALSE; TRUE | FALSE | TRUE");
}

TEST(IsNullTest, FieldsMayHaveTheBitsOfTheirRow) {
  const Batch made = *parse_batch(*parse_schema("r ROW<a INT>"),
                                  "+ (1) | + null | + (3) | + null | + (5) | + (6)");
  const auto values = made.column(0)->values().Copy();
  const auto field = values->child_data[0]->Copy();
  field->buffers[0] = values->buffers[0];
  field->null_count = arrow::kUnknownNullCount;
  values->child_data[0] = field;
  const Batch all(made.schema(), {Column::plain(made.column(0)->type(), values)}, 6);
  const auto texts = [&](const Batch& batch) {
    const BoundExprPtr a = BoundExpr::field(col(batch, "r"), 0);
    return values_of(a, batch) + "; " + values_of(fn("IS NULL", {a}), batch);
  };
  EXPECT_EQ(texts(all), "1 | NULL | 3 | NULL | 5 | 6; FALSE | TRUE | FALSE | TRUE | FALSE | FALSE");
  EXPECT_EQ(texts(all.slice(1, 4)), "NULL | 3 | NULL | 5; TRUE | FALSE | TRUE | FALSE");
}

TEST(IsNullTest, DistinctTreatsNullAsAValue) {
  const Batch batch = *parse_batch(*parse_schema("a INT, b INT"),
                                   "+ 1 1 | + 1 2 | + null 2 | + 1 null | + null null");
  EXPECT_EQ(values_of(fn("IS DISTINCT FROM", {col(batch, "a"), col(batch, "b")}), batch),
            "FALSE | TRUE | TRUE | TRUE | FALSE");
  EXPECT_EQ(values_of(fn("IS NOT DISTINCT FROM", {col(batch, "a"), col(batch, "b")}), batch),
            "TRUE | FALSE | FALSE | FALSE | TRUE");
  EXPECT_EQ(values_of(fn("IS DISTINCT FROM", {col(batch, "a"), lit(1)}), batch),
            "FALSE | FALSE | TRUE | FALSE | TRUE");
}

}  // namespace
}  // namespace hw
