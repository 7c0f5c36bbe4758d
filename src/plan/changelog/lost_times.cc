// SPDX-License-Identifier: Apache-2.0

#include "plan/changelog/lost_times.h"

#include "plan/logical/join.h"
#include "plan/logical/over.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/lower/join_way.h"

namespace hw {

bool goes_by_time(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kWindowAssign:
      return node.logical->as<WindowTvfNode>().spec().event_time;
    case PhysicalKind::kWindowAggregate: {
      const auto& parts = node.logical->as<WindowAggregateNode>().parts();
      return !parts.grouping.given && parts.grouping.window.event_time;
    }
    case PhysicalKind::kOver:
      return node.logical->as<OverNode>().order_time() == TimeAttribute::kEventTime;
    case PhysicalKind::kJoin: {
      const auto& parts = node.logical->as<JoinNode>().parts();
      return parts.versions || joins_by_interval(node, false);
    }
    case PhysicalKind::kWindowTopN:
    case PhysicalKind::kDeduplicate:
    case PhysicalKind::kTemporalSort:
      return true;
    default:
      return false;
  }
}

namespace {

/// `above`: the nearest operator that goes by times which may be this node's, or null.
Status check(const PhysicalNode& node, const PhysicalNode* above) {
  if (goes_by_time(node)) above = &node;
  if (node.kind == PhysicalKind::kGroupAggregate) above = nullptr;
  if (node.kind == PhysicalKind::kJoin && above != nullptr && above != &node) {
    const auto& parts = node.logical->as<JoinNode>().parts();
    if (parts.interval && !joins_by_interval(node, false)) {
      return at(parts.position,
                not_supported_yet(above->name +
                                  " by the times of a join by an interval with updates in its "
                                  "inputs, where rows come in no order of time; join tables that "
                                  "are only inserted into, or aggregate without windows"));
    }
  }
  for (const PhysicalNodePtr& input : node.inputs) HW_TRY(check(*input, above));
  return Status::OK();
}

}  // namespace

Status check_times_are_kept(const PhysicalNode& sink) { return check(sink, nullptr); }

}  // namespace hw
