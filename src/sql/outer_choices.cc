// SPDX-License-Identifier: Apache-2.0

#include "sql/outer_choices.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "plan/logical/aggregate.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "plan/logical/scan.h"

namespace hw {
namespace {

using Exprs = std::vector<BoundExprPtr>;

bool is_steady(const BoundExprPtr& expr) { return expr == nullptr || expr->deterministic(); }

/// A column that is PROCTIME() itself is another one each time; it matters to who reads it.
bool is_clock(const LogicalNode& node, int column) {
  return node.column(column).time == TimeAttribute::kProcessingTime;
}

bool reads_clock(const BoundExprPtr& expr, const std::vector<const LogicalNode*>& inputs) {
  if (expr == nullptr) return false;
  const std::vector<int> read = columns_read(*expr);
  return std::any_of(read.begin(), read.end(), [&](int column) {
    for (const LogicalNode* const input : inputs) {
      if (column < input->num_columns()) return is_clock(*input, column);
      column -= input->num_columns();
    }
    return false;
  });
}

bool is_steady_scan(const ScanNode& scan) {
  const std::vector<TableColumn>& columns = scan.table().columns;
  for (const TableColumn& column : columns) {
    if (is_steady(column.expr)) continue;
    bool is_clock_alone = false;
    for (int i = 0; i < scan.num_columns(); ++i) {
      is_clock_alone = is_clock_alone || (scan.column(i).name == column.name && is_clock(scan, i));
    }
    if (!is_clock_alone) return false;
  }
  return true;
}

/// Whether the plan gives the same rows where it is made twice, but for clocks that it passes on.
bool is_steady(const LogicalNode& plan) {
  bool steady = true;
  switch (plan.kind()) {
    case NodeKind::kScan:
      return is_steady_scan(plan.as<ScanNode>());
    case NodeKind::kFilter: {
      const BoundExprPtr& condition = plan.as<FilterNode>().condition();
      steady = is_steady(condition) && !reads_clock(condition, {plan.input().get()});
      break;
    }
    case NodeKind::kProject:
      for (const BoundExprPtr& expr : plan.as<ProjectNode>().exprs()) {
        const bool bare = expr->kind() == BoundExpr::Kind::kColumn;
        steady = steady && is_steady(expr) && (bare || !reads_clock(expr, {plan.input().get()}));
      }
      break;
    case NodeKind::kJoin: {
      const JoinNode::Parts& parts = plan.as<JoinNode>().parts();
      const std::vector<const LogicalNode*> sides = {plan.input(0).get(), plan.input(1).get()};
      steady = is_steady(parts.condition) && !parts.lookup && !reads_clock(parts.condition, sides);
      break;
    }
    case NodeKind::kUnion:
      break;
    default:
      // Windows by the clock, groups of it, orders.
      for (const LogicalNodePtr& input : plan.inputs()) {
        for (int i = 0; i < input->num_columns(); ++i) steady = steady && !is_clock(*input, i);
      }
  }
  return steady && std::all_of(plan.inputs().begin(), plan.inputs().end(),
                               [](const LogicalNodePtr& input) { return is_steady(*input); });
}

}  // namespace

Result<LogicalNodePtr> choices_of(const LogicalNodePtr& rows, const Exprs& values,
                                  SqlPosition position) {
  const bool steady =
      is_steady(*rows) && std::all_of(values.begin(), values.end(), [&](const auto& value) {
        return is_steady(value) && !reads_clock(value, {rows.get()});
      });
  if (!steady) {
    return not_supported_yet(
        "a sub-query that is compared with rows that are other ones each time, by more than "
        "equalities; write these rows to a table first, or write a join and GROUP BY",
        position);
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < values.size(); ++i) names.push_back("$c" + std::to_string(i));
  const auto chosen = std::make_shared<ProjectNode>(rows, values, std::move(names));
  return std::make_shared<AggregateNode>(chosen, first_columns(values.size()),
                                         std::vector<NamedAggregate>{});
}

std::vector<int> first_columns(size_t count) {
  std::vector<int> columns(count);
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

}  // namespace hw
