// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY, LIMIT and OFFSET.

#include <algorithm>

#include "reference/operators.h"

namespace hw::reference {
namespace {

Relation cut(Relation rows, int64_t limit, int64_t offset) {
  const auto size = static_cast<int64_t>(rows.size());
  const int64_t begin = std::min(offset, size);
  const int64_t end = limit > size - begin ? size : begin + limit;
  return {rows.begin() + begin, rows.begin() + end};
}

}  // namespace

bool comes_before(const std::vector<SortKey>& order, const Row& a, const Row& b) {
  for (const SortKey& key : order) {
    const Value& x = a[static_cast<size_t>(key.column)];
    const Value& y = b[static_cast<size_t>(key.column)];
    if (x.is_null() != y.is_null()) return x.is_null() == key.nulls_first;
    const int sign = compare(x, y);
    if (sign != 0) return (sign < 0) != key.descending;
  }
  return false;
}

void sort_rows(const std::vector<SortKey>& order, Relation& rows) {
  std::stable_sort(rows.begin(), rows.end(), [&](const Arrival& a, const Arrival& b) {
    return comes_before(order, a.row, b.row);
  });
}

Result<Relation> sort(const SortNode& node, Relation input) {
  sort_rows(node.order(), input);
  return input;
}

Relation limit(const LimitNode& node, Relation input) {
  return cut(std::move(input), node.limit(), node.offset());
}

Result<Relation> top_n(const TopNNode& node, Relation input) {
  // Patterns over OVER are made by rules, which the reference does without.
  if (node.parts().pattern) {
    return Status::NotImplemented("the reference does not know the operator ", node.name());
  }
  sort_rows(node.parts().order, input);
  return cut(std::move(input), node.parts().limit, node.parts().offset);
}

}  // namespace hw::reference
