// SPDX-License-Identifier: Apache-2.0
//
// GREATEST and LEAST: NULL if any argument is.

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "columnar/sql_type.h"
#include "expr/cast.h"
#include "expr/encoded_kernel.h"
#include "expr/function_catalogue.h"
#include "expr/kernel_output.h"
#include "expr/merge_rows.h"
#include "expr/row_value.h"

namespace hw {
namespace {

/// NaN is the largest number.
template <typename T>
bool comes_before(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a < b || (std::isnan(b) && !std::isnan(a));
  else
    return a < b;
}

class ExtremeOf final : public EncodedKernel {
 public:
  ExtremeOf(bool largest, SqlType type) : EncodedKernel(std::move(type), 0), largest_(largest) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    std::vector<RowSource> from(static_cast<size_t>(num_rows));
    choose(args, from);
    const std::vector<ColumnPtr> parts(args.begin(), args.end());
    HW_ASSIGN_OR_RETURN(const ColumnPtr chosen, merge_rows(result_type(), parts, from));
    std::vector<const Column*> strict;
    for (const ColumnPtr& arg : args) strict.push_back(arg.get());
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity(strict, num_rows));
    if (!validity) return chosen;
    auto values = std::make_shared<arrow::ArrayData>(chosen->values());
    values->buffers[0] = std::move(validity);
    values->null_count = arrow::kUnknownNullCount;
    return Column::plain(result_type(), std::move(values));
  }

 private:
  void choose(std::span<const ColumnPtr> args, std::vector<RowSource>& from) const {
    switch (result_type().physical()) {
      case PhysicalType::kBool:
        return choose_as<bool>(args, from);
      case PhysicalType::kInt8:
        return choose_as<int8_t>(args, from);
      case PhysicalType::kInt16:
        return choose_as<int16_t>(args, from);
      case PhysicalType::kInt32:
        return choose_as<int32_t>(args, from);
      case PhysicalType::kInt64:
        return choose_as<int64_t>(args, from);
      case PhysicalType::kFloat32:
        return choose_as<float>(args, from);
      case PhysicalType::kFloat64:
        return choose_as<double>(args, from);
      case PhysicalType::kDecimal128:
        return choose_as<Int128>(args, from);
      default:
        return choose_as<std::string_view>(args, from);
    }
  }

  template <typename T>
  void choose_as(std::span<const ColumnPtr> args, std::vector<RowSource>& from) const {
    std::vector<ValueReader<T>> readers;
    for (const ColumnPtr& arg : args) readers.emplace_back(*arg);
    for (size_t row = 0; row < from.size(); ++row) {
      const auto at = static_cast<int32_t>(row);
      int32_t best = 0;
      T value = readers[0](at);
      for (size_t i = 1; i < readers.size(); ++i) {
        const T candidate = readers[i](at);
        const bool better =
            largest_ ? comes_before(value, candidate) : comes_before(candidate, value);
        if (!better) continue;
        best = static_cast<int32_t>(i);
        value = candidate;
      }
      // A constant part has one row only.
      from[row] = {best, args[static_cast<size_t>(best)]->is_constant() ? 0 : at};
    }
  }

  const bool largest_;
};

ScalarFunction record(bool largest) {
  ScalarFunction function;
  function.name = largest ? "GREATEST" : "LEAST";
  function.family = "conditional";
  function.signatures = {"(value T...) -> T"};
  function.coerce =
      [name = function.name](const CallBinding& binding) -> Result<std::vector<SqlType>> {
    if (binding.arg_types.empty()) {
      return Status::TypeError(name, " takes at least one argument");
    }
    HW_ASSIGN_OR_RETURN(const SqlType common, common_type(binding.arg_types));
    if (common.is_constructed() || !common.has_order()) {
      return Status::TypeError(name, " needs values that have an order, but got ",
                               common.to_sql_without_null());
    }
    return std::vector<SqlType>(binding.arg_types.size(), common);
  };
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    return binding.arg_types[0];
  };
  function.kernel = [largest](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
    return std::make_unique<ExtremeOf>(largest, binding.result_type);
  };
  return function;
}

}  // namespace

void register_greatest(FunctionCatalogue& catalogue) {
  ScalarFunction greatest = record(true);
  greatest.sentence = "The largest of the arguments; NULL if one of them is NULL.";
  greatest.examples = {{"GREATEST(1, 3, 2)", "3"}, {"GREATEST(1, CAST(NULL AS INT))", "NULL"}};
  catalogue.add(std::move(greatest));
  ScalarFunction least = record(false);
  least.sentence = "The smallest of the arguments; NULL if one of them is NULL.";
  least.examples = {{"LEAST('b', 'a')", "a"}};
  catalogue.add(std::move(least));
}

}  // namespace hw
