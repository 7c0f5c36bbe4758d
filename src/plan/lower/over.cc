// SPDX-License-Identifier: Apache-2.0
//
// OVER windows. Which way they go is known when the changelog is: see over_way().

#include "plan/logical/over.h"

#include <utility>

#include "operators/over.h"
#include "plan/changelog/over_way.h"
#include "plan/lower/lowering.h"

namespace hw {

Result<PhysicalNodePtr> lower_over(const LogicalNodePtr& node, Lowering& lowering) {
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  return physical_node(PhysicalKind::kOver, "Over", node, std::move(inputs),
                       {Placement::by(node->as<OverNode>().parts().partition)});
}

OperatorMaker make_over_of(const PhysicalNode& node, const ExprSession& session) {
  const auto& over = node.logical->as<OverNode>();
  OverSpec spec;
  spec.way = over_way(node, session.batch_mode);
  spec.input = node.input().schema;
  spec.partition = over.parts().partition;
  spec.order = over.parts().order;
  spec.arrival_order = over.order_time() == TimeAttribute::kProcessingTime;
  for (const NamedOverCall& named : over.parts().calls) spec.calls.push_back(named.call);
  spec.input_retracts = !node.input().traits.kinds.is_insert_only();
  spec.generate_update_before = node.traits.kinds.contains(RowKind::kUpdateBefore);
  spec.output = node.schema;
  spec.session = session;
  return [spec = std::move(spec)] { return make_over(spec); };
}

}  // namespace hw
