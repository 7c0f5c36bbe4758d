// SPDX-License-Identifier: Apache-2.0
//
// The three worlds behind + - * / %: machine numbers, DECIMAL, dates and intervals.

#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "expr/scalar_function.h"
#include "expr/type_rules.h"

namespace hw {

/// Integers (wrapping, in the result's type) and floating point. Both arguments and the result are
/// of one type, but for %: there the dividend's integer type may be another than the divisor's.
Result<std::unique_ptr<ScalarKernel>> make_number_arithmetic(ArithmeticOp op,
                                                             const CallBinding& binding);

/// At least one DECIMAL; the other a DECIMAL or an integer. Nothing is cast beforehand.
Result<std::unique_ptr<ScalarKernel>> make_decimal_arithmetic(ArithmeticOp op,
                                                              const CallBinding& binding);

/// What + - * / mean where a date, a time or an interval takes part; no value when they mean
/// nothing for these types.
struct DatetimeArithmetic {
  std::vector<SqlType> arg_types;
  SqlType result;
};
std::optional<DatetimeArithmetic> datetime_arithmetic_types(ArithmeticOp op,
                                                            const CallBinding& binding);
Result<std::unique_ptr<ScalarKernel>> make_datetime_arithmetic(ArithmeticOp op,
                                                               const CallBinding& binding);

}  // namespace hw
