// SPDX-License-Identifier: Apache-2.0

#include "plan/lower/spread.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "expr/bound_expr.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/join.h"

namespace hw {
namespace {

using Lists = std::vector<std::vector<int>>;

/// Rows that are padded with NULLs are where those of their own side are.
Lists spread_of_join(const PhysicalNode& node) {
  Lists lists;
  for (const Placement& placement : node.placements) {
    if (placement.contract != EdgeContract::kHash) return {};
  }
  const JoinKind kind = node.logical->as<JoinNode>().parts().kind;
  if (kind != JoinKind::kRight && kind != JoinKind::kFull) lists.push_back(node.placements[0].keys);
  if (kind == JoinKind::kInner || kind == JoinKind::kRight) {
    std::vector<int> right = node.placements[1].keys;
    for (int& column : right) column += node.input(0).schema->num_fields();
    lists.push_back(std::move(right));
  }
  return lists;
}

Lists spread_of_calc(const PhysicalNode& node) {
  Lists lists;
  for (const std::vector<int>& list : spread_of(node.input())) {
    std::vector<int> now;
    for (const int column : list) {
      const auto same = [&](const BoundExprPtr& expr) {
        return expr->kind() == BoundExpr::Kind::kColumn && expr->column_index() == column;
      };
      const auto found = std::find_if(node.projections.begin(), node.projections.end(), same);
      if (found == node.projections.end()) break;
      now.push_back(static_cast<int>(found - node.projections.begin()));
    }
    if (now.size() == list.size()) lists.push_back(std::move(now));
  }
  return lists;
}

}  // namespace

std::vector<std::vector<int>> spread_of(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kJoin:
      return spread_of_join(node);
    case PhysicalKind::kCalc:
      return spread_of_calc(node);
    case PhysicalKind::kGroupAggregate: {
      const size_t by = node.spread_by > 0 ? static_cast<size_t>(node.spread_by)
                                           : node.logical->as<AggregateNode>().keys().size();
      if (by == 0) return {};
      std::vector<int> keys(by);
      std::iota(keys.begin(), keys.end(), 0);
      return {std::move(keys)};
    }
    default:
      return {};
  }
}

int spread_by_first(const PhysicalNode& node, const std::vector<int>& keys) {
  for (const std::vector<int>& list : spread_of(node)) {
    if (list.size() > keys.size() || list.empty()) continue;
    if (std::equal(list.begin(), list.end(), keys.begin())) return static_cast<int>(list.size());
  }
  return 0;
}

}  // namespace hw
