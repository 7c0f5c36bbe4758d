// SPDX-License-Identifier: Apache-2.0
//
// + - * / % where at least one side is DECIMAL. Integers take part as they are. Where the result
// type leaves room for every digit nothing is checked; values that fit 64 bits are multiplied so.

#include <cstdint>
#include <optional>
#include <utility>

#include "expr/decimal_math.h"
#include "expr/row_kernel.h"
#include "functions/arithmetic/arithmetic_kernels.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

/// Digits that a 64-bit integer always holds.
constexpr int kNarrowDigits = 18;

/// The numbers that an operation is made of; see decimal_math.h.
struct Plan {
  int shift_a = 0;
  int shift_b = 0;
  int dropped = 0;
  int digits = kDecimalDigitsMax;
};

template <typename A, typename B>
struct AddExact {
  Int128 operator()(A a, B b) const { return Int128{a} * factor_a + Int128{b} * factor_b; }
  Int128 factor_a;
  Int128 factor_b;
};

template <typename A, typename B>
struct AddChecked {
  std::optional<Int128> operator()(A a, B b) const {
    return add_decimals(a, plan.shift_a, negate ? -Int128{b} : Int128{b}, plan.shift_b,
                        plan.dropped, plan.digits);
  }
  Plan plan;
  bool negate;
};

/// Both factors fit 64 bits, so that one machine multiplication does; a DECIMAL's high word is only
/// its sign then.
template <typename A, typename B>
struct MultiplyNarrow {
  Int128 operator()(A a, B b) const {
    return Int128{static_cast<int64_t>(a)} * static_cast<int64_t>(b);
  }
};
template <typename A, typename B>
struct MultiplyExact {
  Int128 operator()(A a, B b) const { return Int128{a} * Int128{b}; }
};
template <typename A, typename B>
struct MultiplyChecked {
  std::optional<Int128> operator()(A a, B b) const {
    return multiply_decimals(a, b, plan.dropped, plan.digits);
  }
  Plan plan;
};

template <typename A, typename B>
struct Divide {
  Result<std::optional<Int128>> operator()(A a, B b) const {
    if (b == 0) return Status::Invalid("division by zero");
    return divide_decimals(a, b, plan.shift_a, plan.digits);
  }
  Plan plan;
};

template <typename A, typename B, typename R>
struct Modulo {
  Result<std::optional<R>> operator()(A a, B b) const {
    if (b == 0) return Status::Invalid("division by zero: the divisor of MOD must not be 0");
    const std::optional<Int128> rest =
        modulo_decimals(a, plan.shift_a, b, plan.shift_b, plan.digits);
    if (!rest) return std::optional<R>();
    return std::optional<R>(static_cast<R>(*rest));
  }
  Plan plan;
};

/// `scale` and result precision come from the types of one call.
Plan plan_of(ArithmeticOp op, const CallBinding& binding) {
  const SqlType a = exact_decimal(binding.arg_types[0]);
  const SqlType b = exact_decimal(binding.arg_types[1]);
  const SqlType result = exact_decimal(binding.result_type);
  Plan plan;
  plan.digits = result.precision();
  switch (op) {
    case ArithmeticOp::kMultiply:
      plan.dropped = a.scale() + b.scale() - result.scale();
      break;
    case ArithmeticOp::kDivide:
      plan.shift_a = result.scale() - a.scale() + b.scale();
      break;
    default: {
      const int scale = std::max(a.scale(), b.scale());
      plan.shift_a = scale - a.scale();
      plan.shift_b = scale - b.scale();
      plan.dropped = scale - result.scale();
    }
  }
  return plan;
}

template <typename A, typename B>
KernelResult make_sum(ArithmeticOp op, const CallBinding& binding) {
  const Plan plan = plan_of(op, binding);
  const bool subtract = op == ArithmeticOp::kSubtract;
  // Only a result that was cut to 38 digits may be nullable without a nullable argument; with one
  // fewer digit every sum fits.
  const bool exact = plan.dropped == 0 && plan.digits < kDecimalDigitsMax;
  if (exact) {
    const Int128 factor_b = power_of_ten(plan.shift_b);
    return make_row_kernel(
        AddExact<A, B>{power_of_ten(plan.shift_a), subtract ? -factor_b : factor_b}, binding);
  }
  return make_row_kernel(AddChecked<A, B>{plan, subtract}, binding);
}

