// SPDX-License-Identifier: Apache-2.0
//
// Literals from values. The types that they get are NOT NULL, but for NULL's.

#pragma once

#include <cstdint>
#include <string_view>

#include "expr/bound_expr.h"

namespace arrow {
class Decimal128;
}

namespace hw {

BoundExprPtr boolean_literal(bool value);
/// Integers, DATE, TIME, TIMESTAMP*, intervals: the number that is stored.
BoundExprPtr integer_literal(int64_t value, const SqlType& type);
/// FLOAT and DOUBLE.
BoundExprPtr double_literal(double value, const SqlType& type = SqlType::float64());
BoundExprPtr decimal_literal(const arrow::Decimal128& value, const SqlType& type);
/// CHAR(n), n = code points.
BoundExprPtr text_literal(std::string_view value);
/// Text or bytes of a given type; keyword arguments (SYMBOL), upper case.
BoundExprPtr bytes_literal(std::string_view value, const SqlType& type);
BoundExprPtr null_literal(const SqlType& type = SqlType::null());

/// The value of a one-row literal column. Requires: the fitting physical type, not NULL.
int64_t literal_integer(const Column& literal);
bool literal_is_null(const ColumnPtr& literal);

}  // namespace hw
