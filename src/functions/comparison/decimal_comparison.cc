// SPDX-License-Identifier: Apache-2.0
//
// Comparisons with a DECIMAL on at least one side. Scales are brought together without a cast, so
// nothing is rounded and nothing overflows; a constant is brought to the column's scale once.

#include <cstdint>
#include <optional>
#include <utility>

#include "expr/decimal_math.h"
#include "expr/row_kernel.h"
#include "expr/type_rules.h"
#include "functions/comparison/comparison_kernels.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

template <CompareOp kOp, typename T>
bool holds(T a, T b) {
  if constexpr (kOp == CompareOp::kEqual) return a == b;
  if constexpr (kOp == CompareOp::kNotEqual) return a != b;
  if constexpr (kOp == CompareOp::kLess) return a < b;
  return a <= b;
}

template <CompareOp kOp, typename A, typename B>
struct CompareScaled {
  bool operator()(A a, B b) const {
    return holds<kOp>(compare_decimals(a, shift_a, b, shift_b), 0);
  }
  int shift_a;
  int shift_b;
};

/// Both sides have one scale.
template <CompareOp kOp, typename A, typename B>
struct CompareRaw {
  bool operator()(A a, B b) const { return holds<kOp, Int128>(a, b); }
};

/// The other side is a constant at this side's scale, or at a scale that this side can be brought
/// to without overflow.
template <CompareOp kOp, typename A>
struct CompareConstant {
  bool operator()(A a) const { return holds<kOp, Int128>(Int128{a} * factor, bound); }
  Int128 factor;
  Int128 bound;
};

/// The same with the constant on the left, as `>` is swapped.
template <CompareOp kOp, typename A, typename B>
struct ConstantCompared {
  bool operator()(A, B b) const { return holds<kOp, Int128>(bound, Int128{b} * factor); }
  Int128 factor;
  Int128 bound;
};

/// A literal at the scale of both sides. Nothing where there is none, or where the other side
/// could overflow there.
template <typename T>
std::optional<Int128> bound_of(const ColumnPtr& literal, const SqlType& type, int shift,
                               const SqlType& other, int other_shift) {
  if (literal == nullptr || literal->is_null(0)) return std::nullopt;
  if (other.precision() + other_shift > kDecimalDigitsMax) return std::nullopt;
  return rescale_decimal(ValueReader<T>(*literal)(0), type.scale(), type.scale() + shift,
                         kDecimalDigitsMax);
}

template <CompareOp kOp, typename A, typename B>
KernelResult make(const CallBinding& binding) {
  const SqlType a = exact_decimal(binding.arg_types[0]);
  const SqlType b = exact_decimal(binding.arg_types[1]);
  const int scale = std::max(a.scale(), b.scale());
  const int shift_a = scale - a.scale();
  const int shift_b = scale - b.scale();
  if (const auto bound = bound_of<B>(binding.literals[1], b, shift_b, a, shift_a)) {
    return make_first_argument_kernel(CompareConstant<kOp, A>{power_of_ten(shift_a), *bound},
                                      binding);
  }
  if (const auto bound = bound_of<A>(binding.literals[0], a, shift_a, b, shift_b)) {
    return make_row_kernel(ConstantCompared<kOp, A, B>{power_of_ten(shift_b), *bound}, binding);
  }
  if (shift_a == 0 && shift_b == 0) return make_row_kernel(CompareRaw<kOp, A, B>{}, binding);
  return make_row_kernel(CompareScaled<kOp, A, B>{shift_a, shift_b}, binding);
}

/// Integers come as BIGINT (comparison_types).
template <CompareOp kOp>
KernelResult make_for(const CallBinding& binding) {
  if (binding.arg_types[0].is_integer()) return make<kOp, int64_t, Int128>(binding);
  if (binding.arg_types[1].is_integer()) return make<kOp, Int128, int64_t>(binding);
  return make<kOp, Int128, Int128>(binding);
}

}  // namespace

KernelResult make_decimal_comparison(CompareOp op, const CallBinding& binding) {
  switch (op) {
    case CompareOp::kEqual:
      return make_for<CompareOp::kEqual>(binding);
    case CompareOp::kNotEqual:
      return make_for<CompareOp::kNotEqual>(binding);
    case CompareOp::kLess:
      return make_for<CompareOp::kLess>(binding);
    case CompareOp::kLessEqual:
      return make_for<CompareOp::kLessEqual>(binding);
    default:
      return Status::UnknownError("> and >= are swapped before");
  }
}

}  // namespace hw
