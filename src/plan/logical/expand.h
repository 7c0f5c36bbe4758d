// SPDX-License-Identifier: Apache-2.0
//
// Every row several times, each time with other columns: what GROUPING SETS are made of.

#pragma once

#include "plan/logical/node.h"

namespace hw {

class ExpandNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kExpand;
  using Exprs = std::vector<BoundExprPtr>;
  /// One list of bare columns and literals for each row that comes out, of equal types but for
  /// nullability. A column that is the same one in all of them keeps what it means for time.
  /// Requires: at least one list; as many names as expressions.
  ExpandNode(LogicalNodePtr input, std::vector<Exprs> rows, std::vector<std::string> names);

  const std::vector<Exprs>& rows() const { return rows_; }
  std::vector<std::string> names() const;

  std::string name() const override { return "Expand"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const std::vector<Exprs> rows_;
};

}  // namespace hw
