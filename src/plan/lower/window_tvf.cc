// SPDX-License-Identifier: Apache-2.0
//
// A window TVF that stays by itself.

#include "plan/logical/window_tvf.h"

#include <utility>

#include "operators/window_assign.h"
#include "plan/lower/lowering.h"

namespace hw {

Result<PhysicalNodePtr> lower_window_tvf(const LogicalNodePtr& node, Lowering& lowering) {
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  return physical_node(PhysicalKind::kWindowAssign, "WindowTableFunction", node, std::move(inputs),
                       {Placement::any()});
}

OperatorMaker make_window_assign_of(const PhysicalNode& node) {
  WindowAssignSpec spec;
  spec.input = node.input().schema;
  spec.window = node.logical->as<WindowTvfNode>().spec();
  spec.output = node.schema;
  return [spec = std::move(spec)] { return make_window_assign(spec); };
}

}  // namespace hw
