// SPDX-License-Identifier: Apache-2.0
//
// UNNEST.

#include "plan/logical/unnest.h"

#include <utility>

#include "operators/unnest.h"
#include "plan/lower/lowering.h"

namespace hw {

Result<PhysicalNodePtr> lower_unnest(const LogicalNodePtr& node, Lowering& lowering) {
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  return physical_node(PhysicalKind::kUnnest, "Unnest", node, std::move(inputs),
                       {Placement::any()});
}

OperatorMaker make_unnest_of(const PhysicalNode& node) {
  const UnnestNode::Parts& parts = node.logical->as<UnnestNode>().parts();
  UnnestSpec spec;
  spec.input = node.input().schema;
  spec.collection = parts.collection;
  spec.passed = parts.passed;
  spec.keep_empty = parts.keep_empty;
  spec.ordinality = parts.ordinality;
  spec.output = node.schema;
  return [spec = std::move(spec)] { return make_unnest(spec); };
}

}  // namespace hw
