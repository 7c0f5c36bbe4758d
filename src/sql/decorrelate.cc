// SPDX-License-Identifier: Apache-2.0

#include "sql/decorrelate.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "plan/logical/aggregate.h"
#include "plan/logical/expr_rewrite.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "plan/logical/sort.h"

namespace hw {
namespace {

using Conditions = std::vector<BoundExprPtr>;

/// A node without outer columns, and where its old columns are now.
struct Freed {
  LogicalNodePtr node;
  Conditions conditions;
  std::vector<int> new_index;
};

Result<Freed> free_node(const LogicalNodePtr& node);

std::vector<int> same_index(int count) {
  std::vector<int> index(static_cast<size_t>(count));
  std::iota(index.begin(), index.end(), 0);
  return index;
}

Status refused(const LogicalNode& plan, const std::string& where) {
  return not_supported_yet("a column of the outer query " + where +
                               "; compare it in the WHERE of the sub-query, or write a join",
                           place_of_outer(plan));
}

/// Splits off the tests that read outer columns.
Conditions take_outer(Conditions& tests) {
  const auto own = std::stable_partition(
      tests.begin(), tests.end(), [](const BoundExprPtr& test) { return !reads_outer(test); });
  Conditions taken(own, tests.end());
  tests.erase(own, tests.end());
  return taken;
}

Result<Freed> free_filter(const FilterNode& filter) {
  HW_ASSIGN_OR_RETURN(Freed freed, free_node(filter.input()));
  Conditions tests = conjuncts(filter.condition());
  for (BoundExprPtr& test : tests) test = renumber_own(test, freed.new_index);
  Conditions outer = take_outer(tests);
  if (!tests.empty()) {
    freed.node = std::make_shared<FilterNode>(freed.node, conjunction(std::move(tests)));
  }
  freed.conditions.insert(freed.conditions.end(), outer.begin(), outer.end());
  return freed;
}

/// Passes on, behind the expressions, what the conditions read.
Result<Freed> free_project(const ProjectNode& project) {
  HW_ASSIGN_OR_RETURN(Freed below, free_node(project.input()));
  Conditions exprs = project.exprs();
  std::vector<std::string> names = project.names();
  for (BoundExprPtr& expr : exprs) {
    if (reads_outer(expr)) {
      return not_supported_yet(
          "a column of the outer query in the list of this sub-query; compute with it in the list "
          "outside",
          place_of_outer(project));
    }
    expr = renumber_own(expr, below.new_index);
  }
  std::vector<int> place(static_cast<size_t>(below.node->num_columns()), -1);
  for (size_t i = 0; i < exprs.size(); ++i) {
    if (exprs[i]->kind() != BoundExpr::Kind::kColumn) continue;
    int& found = place[static_cast<size_t>(exprs[i]->column_index())];
    if (found < 0) found = static_cast<int>(i);
  }
  for (BoundExprPtr& condition : below.conditions) {
    for_each_node(condition, [&](const BoundExprPtr& node) {
      if (node->kind() != BoundExpr::Kind::kColumn || is_outer_column(*node)) return;
      int& found = place[static_cast<size_t>(node->column_index())];
      if (found >= 0) return;
      found = static_cast<int>(exprs.size());
      exprs.push_back(column_of(*below.node, node->column_index()));
      names.push_back("$f" + std::to_string(found));
    });
    condition = renumber_own(condition, place);
  }
  Freed freed;
  freed.node = std::make_shared<ProjectNode>(below.node, std::move(exprs), std::move(names));
  freed.conditions = std::move(below.conditions);
  freed.new_index = same_index(project.num_columns());
  return freed;
}

/// The columns of a plan, and behind them what is compared with outer columns.
class ComparedColumns {
 public:
  explicit ComparedColumns(const LogicalNodePtr& plan) : plan_(plan), exprs_(columns_of(*plan)) {
    for (const PlanColumn& column : plan->columns()) names_.push_back(column.name);
  }

