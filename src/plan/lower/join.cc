// SPDX-License-Identifier: Apache-2.0
//
// Regular joins. Without keys every pair is tried in one place.

#include "plan/logical/join.h"

#include <numeric>
#include <utility>

#include "plan/lower/lowering.h"

namespace hw {
namespace {

JoinSide side_of(const PhysicalNode& input, const std::vector<int>& keys) {
  JoinSide side;
  side.schema = input.schema;
  side.keys = keys;
  side.retracts = !input.traits.kinds.is_insert_only();
  // The shortest key costs least.
  for (const std::vector<int>& key : input.traits.upsert_keys) {
    if (side.unique_key.empty() || key.size() < side.unique_key.size()) side.unique_key = key;
  }
  return side;
}

}  // namespace

Result<PhysicalNodePtr> lower_join(const LogicalNodePtr& node, Lowering& lowering) {
  const JoinNode::Parts& parts = node->as<JoinNode>().parts();
  std::vector<PhysicalNodePtr> inputs(2);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(0), lowering));
  HW_ASSIGN_OR_RETURN(inputs[1], lower(node->input(1), lowering));
  if (parts.left_keys.empty() && !lowering.batch()) {
    lowering.warnings.push_back(
        "a join without an equality between its sides tries every pair, in one place, and keeps "
        "all rows of both sides");
  }
  return physical_node(PhysicalKind::kJoin, "Join", node, std::move(inputs),
                       {Placement::by(parts.left_keys), Placement::by(parts.right_keys)});
}

OperatorMaker make_join_of(const PhysicalNode& node, const ExprSession& session) {
  const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
  RegularJoinSpec spec;
  spec.kind = parts.kind;
  spec.left = side_of(node.input(0), parts.left_keys);
  spec.right = side_of(node.input(1), parts.right_keys);
  spec.residual = parts.condition;
  spec.output_columns.resize(static_cast<size_t>(node.schema->num_fields()));
  std::iota(spec.output_columns.begin(), spec.output_columns.end(), 0);
  spec.output = node.schema;
  spec.session = session;
  return [spec = std::move(spec)] { return make_regular_join(spec); };
}

}  // namespace hw
