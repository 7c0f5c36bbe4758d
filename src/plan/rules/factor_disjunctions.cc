// SPDX-License-Identifier: Apache-2.0
//
// What every side of an OR asks for is asked once, beside it: (a AND b) OR (a AND c) becomes
// a AND (b OR c). So an equality between two tables that each side repeats becomes the key of their
// join, and a test of one table goes down to it. True also where NULLs are met; a test that can
// fail stays, since another one may have kept rows from it.

#include <algorithm>

#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

using Tests = std::vector<BoundExprPtr>;

bool contains(const Tests& tests, const BoundExpr& test) {
  return std::any_of(tests.begin(), tests.end(),
                     [&](const BoundExprPtr& one) { return one->equals(test); });
}

Tests disjuncts(const BoundExprPtr& condition) {
  if (condition->kind() != BoundExpr::Kind::kOr) return {condition};
  Tests all;
  for (const BoundExprPtr& arg : condition->args()) {
    for (BoundExprPtr& part : disjuncts(arg)) all.push_back(std::move(part));
  }
  return all;
}

/// The OR of sides that are not empty, each an AND.
BoundExprPtr disjunction(std::vector<Tests> sides) {
  Tests args;
  bool nullable = false;
  for (Tests& side : sides) {
    args.push_back(conjunction(std::move(side)));
    nullable = nullable || args.back()->type().nullable();
  }
  return BoundExpr::special(BoundExpr::Kind::kOr, std::move(args),
                            SqlType::boolean().with_nullable(nullable));
}

/// Puts what replaces `test` into `out`. Returns true when that is something else.
bool factor(const BoundExprPtr& test, Tests& out) {
  std::vector<Tests> sides;
  for (const BoundExprPtr& side : disjuncts(test)) sides.push_back(conjuncts(side));
  Tests common;
  for (const BoundExprPtr& part : sides.front()) {
    const bool everywhere = sides.size() > 1 && part->deterministic() && !part->can_fail() &&
                            std::all_of(sides.begin(), sides.end(),
                                        [&](const Tests& side) { return contains(side, *part); });
    if (everywhere && !contains(common, *part)) common.push_back(part);
  }
  if (common.empty()) {
    out.push_back(test);
    return false;
  }
  bool absorbed = false;
  for (Tests& side : sides) {
    std::erase_if(side, [&](const BoundExprPtr& part) { return contains(common, *part); });
    absorbed = absorbed || side.empty();
  }
  out.insert(out.end(), common.begin(), common.end());
  // a OR (a AND b) is a.
  if (!absorbed) out.push_back(disjunction(std::move(sides)));
  return true;
}

/// The same condition, or null when there is nothing to factor out.
BoundExprPtr factored(const BoundExprPtr& condition) {
  Tests tests;
  bool changed = false;
  for (const BoundExprPtr& test : conjuncts(condition)) changed |= factor(test, tests);
  return changed ? conjunction(std::move(tests)) : nullptr;
}

LogicalNodePtr replaced(const LogicalNodePtr& node) {
  if (const auto* filter = node_if<FilterNode>(node)) {
    BoundExprPtr condition = factored(filter->condition());
    if (condition == nullptr) return node;
    return std::make_shared<FilterNode>(node->input(), std::move(condition));
  }
  const auto* join = node_if<JoinNode>(node);
  if (join == nullptr || join->parts().condition == nullptr) return node;
  JoinNode::Parts parts = join->parts();
  parts.condition = factored(parts.condition);
  if (parts.condition == nullptr) return node;
  return std::make_shared<JoinNode>(join->left(), join->right(), std::move(parts));
}

}  // namespace

Result<LogicalNodePtr> factor_disjunctions(const LogicalNodePtr& plan, const RuleContext&) {
  return transform_up(
      plan, [](const LogicalNodePtr& node) -> Result<LogicalNodePtr> { return replaced(node); });
}

}  // namespace hw
