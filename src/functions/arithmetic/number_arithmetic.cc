// SPDX-License-Identifier: Apache-2.0
//
// + - * / on machine integers, which wrap as in Java, and on floating point.

#include <cstdint>
#include <type_traits>

#include "expr/literal.h"
#include "expr/row_kernel.h"
#include "functions/arithmetic/arithmetic_kernels.h"
#include "functions/arithmetic/modulo.h"

namespace hw {
namespace {

/// Unsigned arithmetic wraps by definition; 32 bits at least, because smaller types would be
/// promoted to signed ones.
template <typename T>
using Unsigned = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

template <typename T>
T add(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a + b;
  else
    return static_cast<T>(static_cast<Unsigned<T>>(a) + static_cast<Unsigned<T>>(b));
}
template <typename T>
T subtract(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a - b;
  else
    return static_cast<T>(static_cast<Unsigned<T>>(a) - static_cast<Unsigned<T>>(b));
}
template <typename T>
T multiply(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a * b;
  else
    return static_cast<T>(static_cast<Unsigned<T>>(a) * static_cast<Unsigned<T>>(b));
}
template <typename T>
T divide_floats(T a, T b) {
  return a / b;
}

/// Requires: b != 0. MIN / -1 wraps to MIN, where the machine instruction would trap.
template <typename T>
T quotient(T a, T b) {
  return b == -1 ? subtract<T>(0, a) : static_cast<T>(a / b);
}
template <typename T>
Result<T> divide(T a, T b) {
  if (b == 0) return Status::Invalid("division by zero");
  return quotient(a, b);
}
template <typename T>
struct DivideByConstant {
  T operator()(T a) const { return quotient(a, divisor); }
  T divisor;
};

template <typename T>
Result<std::unique_ptr<ScalarKernel>> make_division(const CallBinding& binding) {
  const ColumnPtr& divisor = binding.literals[1];
  if (divisor != nullptr && !literal_is_null(divisor) && divisor->value<T>(0) != 0) {
    return make_first_argument_kernel(DivideByConstant<T>{divisor->value<T>(0)}, binding);
  }
  return row_kernel<divide<T>>()(binding);
}

Result<std::unique_ptr<ScalarKernel>> make_division(const CallBinding& binding) {
  switch (binding.result_type.physical()) {
    case PhysicalType::kInt8:
      return make_division<int8_t>(binding);
    case PhysicalType::kInt16:
      return make_division<int16_t>(binding);
    case PhysicalType::kInt32:
      return make_division<int32_t>(binding);
    case PhysicalType::kInt64:
      return make_division<int64_t>(binding);
    default:
      return row_kernel<divide_floats<float>, divide_floats<double>>()(binding);
  }
}

}  // namespace

Result<std::unique_ptr<ScalarKernel>> make_number_arithmetic(ArithmeticOp op,
                                                             const CallBinding& binding) {
  switch (op) {
    case ArithmeticOp::kAdd:
      return row_kernel<add<int8_t>, add<int16_t>, add<int32_t>, add<int64_t>, add<float>,
                        add<double>>()(binding);
    case ArithmeticOp::kSubtract:
      return row_kernel<subtract<int8_t>, subtract<int16_t>, subtract<int32_t>, subtract<int64_t>,
                        subtract<float>, subtract<double>>()(binding);
    case ArithmeticOp::kMultiply:
      return row_kernel<multiply<int8_t>, multiply<int16_t>, multiply<int32_t>, multiply<int64_t>,
                        multiply<float>, multiply<double>>()(binding);
    case ArithmeticOp::kDivide:
      return make_division(binding);
    case ArithmeticOp::kModulo:
      return make_modulo(binding);
  }
  return Status::UnknownError("unknown arithmetic operator");
}

}  // namespace hw
