// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY and DISTINCT.

#include "plan/logical/aggregate.h"

#include <string>
#include <utility>

#include "operators/group_aggregate.h"
#include "operators/local_aggregate.h"
#include "plan/lower/lowering.h"
#include "plan/lower/spread.h"

namespace hw {

Result<PhysicalNodePtr> lower_aggregate(const LogicalNodePtr& node, Lowering& lowering) {
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  const std::vector<int>& keys = node->as<AggregateNode>().keys();
  const int spread_by = spread_by_first(*inputs[0], keys);
  PhysicalNodePtr aggregate =
      physical_node(PhysicalKind::kGroupAggregate, "GroupAggregate", node, std::move(inputs),
                    {spread_by > 0 ? Placement::any() : Placement::by(keys)});
  aggregate->spread_by = spread_by;
  return aggregate;
}

OperatorMaker make_group_aggregate_of(const PhysicalNode& node, const ExprSession& session,
                                      bool partial) {
  const auto& aggregate = node.logical->as<AggregateNode>();
  GroupAggregateSpec spec;
  spec.partial = partial;
  spec.input = node.input().schema;
  spec.keys = aggregate.keys();
  if (node.spread_by > 0) spec.num_distribution_keys = node.spread_by;
  for (const NamedAggregate& named : aggregate.aggregates()) spec.aggregates.push_back(named.call);
  spec.output = node.schema;
  spec.input_retracts = !node.input().traits.kinds.is_insert_only();
  spec.generate_update_before = node.traits.kinds.contains(RowKind::kUpdateBefore);
  if (!node.state_ttl_ms.empty()) spec.state_ttl_ms = node.state_ttl_ms[0];
  spec.session = session;
  return [spec = std::move(spec)] { return make_group_aggregate(spec); };
}

Result<OperatorRecipe> local_aggregate_of(const PhysicalNode& node, const ExprSession& session) {
  const auto& aggregate = node.logical->as<AggregateNode>();
  LocalAggregateSpec spec;
  spec.input = node.input().schema;
  spec.keys = aggregate.keys();
  for (const NamedAggregate& named : aggregate.aggregates()) spec.aggregates.push_back(named.call);
  spec.session = session;
  OperatorRecipe recipe;
  HW_ASSIGN_OR_RETURN(recipe.output_schema, local_aggregate_schema(spec));
  recipe.description = {.name = std::string(kLocalAggregate), .details = node.details};
  recipe.meaning.uid_decides = false;
  recipe.meaning.keeps_state = false;
  recipe.make = [spec = std::move(spec)] { return make_local_aggregate(spec); };
  return recipe;
}

}  // namespace hw
