// SPDX-License-Identifier: Apache-2.0

#include "sql/aggregate_by_choice.h"

#include <algorithm>
#include <string>
#include <utility>

#include "plan/logical/expr_rewrite.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "sql/outer_choices.h"

namespace hw {
namespace {

using Exprs = std::vector<BoundExprPtr>;

/// The numbers of the outer columns that the conditions read.
std::vector<int> outer_read(const Exprs& conditions) {
  std::vector<int> read;
  for (const BoundExprPtr& condition : conditions) {
    for_each_node(condition, [&](const BoundExprPtr& node) {
      if (!is_outer_column(*node)) return;
      const int number = node->column_index() - kOuterColumnFirst;
      if (std::find(read.begin(), read.end(), number) == read.end()) read.push_back(number);
    });
  }
  return read;
}

/// The choices with what the sub-query finds for each.
LogicalNodePtr found_by_choice(const LogicalNodePtr& choices, const Decorrelated& input,
                               const std::vector<int>& read, SqlPosition position) {
  Exprs tests;
  for (const BoundExprPtr& condition : input.conditions) {
    tests.push_back(rewrite(condition, [&](const BoundExprPtr& node) -> BoundExprPtr {
      if (node->kind() != BoundExpr::Kind::kColumn) return nullptr;
      int index = choices->num_columns() + node->column_index();
      if (is_outer_column(*node)) {
        const int number = node->column_index() - kOuterColumnFirst;
        index = static_cast<int>(std::find(read.begin(), read.end(), number) - read.begin());
      }
      return BoundExpr::column(index, node->type(), node->name())->with_position(node->position());
    }));
  }
  JoinNode::Parts parts;
  parts.position = position;
  if (!tests.empty()) parts.condition = conjunction(std::move(tests));
  return std::make_shared<JoinNode>(choices, input.plan, std::move(parts));
}

LogicalNodePtr aggregated(const LogicalNodePtr& found, const AggregateNode& aggregate, int keys) {
  std::vector<NamedAggregate> aggregates = aggregate.aggregates();
  for (NamedAggregate& named : aggregates) {
    for (int& arg : named.call.args) arg += keys;
    if (named.call.filter >= 0) named.call.filter += keys;
  }
  return std::make_shared<AggregateNode>(found, first_columns(static_cast<size_t>(keys)),
                                         std::move(aggregates), aggregate.ttl_ms());
}

}  // namespace

Result<JoinedByChoice> join_by_choice(const LogicalNodePtr& rows, const LogicalNodePtr& choosing,
                                      const std::vector<BoundExprPtr>& outer,
                                      const Decorrelated& input, const AggregateNode& aggregate,
                                      SqlPosition position) {
  const std::vector<int> read = outer_read(input.conditions);
  Exprs chosen;
  for (const int number : read) chosen.push_back(outer[static_cast<size_t>(number)]);
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr choices, choices_of(choosing, chosen, position));
  const LogicalNodePtr results = aggregated(found_by_choice(choices, input, read, position),
                                            aggregate, choices->num_columns());
  // What is chosen as columns of the rows.
  Exprs exprs = columns_of(*rows);
  std::vector<std::string> names;
  for (const PlanColumn& column : rows->columns()) names.push_back(column.name);
  JoinNode::Parts parts;
  for (size_t i = 0; i < chosen.size(); ++i) {
    int key = chosen[i]->column_index();
    if (chosen[i]->kind() != BoundExpr::Kind::kColumn) {
      key = static_cast<int>(exprs.size());
      names.push_back("$c" + std::to_string(i));
      exprs.push_back(chosen[i]);
    }
    parts.left_keys.push_back(key);
  }
  LogicalNodePtr left = rows;
  if (static_cast<int>(exprs.size()) > rows->num_columns()) {
    left = std::make_shared<ProjectNode>(rows, std::move(exprs), std::move(names));
  }
  parts.kind = JoinKind::kLeft;
  parts.right_keys = first_columns(chosen.size());
  parts.nulls_equal = true;
  parts.position = position;
  JoinedByChoice joined;
  joined.first_result = left->num_columns() + choices->num_columns();
  joined.plan = std::make_shared<JoinNode>(left, results, std::move(parts));
  return joined;
}

}  // namespace hw
