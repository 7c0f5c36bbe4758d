// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/union_all.h"

namespace hw {
namespace {

std::vector<PlanColumn> union_columns(const std::vector<LogicalNodePtr>& inputs) {
  std::vector<PlanColumn> columns = inputs[0]->columns();
  for (const LogicalNodePtr& input : inputs) {
    for (size_t i = 0; i < columns.size(); ++i) {
      const PlanColumn& other = input->columns()[i];
      if (other.type.nullable()) columns[i].type = columns[i].type.with_nullable(true);
      if (other.time != columns[i].time) columns[i].time = TimeAttribute::kNone;
    }
  }
  return columns;
}

}  // namespace

UnionNode::UnionNode(std::vector<LogicalNodePtr> inputs)
    : LogicalNode(kKind, inputs, union_columns(inputs)) {}

Details UnionNode::details() const { return {{"all", "true"}}; }

LogicalNodePtr UnionNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  return std::make_shared<UnionNode>(std::move(inputs));
}

Status UnionNode::verify() const {
  for (const LogicalNodePtr& input : inputs()) {
    if (input->num_columns() != num_columns()) {
      return Status::UnknownError("a union of ", num_columns(), " and ", input->num_columns(),
                                  " columns");
    }
    for (int i = 0; i < num_columns(); ++i) {
      if (!input->column(i).type.equals_ignoring_null(column(i).type)) {
        return Status::UnknownError("a union of ", column(i).type.to_sql(), " and ",
                                    input->column(i).type.to_sql());
      }
    }
  }
  return Status::OK();
}

}  // namespace hw
