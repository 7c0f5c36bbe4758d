// SPDX-License-Identifier: Apache-2.0

#include "plan/lower/lowering.h"

#include <utility>

namespace hw {

std::string line_of(const PhysicalNode& node) {
  std::string text = node.name + "(";
  bool first = true;
  for (const auto& [key, value] : node.details) {
    if (!first) text += ", ";
    first = false;
    text += key + "=[" + value + "]";
  }
  return text + ")";
}

Result<PhysicalNodePtr> lower(const LogicalNodePtr& node, Lowering& lowering) {
  switch (node->kind()) {
    case NodeKind::kScan:
      return lower_scan(node, lowering);
    case NodeKind::kValues:
      return lower_values(node, lowering);
    case NodeKind::kFilter:
    case NodeKind::kProject:
      return lower_calc(node, lowering);
    case NodeKind::kExpand:
      return lower_expand(node, lowering);
    case NodeKind::kAggregate:
      return lower_aggregate(node, lowering);
    case NodeKind::kWindowTvf:
      return lower_window_tvf(node, lowering);
    case NodeKind::kWindowAggregate:
      return lower_window_aggregate(node, lowering);
    case NodeKind::kLate:
      return lower_late(node, lowering);
    case NodeKind::kJoin:
      return lower_join(node, lowering);
    case NodeKind::kUnnest:
      return lower_unnest(node, lowering);
    case NodeKind::kUnion:
      return lower_union(node, lowering);
    case NodeKind::kOver:
      return lower_over(node, lowering);
    case NodeKind::kSort:
      return lower_sort(node, lowering);
    case NodeKind::kLimit:
      return lower_limit(node, lowering);
    case NodeKind::kTopN:
      return lower_top_n(node, lowering);
    case NodeKind::kSink:
      return lower_sink(node, lowering);
  }
  return Status::UnknownError("a logical node of unknown kind");
}

Result<OperatorMaker> operator_of(const PhysicalNode& node, const ExprSession& session) {
  switch (node.kind) {
    case PhysicalKind::kFold:
      return make_fold_of(node);
    case PhysicalKind::kNormalize:
      return make_normalize_of(node);
    case PhysicalKind::kCalc:
      return make_calc_of(node, session);
    case PhysicalKind::kExpand:
      return make_expand_of(node);
    case PhysicalKind::kGroupAggregate:
      return make_group_aggregate_of(node, session);
    case PhysicalKind::kWindowAssign:
      return make_window_assign_of(node);
    case PhysicalKind::kWindowAggregate:
      return make_window_aggregate_of(node, session);
    case PhysicalKind::kLate:
      return make_late_rows_of(node);
    case PhysicalKind::kJoin:
      return make_join_of(node, session);
    case PhysicalKind::kMultiJoin:
      return make_multi_join_of(node);
    case PhysicalKind::kLookupJoin:
      return make_lookup_join_of(node, session);
    case PhysicalKind::kUnnest:
      return make_unnest_of(node);
    case PhysicalKind::kOver:
      return make_over_of(node, session);
    case PhysicalKind::kSort:
      return make_sort_of(node);
    case PhysicalKind::kLimit:
      // Rows that are taken back make room for others: then it is a ranking by arrival.
      return node.input().traits.kinds.is_insert_only() ? make_limit_of(node) : make_top_n_of(node);
    case PhysicalKind::kTopN:
    case PhysicalKind::kWindowTopN:
      return make_top_n_of(node);
    case PhysicalKind::kDeduplicate:
      return make_deduplicate_of(node);
    case PhysicalKind::kTemporalSort:
      return make_temporal_sort_of(node);
    case PhysicalKind::kNotNull:
      return make_not_null_of(node, session);
    case PhysicalKind::kMaterialize:
      return make_materialize_of(node);
    case PhysicalKind::kTrigger:
      return make_trigger_of(node);
    case PhysicalKind::kSource:
    case PhysicalKind::kUnion:
    case PhysicalKind::kSink:
      break;
  }
  return Status::UnknownError(node.name, " has no operator");
}

PhysicalNodePtr physical_node(PhysicalKind kind, std::string name, const LogicalNodePtr& logical,
                              std::vector<PhysicalNodePtr> inputs,
                              std::vector<Placement> placements) {
  auto node = std::make_unique<PhysicalNode>();
  node->kind = kind;
  node->name = std::move(name);
  node->logical = logical;
  if (logical != nullptr) {
    node->details = logical->details();
    node->schema = logical->schema();
  }
  for (const PhysicalNodePtr& input : inputs) node->bounded = node->bounded && input->bounded;
  node->inputs = std::move(inputs);
  node->placements = std::move(placements);
  return node;
}

}  // namespace hw
