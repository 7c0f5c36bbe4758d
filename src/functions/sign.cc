// SPDX-License-Identifier: Apache-2.0
//
// Unary minus, ABS and SIGN. Integers wrap as in Java: the smallest one is its own negative.

#include <cmath>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "expr/decimal_math.h"
#include "expr/function_catalogue.h"
#include "expr/resolve.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

template <typename T>
T negate(T value) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(0 - static_cast<uint64_t>(value));
  } else {
    return -value;
  }
}
template <typename T>
T absolute(T value) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fabs(value);
  else
    return value < 0 ? negate(value) : value;
}
template <typename T>
T sign(T value) {
  // NaN and the two zeros stay what they are.
  if constexpr (std::is_floating_point_v<T>)
    return value > 0 ? 1 : value < 0 ? -1 : value;
  else
    return static_cast<T>(value > 0 ? 1 : value < 0 ? -1 : 0);
}

struct DecimalSign {
  std::optional<Int128> operator()(Int128 value) const {
    return rescale_decimal(value > 0 ? 1 : value < 0 ? -1 : 0, 0, scale, precision);
  }
  int scale;
  int precision;
};

Result<std::unique_ptr<ScalarKernel>> make_sign(const CallBinding& binding) {
  const SqlType& type = binding.result_type;
  if (type.is(TypeKind::kDecimal)) {
    return make_row_kernel(DecimalSign{type.scale(), type.precision()}, binding);
  }
  return row_kernel<sign<int8_t>, sign<int16_t>, sign<int32_t>, sign<int64_t>, sign<float>,
                    sign<double>>()(binding);
}

Result<SqlType> same_type(const CallBinding& binding) { return binding.arg_types[0]; }

/// DECIMAL(2, 2) has no 1.
Result<SqlType> sign_type(const CallBinding& binding) {
  const SqlType& type = binding.arg_types[0];
  const bool no_one = type.is(TypeKind::kDecimal) && type.precision() == type.scale();
  return no_one ? type.with_nullable(true) : type;
}

}  // namespace

void register_sign(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "NEGATE",
      .family = "arithmetic",
      .signatures = {"(value NUMERIC) -> NUMERIC", "(value INTERVAL) -> INTERVAL"},
      .sentence = "Unary minus.",
      .examples = {{"-(5)", "-5"}, {"-(INTERVAL '1' DAY)", "-1 00:00:00.000"}},
      .infer = same_type,
      .kernel = row_kernel<negate<int8_t>, negate<int16_t>, negate<int32_t>, negate<int64_t>,
                           negate<float>, negate<double>, negate<Int128>>(),
  });
  catalogue.add(ScalarFunction{
      .name = "ABS",
      .family = "arithmetic",
      .signatures = {"(value NUMERIC) -> NUMERIC"},
      .sentence = "The value without its sign.",
      .examples = {{"ABS(-2.5)", "2.5"}, {"ABS(3)", "3"}},
      .infer = same_type,
      .kernel =
          row_kernel<absolute<int8_t>, absolute<int16_t>, absolute<int32_t>, absolute<int64_t>,
                     absolute<float>, absolute<double>, absolute<Int128>>(),
  });
  catalogue.add(ScalarFunction{
      .name = "SIGN",
      .family = "arithmetic",
      .signatures = {"(value NUMERIC) -> NUMERIC"},
      .sentence = "-1, 0 or 1 by the sign of the value, in its type.",
      .examples = {{"SIGN(-7)", "-1"}, {"SIGN(1.50)", "1.00"}},
      .nulls = Nulls::kHandled,
      .infer = sign_type,
      .kernel = make_sign,
  });
}

}  // namespace hw
