// SPDX-License-Identifier: Apache-2.0

#include "expr/literal.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <arrow/util/decimal.h>

#include "base/assert.h"
#include "columnar/column_builder.h"

namespace hw {
namespace {

/// Builds the one row with `append`; fails only where the caller gave a value of another type.
template <typename Append>
BoundExprPtr build(const SqlType& type, const Append& append) {
  const SqlType not_null = type.not_null();
  Result<std::unique_ptr<ColumnBuilder>> builder = ColumnBuilder::make(not_null);
  HW_CHECK(builder.ok());
  HW_CHECK(append(**builder).ok());
  Result<ColumnPtr> column = (*builder)->finish();
  HW_CHECK(column.ok());
  return BoundExpr::literal(Column::constant(not_null, (*column)->values_ptr(), 1));
}

int code_points(std::string_view text) {
  return static_cast<int>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

}  // namespace

BoundExprPtr boolean_literal(bool value) {
  return build(SqlType::boolean(), [&](ColumnBuilder& out) { return out.append_bool(value); });
}

BoundExprPtr integer_literal(int64_t value, const SqlType& type) {
  return build(type, [&](ColumnBuilder& out) { return out.append_int(value); });
}

BoundExprPtr double_literal(double value, const SqlType& type) {
  return build(type, [&](ColumnBuilder& out) { return out.append_double(value); });
}

BoundExprPtr decimal_literal(const arrow::Decimal128& value, const SqlType& type) {
  return build(type, [&](ColumnBuilder& out) { return out.append_decimal(value); });
}

BoundExprPtr text_literal(std::string_view value) {
  return bytes_literal(value, SqlType::character(code_points(value)));
}

BoundExprPtr bytes_literal(std::string_view value, const SqlType& type) {
  return build(type, [&](ColumnBuilder& out) { return out.append_bytes(value); });
}

BoundExprPtr null_literal(const SqlType& type) {
  return BoundExpr::literal(Column::nulls(type.with_nullable(true), 1));
}

int64_t literal_integer(const Column& literal) {
  switch (literal.type().physical()) {
    case PhysicalType::kInt8:
      return literal.value<int8_t>(0);
    case PhysicalType::kInt16:
      return literal.value<int16_t>(0);
    case PhysicalType::kInt32:
      return literal.value<int32_t>(0);
    case PhysicalType::kInt64:
      return literal.value<int64_t>(0);
    default:
      HW_CHECK(false);
  }
}

bool literal_is_null(const ColumnPtr& literal) { return literal != nullptr && literal->is_null(0); }

}  // namespace hw
