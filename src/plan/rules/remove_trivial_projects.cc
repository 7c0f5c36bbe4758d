// SPDX-License-Identifier: Apache-2.0
//
// A projection that passes all columns as they are goes away. The outermost one stays where it
// gives columns their names.

#include "plan/logical/project.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

bool passes_all(const ProjectNode& project) {
  if (project.num_columns() != project.input()->num_columns()) return false;
  for (int i = 0; i < project.num_columns(); ++i) {
    const BoundExpr& expr = *project.exprs()[static_cast<size_t>(i)];
    if (expr.kind() != BoundExpr::Kind::kColumn || expr.column_index() != i) return false;
  }
  return true;
}

}  // namespace

Result<LogicalNodePtr> remove_trivial_projects(const LogicalNodePtr& plan, const RuleContext&) {
  HW_ASSIGN_OR_RETURN(LogicalNodePtr result,
                      transform_up(plan, [&](const LogicalNodePtr& node) -> Result<LogicalNodePtr> {
                        const auto* project = node_if<ProjectNode>(node);
                        if (project == nullptr || !passes_all(*project)) return node;
                        for (int i = 0; i < node->num_columns(); ++i) {
                          if (node->column(i).name != node->input()->column(i).name) return node;
                        }
                        return project->input();
                      }));
  return result;
}

}  // namespace hw
