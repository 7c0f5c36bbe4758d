// SPDX-License-Identifier: Apache-2.0

#include "columnar/constant.h"

#include <arrow/util/decimal.h>

#include "base/assert.h"
#include "columnar/fast_builders.h"
#include "columnar/gather_values.h"

namespace hw {
namespace {

ColumnPtr as_constant(const Column& one_row, int64_t num_rows) {
  return Column::constant(one_row.type(), one_row.values_ptr(), num_rows);
}

template <typename T>
ColumnPtr fixed_constant(const SqlType& type, T value, int64_t num_rows) {
  FixedBuilder<T> builder;
  builder.append(value);
  return as_constant(*builder.finish(type), num_rows);
}

}  // namespace

ColumnPtr constant_bool(bool value, int64_t num_rows) {
  BoolBuilder builder;
  builder.append(value);
  return as_constant(*builder.finish(SqlType::boolean()), num_rows);
}

ColumnPtr constant_int(const SqlType& type, int64_t value, int64_t num_rows) {
  switch (type.physical()) {
    case PhysicalType::kInt8:
      return fixed_constant(type, static_cast<int8_t>(value), num_rows);
    case PhysicalType::kInt16:
      return fixed_constant(type, static_cast<int16_t>(value), num_rows);
    case PhysicalType::kInt32:
      return fixed_constant(type, static_cast<int32_t>(value), num_rows);
    default:
      HW_CHECK(type.physical() == PhysicalType::kInt64);
      return fixed_constant(type, value, num_rows);
  }
}

ColumnPtr constant_double(const SqlType& type, double value, int64_t num_rows) {
  if (type.physical() == PhysicalType::kFloat32) {
    return fixed_constant(type, static_cast<float>(value), num_rows);
  }
  HW_CHECK(type.physical() == PhysicalType::kFloat64);
  return fixed_constant(type, value, num_rows);
}

ColumnPtr constant_decimal(const SqlType& type, const arrow::Decimal128& value, int64_t num_rows) {
  HW_CHECK(type.physical() == PhysicalType::kDecimal128);
  return fixed_constant(type, value, num_rows);
}

ColumnPtr constant_text(const SqlType& type, std::string_view value, int64_t num_rows) {
  HW_CHECK(type.physical() == PhysicalType::kBytes);
  BytesBuilder builder;
  builder.append(value);
  Result<ColumnPtr> column = builder.finish(type);
  HW_CHECK(column.ok());
  return as_constant(**column, num_rows);
}

Result<ColumnPtr> constant_from(const Column& column, int64_t row, int64_t num_rows) {
  const auto slot = static_cast<int32_t>(column.slot(row));
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ArrayData> value,
                      gather_values(column.values(), {&slot, 1}));
  return Column::constant(column.type(), std::move(value), num_rows);
}

}  // namespace hw
