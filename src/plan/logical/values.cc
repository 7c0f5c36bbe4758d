// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/values.h"

namespace hw {

ValuesNode::ValuesNode(std::vector<PlanColumn> columns, std::vector<std::vector<BoundExprPtr>> rows)
    : LogicalNode(kKind, {}, std::move(columns)), rows_(std::move(rows)) {}

LogicalNodePtr ValuesNode::one_row() {
  return std::make_shared<ValuesNode>(std::vector<PlanColumn>{},
                                      std::vector<std::vector<BoundExprPtr>>(1));
}

Details ValuesNode::details() const {
  constexpr size_t kRowsShown = 4;
  std::string text;
  for (size_t i = 0; i < rows_.size() && i < kRowsShown; ++i) {
    text += i == 0 ? "{ " : ", { ";
    for (size_t j = 0; j < rows_[i].size(); ++j) {
      text += (j == 0 ? "" : ", ") + rows_[i][j]->to_sql();
    }
    text += rows_[i].empty() ? "}" : " }";
  }
  if (rows_.size() > kRowsShown) text += ", ..";
  Details details = {{"rows", std::to_string(rows_.size())}};
  if (num_columns() > 0) details.emplace_back("tuples", text);
  return details;
}

LogicalNodePtr ValuesNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.empty());
  return std::make_shared<ValuesNode>(columns(), rows_);
}

Status ValuesNode::verify() const {
  for (const auto& row : rows_) {
    if (row.size() != columns().size()) {
      return Status::UnknownError("a row of VALUES has ", row.size(), " values for ", num_columns(),
                                  " columns");
    }
    for (size_t i = 0; i < row.size(); ++i) {
      if (!row[i]->is_literal() || !row[i]->type().equals_ignoring_null(columns()[i].type)) {
        return Status::UnknownError("VALUES holds ", row[i]->to_sql(), " for a column of type ",
                                    columns()[i].type.to_sql());
      }
    }
  }
  return Status::OK();
}

}  // namespace hw
