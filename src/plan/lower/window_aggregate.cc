// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY with window columns.

#include "plan/logical/window_aggregate.h"

#include <utility>

#include "operators/emitting_windows.h"
#include "operators/window_aggregate.h"
#include "plan/changelog/infer.h"
#include "plan/logical/window_tvf.h"
#include "plan/lower/lowering.h"
#include "plan/lower/window_emission.h"

namespace hw {
namespace {

/// The windows by themselves, and the aggregate above them.
LogicalNodePtr taken_apart(const LogicalNodePtr& node) {
  WindowAggregateNode::Parts parts = node->as<WindowAggregateNode>().parts();
  WindowSpec window = parts.grouping.window;
  if (window.kind == WindowKind::kSession) window.partition = parts.keys;
  const int first = node->input()->num_columns();
  parts.grouping.given = true;
  parts.grouping.start = first;
  parts.grouping.end = first + 1;
  return std::make_shared<WindowAggregateNode>(
      std::make_shared<WindowTvfNode>(node->input(), std::move(window)), std::move(parts));
}

/// Sessions of the same keys right below: their rows are where they must be. That there is no
/// exchange between also keeps the rows of a session before the watermark that they came with.
bool is_of_sessions_below(const WindowAggregateNode::Parts& parts, const PhysicalNode& input) {
  const auto* tvf = node_if<WindowTvfNode>(input.logical);
  return input.kind == PhysicalKind::kWindowAssign && tvf != nullptr && tvf->is_session() &&
         parts.grouping.given && parts.grouping.end == input.schema->num_fields() - 2 &&
         tvf->spec().partition == parts.keys;
}

}  // namespace

Result<PhysicalNodePtr> lower_window_aggregate(const LogicalNodePtr& node, Lowering& lowering) {
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  const WindowGrouping& grouping = node->as<WindowAggregateNode>().grouping();
  std::optional<EmitRule> emit;
  if (!lowering.batch()) {
    HW_ASSIGN_OR_RETURN(emit, emit_rule_of(*lowering.context.config));
  }
  // By the clock nothing is late.
  if (emit && !grouping.window.event_time) emit->lateness_ms = 0;
  if (emit && (emit->early_ms || emit->lateness_ms > 0)) {
    if (grouping.window.kind == WindowKind::kSession) {
      return not_supported_yet("early and late firing ('table.exec.emit.*') of session windows");
    }
    if (!grouping.given) return lower(taken_apart(node), lowering);
    PhysicalNodePtr windows =
        physical_node(PhysicalKind::kWindowAggregate, "WindowAggregate", node, std::move(inputs),
                      {Placement::by(node->as<WindowAggregateNode>().parts().keys)});
    windows->details.emplace_back("emit", to_text(*emit));
    windows->emit = std::move(emit);
    return windows;
  }
  if (!grouping.given && grouping.window.kind == WindowKind::kSession) {
    infer_kinds(*inputs[0], lowering.batch());
    // A row that is taken back can part a session, which only the rows themselves can tell.
    if (!inputs[0]->traits.kinds.is_insert_only()) return lower(taken_apart(node), lowering);
  }
  const WindowAggregateNode::Parts& parts = node->as<WindowAggregateNode>().parts();
  Placement placement = Placement::by(parts.keys);
  if (is_of_sessions_below(parts, *inputs[0])) placement.contract = EdgeContract::kForward;
  return physical_node(PhysicalKind::kWindowAggregate, "WindowAggregate", node, std::move(inputs),
                       {std::move(placement)});
}

bool takes_past_windows(const PhysicalNode& aggregate) {
  return aggregate.kind == PhysicalKind::kWindowAggregate && !aggregate.emit &&
         is_of_sessions_below(aggregate.logical->as<WindowAggregateNode>().parts(),
                              aggregate.input());
}

OperatorMaker make_window_aggregate_of(const PhysicalNode& node, const ExprSession& session) {
  const WindowAggregateNode::Parts& parts = node.logical->as<WindowAggregateNode>().parts();
  WindowAggregateSpec spec;
  spec.input = node.input().schema;
  spec.window = parts.grouping.window;
  if (parts.grouping.given) {
    spec.window_start_column = parts.grouping.start;
    spec.window_end_column = parts.grouping.end;
    spec.windows_may_be_past = takes_past_windows(node);
  }
  spec.keys = parts.keys;
  for (const NamedAggregate& named : parts.aggregates) spec.aggregates.push_back(named.call);
  spec.properties = parts.properties;
  spec.output = node.schema;
  spec.input_retracts = !node.input().traits.kinds.is_insert_only();
  spec.session = session;
  if (node.emit) {
    EmittingWindowsSpec emitting{
        .windows = std::move(spec),
        .rule = *node.emit,
        .generate_update_before = node.traits.kinds.contains(RowKind::kUpdateBefore)};
    return [spec = std::move(emitting)] { return make_emitting_windows(spec); };
  }
  return [spec = std::move(spec)] { return make_window_aggregate(spec); };
}

}  // namespace hw
