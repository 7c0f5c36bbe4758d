// SPDX-License-Identifier: Apache-2.0
//
// A window TVF that stays by itself.

#include "plan/logical/window_tvf.h"

#include <utility>

#include "operators/session_assign.h"
#include "operators/window_assign.h"
#include "plan/lower/lowering.h"

namespace hw {

Result<PhysicalNodePtr> lower_window_tvf(const LogicalNodePtr& node, Lowering& lowering) {
  const auto& tvf = node->as<WindowTvfNode>();
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  return physical_node(PhysicalKind::kWindowAssign, "WindowTableFunction", node, std::move(inputs),
                       {tvf.is_session() ? Placement::by(tvf.spec().partition) : Placement::any()});
}

OperatorMaker make_window_assign_of(const PhysicalNode& node) {
  const auto& tvf = node.logical->as<WindowTvfNode>();
  if (tvf.is_session()) {
    SessionAssignSpec sessions;
    sessions.input = node.input().schema;
    sessions.window = tvf.spec();
    sessions.keys = tvf.spec().partition;
    sessions.input_retracts = !node.input().traits.kinds.is_insert_only();
    sessions.holds_watermark = node.holds_watermark;
    sessions.output = node.schema;
    return [spec = std::move(sessions)] { return make_session_assign(spec); };
  }
  WindowAssignSpec spec;
  spec.input = node.input().schema;
  spec.window = tvf.spec();
  spec.output = node.schema;
  return [spec = std::move(spec)] { return make_window_assign(spec); };
}

}  // namespace hw
