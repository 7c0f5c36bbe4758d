// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/node.h"

namespace hw {
namespace {

SchemaPtr schema_of(const std::vector<PlanColumn>& columns) {
  std::vector<SqlField> fields;
  fields.reserve(columns.size());
  for (const PlanColumn& column : columns) fields.push_back({column.name, column.type});
  return make_schema(std::move(fields));
}

void append_tree(const LogicalNodePtr& node, int depth, std::string& out) {
  out.append(static_cast<size_t>(depth) * 2, ' ');
  out += line_of(*node);
  out += '\n';
  for (const LogicalNodePtr& input : node->inputs()) append_tree(input, depth + 1, out);
}

}  // namespace

LogicalNode::LogicalNode(NodeKind kind, std::vector<LogicalNodePtr> inputs,
                         std::vector<PlanColumn> columns, std::optional<WindowColumns> window)
    : kind_(kind),
      inputs_(std::move(inputs)),
      columns_(std::move(columns)),
      schema_(schema_of(columns_)),
      window_(std::move(window)) {}

std::vector<PlanColumn> without_time(std::vector<PlanColumn> columns) {
  for (PlanColumn& column : columns) column.time = TimeAttribute::kNone;
  return columns;
}

std::string line_of(const LogicalNode& node) {
  std::string text = node.name() + "(";
  bool first = true;
  for (const auto& [key, value] : node.details()) {
    if (!first) text += ", ";
    first = false;
    text += key + "=[" + value + "]";
  }
  return text + ")";
}

std::string to_text(const LogicalNodePtr& root) {
  std::string text;
  append_tree(root, 0, text);
  return text;
}

Status verify_plan(const LogicalNodePtr& root) {
  for (const LogicalNodePtr& input : root->inputs()) HW_TRY(verify_plan(input));
  const Status status = root->verify();
  return status.ok() ? status : while_doing(status, "verifying " + line_of(*root));
}

Status verify_expr(const BoundExpr& expr, const LogicalNode& input) {
  if (expr.kind() == BoundExpr::Kind::kColumn) {
    const int index = expr.column_index();
    if (index < 0 || index >= input.num_columns()) {
      return Status::UnknownError("an expression reads column ", index, " of ",
                                  input.num_columns());
    }
    if (!expr.type().equals_ignoring_null(input.column(index).type)) {
      return Status::UnknownError("an expression reads column ", input.column(index).name, " as ",
                                  expr.type().to_sql(), ", but it is ",
                                  input.column(index).type.to_sql());
    }
  }
  for (const BoundExprPtr& arg : expr.args()) HW_TRY(verify_expr(*arg, input));
  return Status::OK();
}

}  // namespace hw
