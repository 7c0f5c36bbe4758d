// SPDX-License-Identifier: Apache-2.0
//
// Regular and interval joins. Without keys every pair is tried in one place.

#include "plan/logical/join.h"

#include <numeric>
#include <utility>

#include "plan/logical/interval_bounds.h"
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

OperatorMaker make_interval_join_of(const PhysicalNode& node, const ExprSession& session) {
  const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
  IntervalJoinSpec spec;
  spec.kind = parts.kind;
  spec.left = side_of(node.input(0), parts.left_keys);
  spec.right = side_of(node.input(1), parts.right_keys);
  spec.bounds = *parts.interval;
  spec.residual =
      without_interval(parts.condition, *parts.interval, node.input(0).schema->num_fields());
  spec.output = node.schema;
  spec.session = session;
  return
      [spec = std::move(spec), position = parts.position]() -> Result<std::unique_ptr<Operator>> {
        Result<std::unique_ptr<Operator>> made = make_interval_join(spec);
        if (!made.ok()) return at(position, made.status());
        return made;
      };
}

}  // namespace

Result<PhysicalNodePtr> lower_join(const LogicalNodePtr& node, Lowering& lowering) {
  const JoinNode::Parts& parts = node->as<JoinNode>().parts();
  std::vector<PhysicalNodePtr> inputs(2);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(0), lowering));
  HW_ASSIGN_OR_RETURN(inputs[1], lower(node->input(1), lowering));
  const bool interval = parts.interval && !lowering.batch();
  if (parts.left_keys.empty() && !lowering.batch() && !interval) {
    lowering.warnings.push_back(
        "a join without an equality between its sides tries every pair, in one place, and keeps "
        "all rows of both sides");
  }
  return physical_node(PhysicalKind::kJoin, interval ? "IntervalJoin" : "Join", node,
                       std::move(inputs),
                       {Placement::by(parts.left_keys), Placement::by(parts.right_keys)});
}

OperatorMaker make_join_of(const PhysicalNode& node, const ExprSession& session) {
  const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
  if (parts.interval && !session.batch_mode) return make_interval_join_of(node, session);
  RegularJoinSpec spec;
  spec.nulls_equal = parts.nulls_equal;
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