template <typename A, typename B>
KernelResult make_product(const CallBinding& binding) {
  const Plan plan = plan_of(ArithmeticOp::kMultiply, binding);
  const SqlType a = exact_decimal(binding.arg_types[0]);
  const SqlType b = exact_decimal(binding.arg_types[1]);
  if (a.precision() + b.precision() + 1 > kDecimalDigitsMax) {
    return make_row_kernel(MultiplyChecked<A, B>{plan}, binding);
  }
  const bool narrow_a = !std::is_same_v<A, Int128> || a.precision() <= kNarrowDigits;
  const bool narrow_b = !std::is_same_v<B, Int128> || b.precision() <= kNarrowDigits;
  if (narrow_a && narrow_b) return make_row_kernel(MultiplyNarrow<A, B>{}, binding);
  return make_row_kernel(MultiplyExact<A, B>{}, binding);
}

template <typename A, typename B>
KernelResult make_modulo_of(const CallBinding& binding) {
  const Plan plan = plan_of(ArithmeticOp::kModulo, binding);
  // Whole numbers have the divisor's type; that is an integer when only the dividend is DECIMAL.
  if (binding.result_type.is(TypeKind::kDecimal)) {
    return make_row_kernel(Modulo<A, B, Int128>{plan}, binding);
  }
  switch (binding.result_type.physical()) {
    case PhysicalType::kInt8:
      return make_row_kernel(Modulo<A, B, int8_t>{plan}, binding);
    case PhysicalType::kInt16:
      return make_row_kernel(Modulo<A, B, int16_t>{plan}, binding);
    case PhysicalType::kInt32:
      return make_row_kernel(Modulo<A, B, int32_t>{plan}, binding);
    default:
      return make_row_kernel(Modulo<A, B, int64_t>{plan}, binding);
  }
}

template <typename A, typename B>
KernelResult make(ArithmeticOp op, const CallBinding& binding) {
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract:
      return make_sum<A, B>(op, binding);
    case ArithmeticOp::kMultiply:
      return make_product<A, B>(binding);
    case ArithmeticOp::kDivide:
      return make_row_kernel(Divide<A, B>{plan_of(op, binding)}, binding);
    case ArithmeticOp::kModulo:
      return make_modulo_of<A, B>(binding);
  }
  return Status::UnknownError("unknown arithmetic operator");
}

/// Integers below 64 bits are widened first: too few such queries to be worth code of their own.
class WidenedKernel final : public ScalarKernel {
 public:
  WidenedKernel(std::unique_ptr<ScalarKernel> kernel, std::vector<std::unique_ptr<ScalarKernel>> w)
      : kernel_(std::move(kernel)), widen_(std::move(w)) {}
  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    std::vector<ColumnPtr> wide(args.begin(), args.end());
    for (size_t i = 0; i < wide.size(); ++i) {
      if (!widen_[i]) continue;
      HW_ASSIGN_OR_RETURN(wide[i], widen_[i]->evaluate(context, args.subspan(i, 1)));
    }
    return kernel_->evaluate(context, wide);
  }

 private:
  const std::unique_ptr<ScalarKernel> kernel_;
  const std::vector<std::unique_ptr<ScalarKernel>> widen_;
};

template <typename T>
int64_t widen(T value) {
  return value;
}

}  // namespace

KernelResult make_decimal_arithmetic(ArithmeticOp op, const CallBinding& binding) {
  CallBinding wide = binding;
  std::vector<std::unique_ptr<ScalarKernel>> widenings(2);
  bool any = false;
  for (size_t i = 0; i < 2; ++i) {
    SqlType& type = wide.arg_types[i];
    if (!type.is_integer() || type.is(TypeKind::kBigint)) continue;
    CallBinding one;
    one.arg_types = {type};
    one.literals = {nullptr};
    one.result_type = SqlType::bigint().with_nullable(type.nullable());
    HW_ASSIGN_OR_RETURN(widenings[i],
                        (row_kernel<widen<int8_t>, widen<int16_t>, widen<int32_t>>()(one)));
    type = one.result_type;
    any = true;
  }
  const bool int_a = wide.arg_types[0].is_integer();
  const bool int_b = wide.arg_types[1].is_integer();
  HW_ASSIGN_OR_RETURN(std::unique_ptr<ScalarKernel> kernel,
                      (int_a   ? make<int64_t, Int128>(op, wide)
                       : int_b ? make<Int128, int64_t>(op, wide)
                               : make<Int128, Int128>(op, wide)));
  if (!any) return kernel;
  return std::make_unique<WidenedKernel>(std::move(kernel), std::move(widenings));
}

}  // namespace hw
