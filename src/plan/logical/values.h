// SPDX-License-Identifier: Apache-2.0
//
// Constant rows. SELECT without FROM reads one row without columns.

#pragma once

#include "plan/logical/node.h"

namespace hw {

class ValuesNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kValues;
  /// Requires: every row has one literal per column, of the column's type but for nullability.
  ValuesNode(std::vector<PlanColumn> columns, std::vector<std::vector<BoundExprPtr>> rows);

  /// One row, no columns.
  static LogicalNodePtr one_row();

  const std::vector<std::vector<BoundExprPtr>>& rows() const { return rows_; }

  std::string name() const override { return "Values"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const std::vector<std::vector<BoundExprPtr>> rows_;
};

}  // namespace hw
