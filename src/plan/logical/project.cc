// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/project.h"

#include "expr/scalar_function.h"

namespace hw {
namespace {

std::vector<PlanColumn> project_columns(const LogicalNode& input,
                                        const std::vector<BoundExprPtr>& exprs,
                                        const std::vector<std::string>& names) {
  HW_DCHECK(exprs.size() == names.size());
  std::vector<PlanColumn> columns;
  columns.reserve(exprs.size());
  for (size_t i = 0; i < exprs.size(); ++i) {
    TimeAttribute time = TimeAttribute::kNone;
    if (exprs[i]->kind() == BoundExpr::Kind::kColumn) {
      // While a sub-query is bound it may read columns of the query around it.
      const int index = exprs[i]->column_index();
      if (index < input.num_columns()) time = input.column(index).time;
    } else if (is_proctime_call(*exprs[i])) {
      time = TimeAttribute::kProcessingTime;
    }
    columns.push_back({names[i], exprs[i]->type(), time});
  }
  return columns;
}

std::optional<WindowColumns> project_window(const LogicalNode& input,
                                            const std::vector<BoundExprPtr>& exprs) {
  if (!input.window()) return std::nullopt;
  WindowColumns window{-1, -1, -1, input.window()->window};
  for (size_t i = 0; i < exprs.size(); ++i) {
    if (exprs[i]->kind() != BoundExpr::Kind::kColumn) continue;
    const int from = exprs[i]->column_index();
    const int to = static_cast<int>(i);
    if (from == input.window()->start && window.start < 0) window.start = to;
    if (from == input.window()->end && window.end < 0) window.end = to;
    if (from == input.window()->time && window.time < 0) window.time = to;
  }
  return window;
}

}  // namespace

ProjectNode::ProjectNode(LogicalNodePtr input, std::vector<BoundExprPtr> exprs,
                         std::vector<std::string> names)
    : LogicalNode(kKind, {input}, project_columns(*input, exprs, names),
                  project_window(*input, exprs)),
      exprs_(std::move(exprs)) {}

std::vector<std::string> ProjectNode::names() const {
  std::vector<std::string> names;
  names.reserve(columns().size());
  for (const PlanColumn& column : columns()) names.push_back(column.name);
  return names;
}

bool ProjectNode::only_columns() const {
  for (const BoundExprPtr& expr : exprs_) {
    if (expr->kind() != BoundExpr::Kind::kColumn) return false;
  }
  return true;
}

Details ProjectNode::details() const {
  std::string text;
  for (size_t i = 0; i < exprs_.size(); ++i) {
    const std::string sql = exprs_[i]->to_sql();
    text += (i == 0 ? "" : ", ") + sql;
    if (sql != columns()[i].name) text += " AS " + columns()[i].name;
  }
  return {{"select", text}};
}

LogicalNodePtr ProjectNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<ProjectNode>(inputs[0], exprs_, names());
}

Status ProjectNode::verify() const {
  for (const BoundExprPtr& expr : exprs_) HW_TRY(verify_expr(*expr, *input()));
  return Status::OK();
}

BoundExprPtr column_of(const LogicalNode& node, int i) {
  return BoundExpr::column(i, node.column(i).type, node.column(i).name);
}

std::vector<BoundExprPtr> columns_of(const LogicalNode& node) {
  std::vector<BoundExprPtr> exprs;
  exprs.reserve(node.columns().size());
  for (int i = 0; i < node.num_columns(); ++i) exprs.push_back(column_of(node, i));
  return exprs;
}

bool is_proctime_call(const BoundExpr& expr) {
  return expr.kind() == BoundExpr::Kind::kCall && expr.function()->name == "PROCTIME";
}

}  // namespace hw
