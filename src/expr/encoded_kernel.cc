// SPDX-License-Identifier: Apache-2.0

#include "expr/encoded_kernel.h"

#include <vector>

namespace hw {
namespace {

constexpr size_t kNone = SIZE_MAX;

}  // namespace

Result<ColumnPtr> EncodedKernel::evaluate(const KernelContext& context,
                                          std::span<const ColumnPtr> args) {
  size_t num_dictionaries = 0;
  size_t dictionary = kNone;
  bool plain = false;
  for (size_t i = 0; i < args.size(); ++i) {
    switch (args[i]->encoding()) {
      case Column::Encoding::kPlain:
        plain = true;
        break;
      case Column::Encoding::kConstant:
        if (!sees_nulls(i) && args[i]->slot_is_null(0)) {
          return Column::nulls(result_type_, context.num_rows);
        }
        break;
      case Column::Encoding::kDictionary:
        dictionary = i;
        ++num_dictionaries;
        break;
    }
  }
  if (context.num_rows == 0) return Column::nulls(result_type_, 0);
  if (!plain && num_dictionaries == 0) return evaluate_once(context, args);
  if (num_dictionaries == 0) return compute(context.num_rows, args);
  if (!plain && num_dictionaries == 1 && args[dictionary]->values().length <= context.num_rows) {
    Result<ColumnPtr> distinct = evaluate_distinct(dictionary, args);
    // The value that failed may be one that no row has.
    if (distinct.ok()) return distinct;
  }
  std::vector<ColumnPtr> flat(args.begin(), args.end());
  for (ColumnPtr& arg : flat) {
    if (arg->encoding() != Column::Encoding::kDictionary) continue;
    HW_ASSIGN_OR_RETURN(arg, arg->flattened());
  }
  return compute(context.num_rows, flat);
}

Result<ColumnPtr> EncodedKernel::evaluate_once(const KernelContext& context,
                                               std::span<const ColumnPtr> args) {
  HW_ASSIGN_OR_RETURN(ColumnPtr one, compute(1, args));
  return Column::constant(one->type(), one->values_ptr(), context.num_rows);
}

Result<ColumnPtr> EncodedKernel::evaluate_distinct(size_t dictionary,
                                                   std::span<const ColumnPtr> args) {
  const Column& column = *args[dictionary];
  std::vector<ColumnPtr> distinct(args.begin(), args.end());
  distinct[dictionary] = Column::plain(column.type(), column.values_ptr());
  const int64_t num_values = column.values().length;
  HW_ASSIGN_OR_RETURN(ColumnPtr result, compute(num_values, distinct));
  if (result->is_constant()) {
    return Column::constant(result->type(), result->values_ptr(), column.num_rows());
  }
  return column.with_dictionary_values(result->type(), result->values_ptr());
}

}  // namespace hw