  int add(const BoundExprPtr& own) {
    if (own->kind() == BoundExpr::Kind::kColumn) return own->column_index();
    const auto column = static_cast<int>(exprs_.size());
    names_.push_back("$f" + std::to_string(column));
    exprs_.push_back(own);
    return column;
  }

  const std::string& name(int column) const { return names_[static_cast<size_t>(column)]; }

  LogicalNodePtr plan() && {
    if (static_cast<int>(exprs_.size()) == plan_->num_columns()) return plan_;
    return std::make_shared<ProjectNode>(plan_, std::move(exprs_), std::move(names_));
  }

 private:
  const LogicalNodePtr plan_;
  Conditions exprs_;
  std::vector<std::string> names_;
};

/// The equality, with column `column` on the side of the sub-query.
BoundExprPtr compared_with(const BoundExprPtr& condition, const OuterEquality& equality, int column,
                           const std::string& name) {
  return condition->with_args(
      {equality.outer, BoundExpr::column(column, equality.own->type(), name)});
}

/// Groups also by what is compared with outer columns.
Result<Freed> free_aggregate(const AggregateNode& node) {
  HW_ASSIGN_OR_RETURN(Freed below, free_node(node.input()));
  ComparedColumns input(below.node);
  std::vector<int> keys;
  for (const int key : node.keys()) keys.push_back(below.new_index[static_cast<size_t>(key)]);
  Freed freed;
  for (const BoundExprPtr& condition : below.conditions) {
    HW_ASSIGN_OR_RETURN(const OuterEquality equality, outer_equality(condition));
    const int column = input.add(equality.own);
    auto found = std::find(keys.begin(), keys.end(), column);
    if (found == keys.end()) found = keys.insert(keys.end(), column);
    // By = the group of NULL is never asked for.
    freed.conditions.push_back(compared_with(
        condition, equality, static_cast<int>(found - keys.begin()), input.name(column)));
  }
  const int added = static_cast<int>(keys.size() - node.keys().size());
  std::vector<NamedAggregate> aggregates = node.aggregates();
  for (NamedAggregate& named : aggregates) {
    for (int& arg : named.call.args) arg = below.new_index[static_cast<size_t>(arg)];
    int& filter = named.call.filter;
    if (filter >= 0) filter = below.new_index[static_cast<size_t>(filter)];
  }
  const int num_keys = static_cast<int>(node.keys().size());
  for (int i = 0; i < node.num_columns(); ++i) {
    freed.new_index.push_back(i < num_keys ? i : i + added);
  }
  freed.node = std::make_shared<AggregateNode>(std::move(input).plan(), std::move(keys),
                                               std::move(aggregates), node.ttl_ms());
  return freed;
}

/// ORDER BY with LIMIT, or LIMIT alone: the first rows of each value that is compared with outer
/// columns.
Result<Freed> free_limit(const LimitNode& limit) {
  const auto* sort = node_if<SortNode>(limit.input());
  HW_ASSIGN_OR_RETURN(Freed freed, free_node(sort != nullptr ? sort->input() : limit.input()));
  ComparedColumns input(freed.node);
  TopNNode::Parts parts;
  parts.pattern = sort != nullptr;
  parts.limit = limit.limit();
  parts.offset = limit.offset();
  for (BoundExprPtr& condition : freed.conditions) {
    HW_ASSIGN_OR_RETURN(const OuterEquality equality, outer_equality(condition));
    const int column = input.add(equality.own);
    if (std::find(parts.partition.begin(), parts.partition.end(), column) ==
        parts.partition.end()) {
      parts.partition.push_back(column);
    }
    condition = compared_with(condition, equality, column, input.name(column));
  }
  if (sort != nullptr) {
    parts.order = sort->order();
    for (SortKey& key : parts.order) {
      key.column = freed.new_index[static_cast<size_t>(key.column)];
    }
  } else {
    // Equal in the whole partition: the first to come.
    parts.order.push_back({.column = parts.partition[0]});
  }
  freed.node = std::make_shared<TopNNode>(std::move(input).plan(), std::move(parts));
  return freed;
}

Result<Freed> free_join(const JoinNode& join) {
  const JoinKind kind = join.parts().kind;
  const bool inner = kind == JoinKind::kInner;
  const bool left_may =
      inner || kind == JoinKind::kLeft || kind == JoinKind::kSemi || kind == JoinKind::kAnti;
  const bool right_may = inner || kind == JoinKind::kRight;
  if ((!left_may && reads_outer(*join.left())) || (!right_may && reads_outer(*join.right()))) {
    return refused(join, "on the padded side of an outer join");
  }
  HW_ASSIGN_OR_RETURN(Freed left, free_node(join.left()));
  HW_ASSIGN_OR_RETURN(Freed right, free_node(join.right()));
  Freed freed;
  const int num_left = left.node->num_columns();
  std::vector<int> both = left.new_index, right_index = same_index(right.node->num_columns());
  for (const int column : right.new_index) both.push_back(column + num_left);
  for (int& column : right_index) column += num_left;
  JoinNode::Parts parts = join.parts();
  if (parts.condition != nullptr) {
    Conditions tests = conjuncts(parts.condition);
    for (BoundExprPtr& test : tests) test = renumber_own(test, both);
    Conditions outer = take_outer(tests);
    if (!outer.empty() && !inner) return refused(join, "in the condition of this join");
    parts.condition = tests.empty() ? nullptr : conjunction(std::move(tests));
    freed.conditions = std::move(outer);
  }
  for (int& key : parts.left_keys) key = left.new_index[static_cast<size_t>(key)];
  for (int& key : parts.right_keys) key = right.new_index[static_cast<size_t>(key)];
  freed.conditions.insert(freed.conditions.end(), left.conditions.begin(), left.conditions.end());
  for (const BoundExprPtr& condition : right.conditions) {
    freed.conditions.push_back(renumber_own(condition, right_index));
  }
  freed.node = std::make_shared<JoinNode>(left.node, right.node, std::move(parts));
  both.resize(static_cast<size_t>(join.num_columns()));
  freed.new_index = std::move(both);
  return freed;
}

Result<Freed> free_node(const LogicalNodePtr& node) {
  if (!reads_outer(*node)) return Freed{node, {}, same_index(node->num_columns())};
  switch (node->kind()) {
    case NodeKind::kFilter:
      return free_filter(node->as<FilterNode>());
    case NodeKind::kProject:
      return free_project(node->as<ProjectNode>());
    case NodeKind::kAggregate:
      return free_aggregate(node->as<AggregateNode>());
    case NodeKind::kJoin:
      return free_join(node->as<JoinNode>());
    case NodeKind::kLimit:
      return free_limit(node->as<LimitNode>());
    case NodeKind::kSort:
      // Without LIMIT an order inside a query means nothing.
      return free_node(node->input());
    case NodeKind::kUnion:
      return refused(*node, "inside a set operation");
    default:
      return refused(*node, "below " + node->name());
  }
}

}  // namespace

std::vector<BoundExprPtr> correlated_exprs(const LogicalNode& node) {
  switch (node.kind()) {
    case NodeKind::kFilter:
      return {node.as<FilterNode>().condition()};
    case NodeKind::kProject:
      return node.as<ProjectNode>().exprs();
    case NodeKind::kJoin: {
      const BoundExprPtr& condition = node.as<JoinNode>().parts().condition;
      return condition == nullptr ? Conditions{} : Conditions{condition};
    }
    default:
      return {};
  }
}

SqlPosition place_of_outer(const LogicalNode& plan) {
  SqlPosition position;
  for (const BoundExprPtr& expr : correlated_exprs(plan)) {
    for_each_node(expr, [&](const BoundExprPtr& node) {
      if (is_outer_column(*node) && !position.known()) position = node->position();
    });
  }
  for (const LogicalNodePtr& input : plan.inputs()) {
    if (!position.known()) position = place_of_outer(*input);
  }
  return position;
}

bool reads_outer(const BoundExprPtr& expr) {
  bool found = false;
  for_each_node(expr, [&](const BoundExprPtr& node) { found = found || is_outer_column(*node); });
  return found;
}

bool reads_outer(const LogicalNode& plan) {
  for (const BoundExprPtr& expr : correlated_exprs(plan)) {
    if (reads_outer(expr)) return true;
  }
  return std::any_of(plan.inputs().begin(), plan.inputs().end(),
                     [](const LogicalNodePtr& input) { return reads_outer(*input); });
}

BoundExprPtr renumber_own(const BoundExprPtr& expr, const std::vector<int>& new_index) {
  return rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
    if (node->kind() != BoundExpr::Kind::kColumn) return nullptr;
    if (is_foreign_column(*node)) return node;
    const int index = new_index[static_cast<size_t>(node->column_index())];
    if (index == node->column_index()) return node;
    return BoundExpr::column(index, node->type(), node->name())->with_position(node->position());
  });
}

