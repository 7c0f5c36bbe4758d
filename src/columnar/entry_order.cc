// SPDX-License-Identifier: Apache-2.0

#include "columnar/entry_order.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "columnar/nested.h"

namespace hw {
namespace {

using arrow::ArrayData;
using DataPtr = std::shared_ptr<ArrayData>;

/// Numbers the entries so that those of each row follow their keys.
std::vector<int32_t> order_of(const Column& column, const ElementsView& entries) {
  std::vector<int32_t> order(static_cast<size_t>(entries.keys()->num_rows()));
  std::iota(order.begin(), order.end(), 0);
  std::vector<std::string> keys;
  for (int64_t row = 0; row < column.num_rows(); ++row) {
    if (column.is_null(row) || entries.count(row) < 2) continue;
    const int64_t begin = entries.begin(row);
    keys.assign(static_cast<size_t>(entries.count(row)), std::string());
    for (size_t i = 0; i < keys.size(); ++i) {
      append_order_bytes(*entries.keys(), begin + static_cast<int64_t>(i), /*descending=*/false,
                         /*nulls_first=*/true, keys[i]);
    }
    // Stable: what has one key twice is not a map, and keeps its order.
    std::stable_sort(
        order.begin() + begin, order.begin() + entries.end(row), [&](int32_t a, int32_t b) {
          return keys[static_cast<size_t>(a - begin)] < keys[static_cast<size_t>(b - begin)];
        });
  }
  return order;
}

Result<DataPtr> ordered(const SqlType& type, const DataPtr& data);

/// Requires: a MAP or MULTISET.
Result<DataPtr> ordered_entries(const SqlType& type, const DataPtr& data) {
  const ColumnPtr column = Column::plain(type, data);
  const ElementsView entries(*column);
  const std::vector<int32_t> order = order_of(*column, entries);
  ColumnPtr keys = entries.keys();
  ColumnPtr values = entries.values();
  const bool moved = !std::is_sorted(order.begin(), order.end());
  if (moved) {
    HW_ASSIGN_OR_RETURN(keys, gather(*keys, order));
    HW_ASSIGN_OR_RETURN(keys, keys->flattened());
    HW_ASSIGN_OR_RETURN(values, gather(*values, order));
    HW_ASSIGN_OR_RETURN(values, values->flattened());
  }
  HW_ASSIGN_OR_RETURN(const DataPtr inner, ordered(values->type(), values->values_ptr()));
  if (!moved && inner == values->values_ptr()) return data;
  DataPtr copy = data->Copy();
  copy->child_data[0] =
      ArrayData::Make(data->child_data[0]->type, static_cast<int64_t>(order.size()), {nullptr},
                      {keys->values_ptr(), inner}, /*null_count=*/0);
  return copy;
}

/// Element i of what is returned is element i of `data`.
Result<DataPtr> ordered(const SqlType& type, const DataPtr& data) {
  if (!holds_entries(type)) return data;
  if (type.is(TypeKind::kMap) || type.is(TypeKind::kMultiset)) return ordered_entries(type, data);
  DataPtr copy = data->Copy();
  bool same = true;
  for (size_t i = 0; i < data->child_data.size(); ++i) {
    HW_ASSIGN_OR_RETURN(copy->child_data[i], ordered(type.fields()[i].type, data->child_data[i]));
    same = same && copy->child_data[i] == data->child_data[i];
  }
  return same ? data : copy;
}

}  // namespace

bool holds_entries(const SqlType& type) {
  if (type.is(TypeKind::kMap) || type.is(TypeKind::kMultiset)) return true;
  const std::vector<SqlField>& fields = type.fields();
  return std::any_of(fields.begin(), fields.end(),
                     [](const SqlField& field) { return holds_entries(field.type); });
}

Result<ColumnPtr> with_ordered_entries(const ColumnPtr& column) {
  HW_ASSIGN_OR_RETURN(DataPtr values, ordered(column->type(), column->values_ptr()));
  if (values == column->values_ptr()) return column;
  return std::make_shared<const Column>(column->type(), column->encoding(), std::move(values),
                                        column->indices_ptr(), column->indices_offset(),
                                        column->num_rows());
}

}  // namespace hw
