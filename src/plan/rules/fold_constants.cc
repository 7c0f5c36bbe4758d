// SPDX-License-Identifier: Apache-2.0
//
// Computes what needs no row, and removes filters that keep everything.

#include "expr/evaluator.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

bool is_true(const BoundExpr& expr) {
  return expr.is_literal() && expr.type().is(TypeKind::kBoolean) &&
         !expr.literal_value()->is_null(0) && expr.literal_value()->value<bool>(0);
}

LogicalNodePtr fold_filter(const LogicalNodePtr& node, const ExprSession& session) {
  const auto& filter = node->as<FilterNode>();
  BoundExprPtr folded = fold_constants(filter.condition(), session);
  if (is_true(*folded)) return filter.input();
  if (folded == filter.condition()) return node;
  return std::make_shared<FilterNode>(filter.input(), std::move(folded));
}

LogicalNodePtr fold_project(const LogicalNodePtr& node, const ExprSession& session) {
  const auto& project = node->as<ProjectNode>();
  std::vector<BoundExprPtr> exprs;
  bool changed = false;
  for (const BoundExprPtr& expr : project.exprs()) {
    exprs.push_back(fold_constants(expr, session));
    changed = changed || exprs.back() != expr;
  }
  if (!changed) return node;
  return std::make_shared<ProjectNode>(project.input(), std::move(exprs), project.names());
}

/// Part by part: AND with FALSE would take the equalities along, without which neither versions nor
/// looked up rows are found.
BoundExprPtr fold_parts(const BoundExprPtr& condition, const ExprSession& session) {
  std::vector<BoundExprPtr> parts;
  bool changed = false;
  for (const BoundExprPtr& part : conjuncts(condition)) {
    BoundExprPtr folded = fold_constants(part, session);
    changed = changed || folded != part;
    if (!is_true(*folded)) parts.push_back(std::move(folded));
  }
  return changed ? conjunction(std::move(parts)) : condition;
}

LogicalNodePtr fold_join(const LogicalNodePtr& node, const ExprSession& session) {
  const auto& join = node->as<JoinNode>();
  if (join.parts().condition == nullptr) return node;
  JoinNode::Parts parts = join.parts();
  parts.condition = parts.versions || parts.lookup ? fold_parts(parts.condition, session)
                                                   : fold_constants(parts.condition, session);
  if (parts.condition == join.parts().condition) return node;
  if (is_true(*parts.condition)) parts.condition = nullptr;
  return std::make_shared<JoinNode>(join.left(), join.right(), std::move(parts));
}

}  // namespace

Result<LogicalNodePtr> fold_plan_constants(const LogicalNodePtr& plan, const RuleContext& context) {
  return transform_up(plan, [&](const LogicalNodePtr& node) -> Result<LogicalNodePtr> {
    switch (node->kind()) {
      case NodeKind::kFilter:
        return fold_filter(node, context.session);
      case NodeKind::kProject:
        return fold_project(node, context.session);
      case NodeKind::kJoin:
        return fold_join(node, context.session);
      default:
        return node;
    }
  });
}

}  // namespace hw
