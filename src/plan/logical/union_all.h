// SPDX-License-Identifier: Apache-2.0
//
// UNION ALL: the rows of all inputs, whose columns have equal types. A column is a time attribute
// if it is the same one in every input.

#pragma once

#include "plan/logical/node.h"

namespace hw {

class UnionNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kUnion;
  /// Requires: at least one input; equal types but for nullability. Names are the first one's.
  explicit UnionNode(std::vector<LogicalNodePtr> inputs);

  std::string name() const override { return "Union"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;
};

}  // namespace hw
