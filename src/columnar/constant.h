// SPDX-License-Identifier: Apache-2.0
//
// Columns that hold one value in all rows, from C++ values.

#pragma once

#include <cstdint>
#include <string_view>

#include "columnar/column.h"

namespace hw {

ColumnPtr constant_bool(bool value, int64_t num_rows);
/// Integers, dates, times, timestamps, intervals. Requires: an integer physical type that fits.
ColumnPtr constant_int(const SqlType& type, int64_t value, int64_t num_rows);
/// FLOAT and DOUBLE.
ColumnPtr constant_double(const SqlType& type, double value, int64_t num_rows);
ColumnPtr constant_decimal(const SqlType& type, const arrow::Decimal128& value, int64_t num_rows);
/// Text and binary.
ColumnPtr constant_text(const SqlType& type, std::string_view value, int64_t num_rows);

/// The row of any column as a constant. Copies the one value.
Result<ColumnPtr> constant_from(const Column& column, int64_t row, int64_t num_rows);

}  // namespace hw
