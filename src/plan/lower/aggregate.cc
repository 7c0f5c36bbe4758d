// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY and DISTINCT.

#include "plan/logical/aggregate.h"

#include <utility>

#include "operators/group_aggregate.h"
#include "plan/lower/lowering.h"

namespace hw {

Result<PhysicalNodePtr> lower_aggregate(const LogicalNodePtr& node, Lowering& lowering) {
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  return physical_node(PhysicalKind::kGroupAggregate, "GroupAggregate", node, std::move(inputs),
                       {Placement::by(node->as<AggregateNode>().keys())});
}

OperatorMaker make_group_aggregate_of(const PhysicalNode& node, const ExprSession& session) {
  const auto& aggregate = node.logical->as<AggregateNode>();
  GroupAggregateSpec spec;
  spec.input = node.input().schema;
  spec.keys = aggregate.keys();
  for (const NamedAggregate& named : aggregate.aggregates()) spec.aggregates.push_back(named.call);
  spec.output = node.schema;
  spec.input_retracts = !node.input().traits.kinds.is_insert_only();
  spec.generate_update_before = node.traits.kinds.contains(RowKind::kUpdateBefore);
  if (!node.state_ttl_ms.empty()) spec.state_ttl_ms = node.state_ttl_ms[0];
  spec.session = session;
  return [spec = std::move(spec)] { return make_group_aggregate(spec); };
}

}  // namespace hw
