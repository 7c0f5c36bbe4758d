// SPDX-License-Identifier: Apache-2.0
//
// Computes columns from the input's columns. A bare column keeps what it means for time.

#pragma once

#include "plan/logical/node.h"

namespace hw {

class ProjectNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kProject;
  /// Requires: as many names as expressions.
  ProjectNode(LogicalNodePtr input, std::vector<BoundExprPtr> exprs,
              std::vector<std::string> names);

  const std::vector<BoundExprPtr>& exprs() const { return exprs_; }
  std::vector<std::string> names() const;
  /// True when every expression is a bare column.
  bool only_columns() const;

  std::string name() const override { return "Project"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const std::vector<BoundExprPtr> exprs_;
};

/// Reference to a column of `node`.
BoundExprPtr column_of(const LogicalNode& node, int i);
/// References to all columns of `node`.
std::vector<BoundExprPtr> columns_of(const LogicalNode& node);
/// True when the expression is a bare call of PROCTIME().
bool is_proctime_call(const BoundExpr& expr);

}  // namespace hw
