// SPDX-License-Identifier: Apache-2.0

#include "functions/arithmetic/modulo.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "expr/literal.h"
#include "expr/row_kernel.h"
#include "functions/arithmetic/modulo_by_constant.h"

namespace hw {
namespace {

template <typename A, typename B>
struct Modulo {
  Result<B> operator()(A a, B b) const {
    if (b == 0) return Status::Invalid("division by zero: the divisor of MOD must not be 0");
    // x % -1 is 0, but the machine instruction traps for the smallest x.
    if (b == -1) return B{0};
    return static_cast<B>(int64_t{a} % int64_t{b});
  }
};

template <typename A, typename B>
struct ModuloConstant {
  B operator()(A a) const { return static_cast<B>(modulo(a)); }
  ModuloByConstant modulo;
};

template <typename A>
struct Divisible {
  bool operator()(A a) const { return divisible(a); }
  DivisibleByConstant divisible;
};

template <typename T>
T modulo_floats(T a, T b) {
  return std::fmod(a, b);
}

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

template <typename A, typename B>
KernelResult make(const CallBinding& binding) {
  const ColumnPtr& divisor = binding.literals[1];
  if (divisor != nullptr && !literal_is_null(divisor) && divisor->value<B>(0) != 0) {
    return make_first_argument_kernel(ModuloConstant<A, B>{ModuloByConstant(divisor->value<B>(0))},
                                      binding);
  }
  return make_row_kernel(Modulo<A, B>{}, binding);
}

template <typename A>
KernelResult make_for_dividend(const CallBinding& binding) {
  switch (binding.arg_types[1].physical()) {
    case PhysicalType::kInt8:
      return make<A, int8_t>(binding);
    case PhysicalType::kInt16:
      return make<A, int16_t>(binding);
    case PhysicalType::kInt32:
      return make<A, int32_t>(binding);
    default:
      return make<A, int64_t>(binding);
  }
}

KernelResult make_divisible(const CallBinding& binding) {
  const DivisibleByConstant divisible(literal_integer(*binding.literals[1]));
  switch (binding.arg_types[0].physical()) {
    case PhysicalType::kInt8:
      return make_first_argument_kernel(Divisible<int8_t>{divisible}, binding);
    case PhysicalType::kInt16:
      return make_first_argument_kernel(Divisible<int16_t>{divisible}, binding);
    case PhysicalType::kInt32:
      return make_first_argument_kernel(Divisible<int32_t>{divisible}, binding);
    default:
      return make_first_argument_kernel(Divisible<int64_t>{divisible}, binding);
  }
}

/// Not in the catalogue: only compilation puts it into expressions.
const ScalarFunction& divisible_function() {
  static const ScalarFunction* const kFunction = [] {
    auto* function = new ScalarFunction();
    function->name = "DIVISIBLE";
    function->kernel = make_divisible;
    return function;
  }();
  return *kFunction;
}

/// A literal integer that is not NULL.
bool is_integer_literal(const BoundExpr& expr) {
  return expr.is_literal() && expr.type().is_integer() && !expr.is_null_literal();
}

}  // namespace

Result<std::unique_ptr<ScalarKernel>> make_modulo(const CallBinding& binding) {
  switch (binding.arg_types[0].physical()) {
    case PhysicalType::kInt8:
      return make_for_dividend<int8_t>(binding);
    case PhysicalType::kInt16:
      return make_for_dividend<int16_t>(binding);
    case PhysicalType::kInt32:
      return make_for_dividend<int32_t>(binding);
    case PhysicalType::kInt64:
      return make_for_dividend<int64_t>(binding);
    default:
      return row_kernel<modulo_floats<float>, modulo_floats<double>>()(binding);
  }
}

BoundExprPtr fuse_divisibility(const BoundExpr& equality) {
  for (size_t i = 0; i < 2; ++i) {
    const BoundExpr* remainder = equality.args()[i].get();
    const BoundExpr& zero = *equality.args()[1 - i];
    if (!is_integer_literal(zero) || literal_integer(*zero.literal_value()) != 0) continue;
    // A widening cast between the two does not change whether the remainder is 0.
    while (remainder->kind() == BoundExpr::Kind::kCast && remainder->type().is_integer() &&
           !remainder->can_fail() && remainder->args()[0]->type().is_integer() &&
           remainder->args()[0]->type().kind() < remainder->type().kind()) {
      remainder = remainder->args()[0].get();
    }
    if (remainder->kind() != BoundExpr::Kind::kCall || remainder->function()->name != "%") continue;
    const BoundExprPtr& dividend = remainder->args()[0];
    const BoundExprPtr& divisor = remainder->args()[1];
    if (!dividend->type().is_integer() || !is_integer_literal(*divisor) ||
        literal_integer(*divisor->literal_value()) == 0) {
      continue;
    }
    return BoundExpr::call(&divisible_function(), {dividend, divisor}, equality.type())
        ->with_position(equality.position());
  }
  return nullptr;
}

}  // namespace hw
