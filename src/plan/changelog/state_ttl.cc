// SPDX-License-Identifier: Apache-2.0

#include "plan/changelog/state_ttl.h"

#include <algorithm>

#include "plan/logical/aggregate.h"
#include "plan/logical/join.h"
#include "plan/lower/join_way.h"

namespace hw {
namespace {

constexpr std::string_view kTtlKey = "table.exec.state.ttl";

bool ages(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kGroupAggregate:
    case PhysicalKind::kTopN:
    case PhysicalKind::kDeduplicate:
    case PhysicalKind::kNormalize:
    case PhysicalKind::kMaterialize:
      return true;
    case PhysicalKind::kJoin:
      return !node.logical->as<JoinNode>().parts().versions && !joins_by_interval(node, false) &&
             !joins_windows(node, false);
    default:
      return false;
  }
}

}  // namespace

void assign_state_ttl(PhysicalNode& node, const SessionConfig& config) {
  for (const PhysicalNodePtr& input : node.inputs) assign_state_ttl(*input, config);
  node.state_ttl_ms.clear();
  if (!ages(node)) return;
  node.state_ttl_ms.assign(node.inputs.size(), config.duration_ms(kTtlKey));
  if (node.kind == PhysicalKind::kJoin) {
    const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
    node.state_ttl_ms = {parts.left_ttl_ms.value_or(node.state_ttl_ms[0]),
                         parts.right_ttl_ms.value_or(node.state_ttl_ms[1])};
  } else if (node.kind == PhysicalKind::kGroupAggregate) {
    const std::optional<int64_t> hinted = node.logical->as<AggregateNode>().ttl_ms();
    if (hinted) node.state_ttl_ms = {*hinted};
  }
  const bool for_ever = std::all_of(node.state_ttl_ms.begin(), node.state_ttl_ms.end(),
                                    [](int64_t ttl_ms) { return ttl_ms == 0; });
  if (for_ever) node.state_ttl_ms.clear();
}

int64_t state_ttl_of(const PhysicalNode& node) {
  if (node.state_ttl_ms.empty()) return 0;
  return *std::min_element(node.state_ttl_ms.begin(), node.state_ttl_ms.end());
}

}  // namespace hw
