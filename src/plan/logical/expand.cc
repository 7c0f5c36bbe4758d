// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/expand.h"

#include <algorithm>
#include <utility>

#include "expr/bound_expr.h"

namespace hw {
namespace {

using Exprs = ExpandNode::Exprs;

/// The input column that stands at a place in every row, or -1.
int common_column(const std::vector<Exprs>& rows, size_t place) {
  const BoundExpr& first = *rows[0][place];
  if (first.kind() != BoundExpr::Kind::kColumn) return -1;
  const bool same = std::all_of(rows.begin(), rows.end(), [&](const Exprs& row) {
    return row[place]->kind() == BoundExpr::Kind::kColumn &&
           row[place]->column_index() == first.column_index();
  });
  return same ? first.column_index() : -1;
}

std::vector<PlanColumn> expand_columns(const LogicalNode& input, const std::vector<Exprs>& rows,
                                       const std::vector<std::string>& names) {
  std::vector<PlanColumn> columns;
  for (size_t i = 0; i < names.size(); ++i) {
    PlanColumn column{.name = names[i], .type = rows[0][i]->type()};
    for (const Exprs& row : rows) {
      if (row[i]->type().nullable()) column.type = column.type.with_nullable(true);
    }
    if (const int common = common_column(rows, i); common >= 0) {
      column.time = input.column(common).time;
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

std::optional<WindowColumns> expand_window(const LogicalNode& input,
                                           const std::vector<Exprs>& rows) {
  if (!input.window()) return std::nullopt;
  const auto place_of = [&](int column) {
    for (size_t i = 0; column >= 0 && i < rows[0].size(); ++i) {
      if (common_column(rows, i) == column) return static_cast<int>(i);
    }
    return -1;
  };
  WindowColumns window = *input.window();
  window.start = place_of(window.start);
  window.end = place_of(window.end);
  window.time = place_of(window.time);
  return window;
}

}  // namespace

ExpandNode::ExpandNode(LogicalNodePtr input, std::vector<Exprs> rows,
                       std::vector<std::string> names)
    : LogicalNode(kKind, {input}, expand_columns(*input, rows, names), expand_window(*input, rows)),
      rows_(std::move(rows)) {}

std::vector<std::string> ExpandNode::names() const {
  std::vector<std::string> names;
  for (const PlanColumn& column : columns()) names.push_back(column.name);
  return names;
}

Details ExpandNode::details() const {
  std::string text;
  for (const Exprs& row : rows_) {
    text += text.empty() ? "(" : ", (";
    for (size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ", ") + row[i]->to_sql();
    text += ")";
  }
  return {{"rows", text}};
}

LogicalNodePtr ExpandNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  return std::make_shared<ExpandNode>(std::move(inputs[0]), rows_, names());
}

Status ExpandNode::verify() const {
  for (const Exprs& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      HW_TRY(verify_expr(*row[i], *input()));
      const bool plain = row[i]->is_literal() || row[i]->kind() == BoundExpr::Kind::kColumn;
      if (!plain || !row[i]->type().equals_ignoring_null(columns()[i].type)) {
        return Status::UnknownError("Expand makes ", columns()[i].type.to_sql(), " of ",
                                    row[i]->to_sql());
      }
    }
  }
  return Status::OK();
}

}  // namespace hw
