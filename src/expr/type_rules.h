// SPDX-License-Identifier: Apache-2.0
//
// Result types of arithmetic and aggregates, as Flink derives them.

#pragma once

#include <cstdint>

#include "columnar/sql_type.h"

namespace hw {

enum class ArithmeticOp : uint8_t { kAdd, kSubtract, kMultiply, kDivide, kModulo };

/// DECIMAL(precision, scale), or when 38 digits do not do, 38 digits with as many of the fraction
/// as the integer part leaves, but not fewer than min(scale, 6).
SqlType bounded_decimal(int precision, int scale);

/// The DECIMAL that holds every value of an integer type; a DECIMAL is itself.
/// Requires: integer or DECIMAL. Nullability is kept.
SqlType exact_decimal(const SqlType& type);

/// Type of `a op b` for numbers. Nullable if one of them is, or if the result is a DECIMAL whose
/// values may overflow (which gives NULL). Requires: both numeric.
SqlType arithmetic_type(ArithmeticOp op, const SqlType& a, const SqlType& b);

/// SUM keeps integers and floats and widens DECIMAL to 38 digits; AVG of DECIMAL has a scale of
/// at least 6. Both nullable.
SqlType sum_type(const SqlType& arg);
SqlType avg_type(const SqlType& arg);

/// DECIMAL(p, s) rounded to `digits` places behind the point.
SqlType round_type(const SqlType& decimal, int64_t digits);

}  // namespace hw
