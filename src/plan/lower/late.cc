// SPDX-License-Identifier: Apache-2.0
//
// LATE(query): behind the same exchange as the operator that drops the rows.

#include "plan/logical/late.h"

#include <utility>

#include "operators/late_rows.h"
#include "plan/changelog/infer.h"
#include "plan/logical/age_text.h"
#include "plan/lower/lowering.h"
#include "plan/lower/window_emission.h"

namespace hw {

Result<PhysicalNodePtr> lower_late(const LogicalNodePtr& node, Lowering& lowering) {
  const LateNode::Parts& parts = node->as<LateNode>().parts();
  HW_ASSIGN_OR_RETURN(std::optional<EmitRule> emit, emit_rule_of(*lowering.context.config));
  const bool of_windows = parts.operator_name.starts_with("WindowAggregate");
  if (emit && parts.rule == LateRule::kSessions && of_windows && !lowering.batch()) {
    return not_supported_yet("early and late firing ('table.exec.emit.*') of session windows",
                             parts.position);
  }
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  infer_kinds(*inputs[0], lowering.batch());
  if (!inputs[0]->traits.kinds.is_insert_only()) {
    return not_supported_yet(
        "LATE of " + parts.operator_name + " over rows with updates or deletes", parts.position);
  }
  PhysicalNodePtr late = physical_node(PhysicalKind::kLate, "LateRows", node, std::move(inputs),
                                       {Placement::by(parts.keys)});
  if (emit && emit->lateness_ms > 0 && of_windows) {
    late->details.emplace_back("allowLateness", age_text(emit->lateness_ms));
    late->emit = std::move(emit);
  }
  return late;
}

OperatorMaker make_late_rows_of(const PhysicalNode& node) {
  const LateNode::Parts& parts = node.logical->as<LateNode>().parts();
  LateRowsSpec spec;
  spec.input = node.input().schema;
  spec.rule = parts.rule;
  spec.column = parts.column;
  spec.window = parts.window;
  spec.keys = parts.keys;
  if (node.emit) spec.lateness_ms = node.emit->lateness_ms;
  spec.operator_name = parts.operator_name;
  spec.output = node.schema;
  return [spec = std::move(spec)] { return make_late_rows(spec); };
}

}  // namespace hw
