// SPDX-License-Identifier: Apache-2.0
//
// Expand runs where its input does.

#include "operators/expand.h"

#include <utility>

#include "plan/logical/expand.h"
#include "plan/lower/lowering.h"

namespace hw {

Result<PhysicalNodePtr> lower_expand(const LogicalNodePtr& node, Lowering& lowering) {
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  return physical_node(PhysicalKind::kExpand, "Expand", node, std::move(inputs),
                       {Placement::any()});
}

OperatorMaker make_expand_of(const PhysicalNode& node) {
  return [spec = ExpandSpec{node.logical->as<ExpandNode>().rows(), node.schema}] {
    return make_expand(spec);
  };
}

}  // namespace hw
