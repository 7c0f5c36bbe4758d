// SPDX-License-Identifier: Apache-2.0

#include "expr/merge_rows.h"

#include <algorithm>
#include <utility>

#include "expr/kernel_output.h"
#include "expr/row_value.h"

namespace hw {
namespace {

/// Where a part's fixed-width values lie; a constant's mask sends every row to its one value.
struct Part {
  const void* values;
  const Column* column;
  int64_t mask;
};

template <typename T>
Result<ColumnPtr> merge_fixed(const SqlType& type, const std::vector<ColumnPtr>& columns,
                              std::span<const RowSource> from) {
  const auto n = static_cast<int64_t>(from.size());
  std::vector<Part> parts;
  bool nulls = false;
  for (const ColumnPtr& column : columns) {
    parts.push_back({value_bytes<T>(*column), column.get(), row_mask(*column)});
    nulls = nulls || column->may_have_nulls();
  }
  HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<T>(n));
  auto* out = reinterpret_cast<T*>(values->mutable_data());
  for (int64_t i = 0; i < n; ++i) {
    const RowSource& source = from[static_cast<size_t>(i)];
    const Part& part = parts[static_cast<size_t>(source.source)];
    out[i] = load_value<T>(part.values, source.row & part.mask);
  }
  BufferPtr validity;
  if (nulls) {
    std::vector<uint8_t> present(from.size());
    uint8_t all = 1;
    for (size_t i = 0; i < from.size(); ++i) {
      const Part& part = parts[static_cast<size_t>(from[i].source)];
      present[i] = part.column->slot_is_null(from[i].row & part.mask) ? 0 : 1;
      all &= present[i];
    }
    if (all == 0) {
      HW_ASSIGN_OR_RETURN(validity, allocate_bitmap(n));
      pack_bits(present.data(), n, validity->mutable_data());
    }
  }
  return make_plain(type, n, std::move(validity), std::move(values));
}

}  // namespace

Result<ColumnPtr> merge_rows(const SqlType& type, const std::vector<ColumnPtr>& parts,
                             std::span<const RowSource> from) {
  std::vector<ColumnPtr> columns;
  const bool fixed = type.fixed_width() > 0 && type.physical() != PhysicalType::kBool;
  for (const ColumnPtr& part : parts) {
    ColumnPtr column = part->type() == type ? part : part->with_type(type);
    if (fixed && column->encoding() == Column::Encoding::kDictionary) {
      HW_ASSIGN_OR_RETURN(column, column->flattened());
    }
    columns.push_back(std::move(column));
  }
  if (fixed) {
    switch (type.fixed_width()) {
      case 1:
        return merge_fixed<int8_t>(type, columns, from);
      case 2:
        return merge_fixed<int16_t>(type, columns, from);
      case 4:
        return merge_fixed<int32_t>(type, columns, from);
      case 8:
        return merge_fixed<int64_t>(type, columns, from);
      case 16:
        return merge_fixed<Int128>(type, columns, from);
      default:
        break;
    }
  }
  return gather_from(columns, from);
}

}  // namespace hw
