// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/filter.h"

namespace hw {

FilterNode::FilterNode(LogicalNodePtr input, BoundExprPtr condition)
    : LogicalNode(kKind, {input}, input->columns(), input->window()),
      condition_(std::move(condition)) {}

LogicalNodePtr FilterNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<FilterNode>(inputs[0], condition_);
}

Status FilterNode::verify() const {
  if (!condition_->type().is(TypeKind::kBoolean)) {
    return Status::UnknownError("a filter condition is ", condition_->type().to_sql());
  }
  return verify_expr(*condition_, *input());
}

}  // namespace hw
