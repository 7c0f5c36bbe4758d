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

/// Whether the plan gives the same rows where it is made twice.
bool is_steady(const LogicalNode& plan) {
  bool steady = true;
  if (plan.kind() == NodeKind::kFilter) steady = is_steady(plan.as<FilterNode>().condition());
  if (plan.kind() == NodeKind::kProject) {
    const Exprs& exprs = plan.as<ProjectNode>().exprs();
    steady = std::all_of(exprs.begin(), exprs.end(),
                         [](const BoundExprPtr& expr) { return is_steady(expr); });
  }
  if (plan.kind() == NodeKind::kJoin) {
    const JoinNode::Parts& parts = plan.as<JoinNode>().parts();
    steady = is_steady(parts.condition) && !parts.lookup;
  }
  if (plan.kind() == NodeKind::kScan) {
    const std::vector<TableColumn>& columns = plan.as<ScanNode>().table().columns;
    steady = std::all_of(columns.begin(), columns.end(),
                         [](const TableColumn& column) { return is_steady(column.expr); });
  }
  return steady && std::all_of(plan.inputs().begin(), plan.inputs().end(),
                               [](const LogicalNodePtr& input) { return is_steady(*input); });
}

bool reads_clock(const BoundExpr& expr, const LogicalNode& rows) {
  return expr.kind() == BoundExpr::Kind::kColumn &&
         rows.column(expr.column_index()).time == TimeAttribute::kProcessingTime;
}

}  // namespace

Result<LogicalNodePtr> choices_of(const LogicalNodePtr& rows, const Exprs& values,
                                  SqlPosition position) {
  const bool steady =
      is_steady(*rows) && std::all_of(values.begin(), values.end(), [&](const auto& value) {
        return is_steady(value) && !reads_clock(*value, *rows);
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
