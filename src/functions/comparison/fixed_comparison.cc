// SPDX-License-Identifier: Apache-2.0
//
// Comparisons of numbers, dates, times, text and booleans. > and >= are < and <= with the
// arguments swapped.

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

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
