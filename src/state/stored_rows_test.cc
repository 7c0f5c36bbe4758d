// SPDX-License-Identifier: Apache-2.0

#include "state/stored_rows.h"

#include <arrow/array.h>
#include <arrow/array/builder_decimal.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <gtest/gtest.h>

namespace hw {
namespace {

std::shared_ptr<arrow::RecordBatch> one_column(std::shared_ptr<arrow::Array> column) {
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("a", column->type())}),
                                  column->length(), {column});
}

TEST(StoredRowsTest, ARunningSumMayHaveMoreDigitsThanItsType) {
  arrow::Decimal128Builder builder(arrow::decimal128(38, 0));
  ASSERT_TRUE(builder.Append(arrow::Decimal128::GetMaxValue() + arrow::Decimal128(1)).ok());
  const auto rows = one_column(*builder.Finish());
  EXPECT_FALSE(rows->ValidateFull().ok());
  EXPECT_TRUE(validate_stored_rows(*rows).ok());
}

TEST(StoredRowsTest, TextThatIsNoneIsFound) {
  const auto bytes = arrow::Buffer::FromString("\xff");
  const auto offsets = arrow::Buffer::FromString(std::string("\0\0\0\0\1\0\0\0", 8));
  const auto text =
      arrow::MakeArray(arrow::ArrayData::Make(arrow::utf8(), 1, {nullptr, offsets, bytes}));
  EXPECT_FALSE(validate_stored_rows(*one_column(text)).ok());
}

TEST(StoredRowsTest, OffsetsBeyondTheBytesAreFound) {
  const auto offsets = arrow::Buffer::FromString(std::string("\0\0\0\0\7\0\0\0", 8));
  const auto text = arrow::MakeArray(arrow::ArrayData::Make(
      arrow::utf8(), 1, {nullptr, offsets, arrow::Buffer::FromString("abc")}));
  EXPECT_FALSE(validate_stored_rows(*one_column(text)).ok());
}

}  // namespace
}  // namespace hw
