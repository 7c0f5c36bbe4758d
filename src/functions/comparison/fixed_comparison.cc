// SPDX-License-Identifier: Apache-2.0
//
// Comparisons of numbers, dates, times, text and booleans. > and >= are < and <= with the
// arguments swapped.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "expr/civil_date.h"
#include "expr/row_kernel.h"
#include "functions/comparison/comparison_kernels.h"

namespace hw {
namespace {

template <typename T>
bool equal(T a, T b) {
  return a == b;
}
template <typename T>
bool not_equal(T a, T b) {
  return a != b;
}
template <typename T>
bool less(T a, T b) {
  return a < b;
}
template <typename T>
bool less_equal(T a, T b) {
  return a <= b;
}

class SwappedKernel final : public ScalarKernel {
 public:
  explicit SwappedKernel(std::unique_ptr<ScalarKernel> kernel) : kernel_(std::move(kernel)) {}
  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    const std::array<ColumnPtr, 2> swapped = {args[1], args[0]};
    return kernel_->evaluate(context, swapped);
  }

 private:
  const std::unique_ptr<ScalarKernel> kernel_;
};

Result<std::unique_ptr<ScalarKernel>> make_swapped(CompareOp op, const CallBinding& binding) {
  CallBinding swapped = binding;
  std::swap(swapped.arg_types[0], swapped.arg_types[1]);
  std::swap(swapped.literals[0], swapped.literals[1]);
  HW_ASSIGN_OR_RETURN(std::unique_ptr<ScalarKernel> kernel, make_comparison(op, swapped));
  return std::make_unique<SwappedKernel>(std::move(kernel));
}

/// Timestamps of two units. `a` is in the longer one unless `swapped`.
struct CompareUnits {
  bool operator()(int64_t a, int64_t b) const {
    const int order = swapped ? -order_of(b, a) : order_of(a, b);
    switch (op) {
      case CompareOp::kEqual:
        return order == 0;
      case CompareOp::kNotEqual:
        return order != 0;
      case CompareOp::kLess:
        return order < 0;
      default:
        return order <= 0;
    }
  }
  // Compares whole longer units first: nothing is multiplied, so nothing overflows.
  int order_of(int64_t coarse, int64_t fine) const {
    const int64_t whole = floor_div(fine, fine_per_coarse);
    if (coarse != whole) return coarse < whole ? -1 : 1;
    return floor_mod(fine, fine_per_coarse) > 0 ? -1 : 0;
  }
  CompareOp op;
  bool swapped;
  int64_t fine_per_coarse;
};

Result<std::unique_ptr<ScalarKernel>> compare_units(CompareOp op, const CallBinding& binding) {
  const int64_t a = binding.arg_types[0].ticks_per_second();
  const int64_t b = binding.arg_types[1].ticks_per_second();
  return make_row_kernel(CompareUnits{op, a > b, std::max(a, b) / std::min(a, b)}, binding);
}

// One storage type after the other; a function template cannot be an argument of a template.
#define HW_EACH_STORAGE(function)                                                     \
  function<int64_t>, function<int32_t>, function<std::string_view>, function<double>, \
      function<float>, function<int16_t>, function<int8_t>, function<bool>

}  // namespace

Result<std::unique_ptr<ScalarKernel>> make_comparison(CompareOp op, const CallBinding& binding) {
  if (op == CompareOp::kGreater) return make_swapped(CompareOp::kLess, binding);
  if (op == CompareOp::kGreaterEqual) return make_swapped(CompareOp::kLessEqual, binding);
  const SqlType& a = binding.arg_types[0];
  const SqlType& b = binding.arg_types[1];
  if (a.is(TypeKind::kDecimal) || b.is(TypeKind::kDecimal)) {
    return make_decimal_comparison(op, binding);
  }
  if (a.is_timestamp() && a.ticks_per_second() != b.ticks_per_second()) {
    return compare_units(op, binding);
  }
  if (a.is_constructed()) return make_constructed_equality(op == CompareOp::kEqual, binding);
  switch (op) {
    case CompareOp::kEqual:
      return row_kernel<HW_EACH_STORAGE(equal)>()(binding);
    case CompareOp::kNotEqual:
      return row_kernel<HW_EACH_STORAGE(not_equal)>()(binding);
    case CompareOp::kLess:
      return row_kernel<HW_EACH_STORAGE(less)>()(binding);
    default:
      return row_kernel<HW_EACH_STORAGE(less_equal)>()(binding);
  }
}

#undef HW_EACH_STORAGE

}  // namespace hw
