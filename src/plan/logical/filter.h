// SPDX-License-Identifier: Apache-2.0
//
// Keeps the rows whose condition is TRUE.

#pragma once

#include "plan/logical/node.h"

namespace hw {

class FilterNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kFilter;
  /// Requires: a BOOLEAN condition over the input's columns.
  FilterNode(LogicalNodePtr input, BoundExprPtr condition);

  const BoundExprPtr& condition() const { return condition_; }

  std::string name() const override { return "Filter"; }
  Details details() const override { return {{"condition", condition_->to_sql()}}; }
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const BoundExprPtr condition_;
};

}  // namespace hw