BoundExprPtr substitute_own(const BoundExprPtr& expr,
                            const std::vector<BoundExprPtr>& replacements) {
  return rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
    if (node->kind() != BoundExpr::Kind::kColumn) return nullptr;
    if (is_foreign_column(*node)) return node;
    return replacements[static_cast<size_t>(node->column_index())];
  });
}

Result<OuterEquality> outer_equality(const BoundExprPtr& condition) {
  const auto reads_own = [](const BoundExprPtr& expr) {
    bool found = false;
    for_each_node(expr, [&](const BoundExprPtr& node) {
      found = found || (node->kind() == BoundExpr::Kind::kColumn && !is_outer_column(*node));
    });
    return found;
  };
  const bool equality =
      condition->kind() == BoundExpr::Kind::kCall &&
      (condition->function()->name == "=" || condition->function()->name == "IS NOT DISTINCT FROM");
  if (equality && condition->deterministic()) {
    const BoundExprPtr& a = condition->args()[0];
    const BoundExprPtr& b = condition->args()[1];
    if (reads_outer(a) && !reads_own(a) && !reads_outer(b)) return OuterEquality{a, b};
    if (reads_outer(b) && !reads_own(b) && !reads_outer(a)) return OuterEquality{b, a};
  }
  SqlPosition position = condition->position();
  for_each_node(condition, [&](const BoundExprPtr& node) {
    if (!position.known()) position = node->position();
  });
  return not_supported_yet("'" + condition->to_sql() +
                               "' between this sub-query and the outer query: here only "
                               "equalities between a column of each; write a join and GROUP BY",
                           position);
}

