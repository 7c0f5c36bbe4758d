// SPDX-License-Identifier: Apache-2.0

#include "functions/aggregate/row_weights.h"

#include <arrow/util/bit_util.h>

namespace hw {
namespace {

void clear_nulls(const Column& column, std::vector<int8_t>& weights) {
  if (column.is_plain()) {
    const uint8_t* validity = column.validity();
    const int64_t offset = column.values().offset;
    for (size_t i = 0; i < weights.size(); ++i) {
      const bool valid = arrow::bit_util::GetBit(validity, offset + static_cast<int64_t>(i));
      weights[i] = static_cast<int8_t>(weights[i] * static_cast<int8_t>(valid));
    }
    return;
  }
  for (size_t i = 0; i < weights.size(); ++i) {
    if (column.is_null(static_cast<int64_t>(i))) weights[i] = 0;
  }
}

}  // namespace

std::vector<int8_t> row_weights(const AggregateInput& input) {
  std::vector<int8_t> weights;
  const size_t n = input.groups.size();
  if (input.signs != nullptr) weights.assign(input.signs, input.signs + n);
  for (const ColumnPtr& arg : input.args) {
    if (!arg->may_have_nulls()) continue;
    if (weights.empty()) weights.assign(n, 1);
    clear_nulls(*arg, weights);
  }
  return weights;
}

bool one_group(std::span<const uint32_t> groups) {
  uint32_t differences = 0;
  for (const uint32_t group : groups) differences |= group ^ groups[0];
  return differences == 0;
}

Result<ColumnPtr> direct_argument(const ColumnPtr& arg) {
  if (arg->encoding() != Column::Encoding::kDictionary) return arg;
  return arg->flattened();
}

}  // namespace hw
