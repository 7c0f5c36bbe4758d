// SPDX-License-Identifier: Apache-2.0

#include "reference/interpreter.h"

#include <utility>

#include "plan/logical/filter.h"
#include "plan/logical/project.h"
#include "plan/logical/union_all.h"
#include "plan/logical/values.h"
#include "reference/operators.h"
#include "reference/scalar.h"

namespace hw::reference {
namespace {

Result<Relation> filter(const FilterNode& node, Relation input) {
  Relation kept;
  for (Arrival& arrival : input) {
    HW_ASSIGN_OR_RETURN(const bool passes, holds(*node.condition(), arrival.row));
    if (passes) kept.push_back(std::move(arrival));
  }
  return kept;
}

Result<Relation> project(const ProjectNode& node, Relation input) {
  for (Arrival& arrival : input) {
    HW_ASSIGN_OR_RETURN(arrival.row, evaluate_all(node.exprs(), arrival.row));
  }
  return input;
}

Result<Relation> values(const ValuesNode& node) {
  Relation rows;
  for (const auto& exprs : node.rows()) {
    HW_ASSIGN_OR_RETURN(Row row, evaluate_all(exprs, {}));
    rows.push_back({std::move(row)});
  }
  return rows;
}

/// Streams that meet: whose watermark stands how high when is nobody's promise.
Relation without_watermarks(Relation rows) {
  for (Arrival& arrival : rows) arrival.watermark = kNoWatermark;
  return rows;
}

Relation append_all(std::vector<Relation> inputs) {
  Relation all;
  for (Relation& input : inputs) {
    for (Arrival& arrival : without_watermarks(std::move(input))) all.push_back(std::move(arrival));
  }
  return all;
}

}  // namespace

Result<Relation> interpret(const LogicalNode& node, const Context& context) {
  std::vector<Relation> inputs;
  for (const LogicalNodePtr& input : node.inputs()) {
    HW_ASSIGN_OR_RETURN(Relation rows, interpret(*input, context));
    inputs.push_back(std::move(rows));
  }
  switch (node.kind()) {
    case NodeKind::kScan:
      return scan(node.as<ScanNode>(), context);
    case NodeKind::kValues:
      return values(node.as<ValuesNode>());
    case NodeKind::kFilter:
      return filter(node.as<FilterNode>(), std::move(inputs[0]));
    case NodeKind::kProject:
      return project(node.as<ProjectNode>(), std::move(inputs[0]));
    case NodeKind::kAggregate:
      return aggregate(node.as<AggregateNode>(), inputs[0], context);
    case NodeKind::kWindowTvf:
      return assign_windows(node.as<WindowTvfNode>(), inputs[0]);
    case NodeKind::kWindowAggregate:
      return aggregate_windows(node.as<WindowAggregateNode>(), inputs[0]);
    case NodeKind::kJoin:
      return join(node.as<JoinNode>(), inputs[0], inputs[1]);
    case NodeKind::kLate:
      return late(node.as<LateNode>(), inputs[0]);
    case NodeKind::kUnion:
      return append_all(std::move(inputs));
    case NodeKind::kExpand:
      return expand(node.as<ExpandNode>(), inputs[0]);
    case NodeKind::kUnnest:
      return unnest(node.as<UnnestNode>(), inputs[0]);
    case NodeKind::kOver:
      return over(node.as<OverNode>(), std::move(inputs[0]), context);
    case NodeKind::kSort:
      return sort(node.as<SortNode>(), std::move(inputs[0]));
    case NodeKind::kLimit:
      return limit(node.as<LimitNode>(), std::move(inputs[0]));
    case NodeKind::kTopN:
      return top_n(node.as<TopNNode>(), std::move(inputs[0]));
    case NodeKind::kSink:
      return std::move(inputs[0]);
    default:
      return Status::NotImplemented("the reference does not know the operator ", node.name());
  }
}

}  // namespace hw::reference
