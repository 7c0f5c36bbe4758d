// SPDX-License-Identifier: Apache-2.0
//
// The kernel that SUM and AVG share; they differ in what they make of sum and count at the end.

#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "expr/kernel_output.h"
#include "functions/aggregate/running_sum.h"

namespace hw {

/// Value: how the argument is stored. Sum: in what it is summed. Finish: an object with
/// `std::optional<Out> operator()(Sum sum, int64_t count, int64_t wraps) const`, called with
/// count > 0.
template <typename Value, typename Sum, typename Out, typename Finish>
class SumKernel final : public AggregateKernel {
 public:
  SumKernel(Finish finish, bool wraps, SqlType result_type)
      : finish_(std::move(finish)), wraps_(wraps), result_type_(std::move(result_type)) {}

  std::vector<AccumulatorColumn> accumulator() const override {
    return RunningSum<Sum>::columns(wraps_);
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    if (input.groups.empty()) return Status::OK();
    HW_ASSIGN_OR_RETURN(const ColumnPtr arg, direct_argument(input.args[0]));
    RunningSum<Sum>(state, wraps_).template update<Value>(*arg, input);
    return Status::OK();
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    return combine(state, rows, from, from_rows, 1);
  }
  Status unmerge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
                 std::span<const uint32_t> from_rows) override {
    return combine(state, rows, from, from_rows, -1);
  }
  /// Floating point does not get back to where it was.
  bool invertible() const override { return !std::is_same_v<Sum, double>; }

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    const RunningSum<Sum> sums(state, wraps_);
    const auto n = static_cast<int64_t>(rows.size());
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<Out>(n));
    auto* out = reinterpret_cast<Out*>(values->mutable_data());
    std::vector<uint8_t> present(rows.size());
    uint8_t all = 1;
    for (size_t i = 0; i < rows.size(); ++i) {
      const int64_t count = sums.count(rows[i]);
      std::optional<Out> value;
      if (count > 0) value = finish_(sums.sum(rows[i]), count, sums.wraps(rows[i]));
      out[i] = value.value_or(Out{});
      present[i] = value ? 1 : 0;
      all &= present[i];
    }
    BufferPtr validity;
    if (all == 0) {
      HW_ASSIGN_OR_RETURN(validity, allocate_bitmap(n));
      pack_bits(present.data(), n, validity->mutable_data());
    }
    return make_plain(result_type_, n, std::move(validity), std::move(values));
  }

 private:
  Status combine(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
                 std::span<const uint32_t> from_rows, int weight) {
    RunningSum<Sum> sums(state, wraps_);
    const RunningSum<Sum> others(from, wraps_);
    for (size_t i = 0; i < rows.size(); ++i) {
      sums.combine(rows[i], others, from_rows[i], weight);
    }
    return Status::OK();
  }

  const Finish finish_;
  const bool wraps_;
  const SqlType result_type_;
};

/// Makes the kernel for the argument's type. FinishOf<Out> is SUM's or AVG's last step.
template <template <typename> typename Finish>
Result<std::unique_ptr<AggregateKernel>> make_sum_kernel(const AggregateBinding& binding,
                                                         int shift) {
  const SqlType& arg = binding.arg_types[0];
  const SqlType& type = binding.result_type;
  const auto number = [&]<typename Value, typename Sum>(Value, Sum) {
    return std::make_unique<SumKernel<Value, Sum, Value, Finish<Value>>>(Finish<Value>{shift},
                                                                         false, type);
  };
  switch (arg.physical()) {
    case PhysicalType::kInt8:
      return number(int8_t{}, int64_t{});
    case PhysicalType::kInt16:
      return number(int16_t{}, int64_t{});
    case PhysicalType::kInt32:
      return number(int32_t{}, int64_t{});
    case PhysicalType::kInt64:
      return number(int64_t{}, int64_t{});
    case PhysicalType::kFloat32:
      return number(float{}, double{});
    case PhysicalType::kFloat64:
      return number(double{}, double{});
    case PhysicalType::kDecimal128:
      return std::make_unique<SumKernel<Int128, Int128, Int128, Finish<Int128>>>(
          Finish<Int128>{shift}, arg.precision() > kNeverWrapsDigits, type);
    default:
      return Status::UnknownError("SUM and AVG take numbers");
  }
}

}  // namespace hw
