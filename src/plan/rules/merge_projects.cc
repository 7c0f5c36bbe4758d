// SPDX-License-Identifier: Apache-2.0
//
// Two projections become one.

#include "plan/logical/project.h"
#include "plan/rules/rule.h"
#include "plan/rules/substitution.h"

namespace hw {

Result<LogicalNodePtr> merge_projects(const LogicalNodePtr& plan, const RuleContext&) {
  return transform_up(plan, [](const LogicalNodePtr& node) -> Result<LogicalNodePtr> {
    const auto* upper = node_if<ProjectNode>(node);
    if (upper == nullptr) return node;
    const auto* lower = node_if<ProjectNode>(upper->input());
    if (lower == nullptr || !may_substitute(upper->exprs(), lower->exprs())) return node;
    std::vector<BoundExprPtr> exprs;
    for (const BoundExprPtr& expr : upper->exprs()) {
      exprs.push_back(substitute_columns(expr, lower->exprs()));
    }
    return std::make_shared<ProjectNode>(lower->input(), std::move(exprs), upper->names());
  });
}

}  // namespace hw