bool are_equalities(const std::vector<BoundExprPtr>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [](const BoundExprPtr& condition) { return outer_equality(condition).ok(); });
}

Result<Decorrelated> decorrelate(const LogicalNodePtr& plan) {
  HW_ASSIGN_OR_RETURN(Freed freed, free_node(plan));
  const int num_columns = plan->num_columns();
  const std::vector<int> identity = same_index(num_columns);
  if (freed.new_index == identity) {
    return Decorrelated{std::move(freed.node), std::move(freed.conditions)};
  }
  // The query's own columns to the front.
  std::vector<int> order = freed.new_index,
                   place(static_cast<size_t>(freed.node->num_columns()), -1);
  for (int i = 0; i < num_columns; ++i)
    place[static_cast<size_t>(order[static_cast<size_t>(i)])] = i;
  for (int i = 0; i < freed.node->num_columns(); ++i) {
    if (place[static_cast<size_t>(i)] >= 0) continue;
    place[static_cast<size_t>(i)] = static_cast<int>(order.size());
    order.push_back(i);
  }
  Conditions exprs;
  std::vector<std::string> names;
  for (size_t i = 0; i < order.size(); ++i) {
    exprs.push_back(column_of(*freed.node, order[i]));
    names.push_back(i < identity.size() ? plan->columns()[i].name : "$f" + std::to_string(i));
  }
  for (BoundExprPtr& condition : freed.conditions) condition = renumber_own(condition, place);
  freed.node = std::make_shared<ProjectNode>(freed.node, std::move(exprs), std::move(names));
  return Decorrelated{std::move(freed.node), std::move(freed.conditions)};
}

}  // namespace hw
