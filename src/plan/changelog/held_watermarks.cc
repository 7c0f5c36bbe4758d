// SPDX-License-Identifier: Apache-2.0

#include "plan/changelog/held_watermarks.h"

#include "plan/changelog/lost_times.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/lower/join_way.h"
#include "plan/lower/lowering.h"

namespace hw {
namespace {

/// True when rows are late for the operator that come behind the watermark.
bool goes_by_watermark(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kWindowAggregate:
      return node.logical->as<WindowAggregateNode>().grouping().window.event_time &&
             !takes_past_windows(node);
    case PhysicalKind::kJoin:
      return goes_by_time(node) || joins_windows(node, false);
    case PhysicalKind::kLate:
      return true;
    default:
      return goes_by_time(node);
  }
}

bool parts_sessions(const PhysicalNode& node) {
  if (node.kind != PhysicalKind::kWindowAssign) return false;
  const auto& tvf = node.logical->as<WindowTvfNode>();
  return tvf.is_session() && tvf.spec().event_time && !node.input().traits.kinds.is_insert_only();
}

void hold(PhysicalNode& node, bool wanted) {
  if (wanted && parts_sessions(node)) {
    node.holds_watermark = true;
    node.details.emplace_back("watermark", "held");
  }
  // The results of groups have no times that anybody above could go by.
  const bool ends_times = node.kind == PhysicalKind::kGroupAggregate;
  wanted = goes_by_watermark(node) || (wanted && !ends_times);
  for (const PhysicalNodePtr& input : node.inputs) hold(*input, wanted);
}

}  // namespace

void hold_watermarks(PhysicalNode& sink) { hold(sink, false); }

}  // namespace hw
