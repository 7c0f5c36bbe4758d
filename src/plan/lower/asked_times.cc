// SPDX-License-Identifier: Apache-2.0

#include "plan/lower/asked_times.h"

#include <algorithm>

#include "expr/scalar_function.h"
#include "plan/logical/expand.h"
#include "plan/logical/expr_rewrite.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/over.h"
#include "plan/logical/project.h"
#include "plan/logical/scan.h"
#include "plan/logical/sink.h"
#include "plan/logical/sort.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "runtime/connector_catalogue.h"

namespace hw {
namespace {

bool reads_watermark(const BoundExprPtr& expr) {
  bool reads = false;
  if (expr == nullptr) return reads;
  for_each_node(expr, [&](const BoundExprPtr& node) {
    reads = reads || (node->kind() == BoundExpr::Kind::kCall &&
                      node->function()->name == "CURRENT_WATERMARK");
  });
  return reads;
}

bool reads_watermark(const std::vector<BoundExprPtr>& exprs) {
  return std::any_of(exprs.begin(), exprs.end(),
                     [](const BoundExprPtr& expr) { return reads_watermark(expr); });
}

bool asks(const SinkNode& sink, const PlanContext& context) {
  const OnConflict rule = sink.spec().on_conflict;
  if (rule == OnConflict::kNothing || rule == OnConflict::kError) return true;
  const auto connector = sink.spec().options.find("connector");
  if (connector == sink.spec().options.end() || context.connectors == nullptr) return true;
  const ConnectorRecord* record = context.connectors->find(connector->second);
  // Sinks are told of watermarks for one thing only: partitions that are complete.
  return record == nullptr ||
         std::any_of(record->options.begin(), record->options.end(), [](const OptionSpec& option) {
           return option.name == "sink.partition-commit.trigger";
         });
}

/// The newest row of a key is known when it comes, the oldest when its time has passed.
bool asks(const TopNNode& top) {
  return top.is_in_window() || (top.is_deduplication() && !top.parts().order[0].descending);
}

bool asks(const JoinNode& join) {
  const JoinNode::Parts& parts = join.parts();
  return parts.interval || parts.windows || parts.versions || reads_watermark(parts.condition);
}

bool asks(const LogicalNode& node, const PlanContext& context) {
  switch (node.kind()) {
    case NodeKind::kScan:
    case NodeKind::kValues:
    case NodeKind::kAggregate:
    case NodeKind::kUnnest:
    case NodeKind::kUnion:
    case NodeKind::kLimit:
      return false;
    case NodeKind::kFilter:
      return reads_watermark(node.as<FilterNode>().condition());
    case NodeKind::kProject:
      return reads_watermark(node.as<ProjectNode>().exprs());
    case NodeKind::kExpand: {
      const auto& rows = node.as<ExpandNode>().rows();
      return std::any_of(rows.begin(), rows.end(),
                         [](const ExpandNode::Exprs& row) { return reads_watermark(row); });
    }
    case NodeKind::kJoin:
      return asks(node.as<JoinNode>());
    case NodeKind::kTopN:
      return asks(node.as<TopNNode>());
    case NodeKind::kSink:
      return asks(node.as<SinkNode>(), context);
    case NodeKind::kWindowTvf:
      return node.as<WindowTvfNode>().spec().event_time;
    case NodeKind::kWindowAggregate:
      return node.as<WindowAggregateNode>().parts().grouping.window.event_time;
    case NodeKind::kOver:
      return node.as<OverNode>().order_time() == TimeAttribute::kEventTime;
    case NodeKind::kLate:
    case NodeKind::kSort:
      return true;
  }
  return true;
}

void add(const LogicalNode& node, const PlanContext& context, bool asked_above,
         std::set<const TableDefinition*>& asked) {
  const bool asked_here = asked_above || asks(node, context);
  if (asked_here && node.kind() == NodeKind::kScan) asked.insert(&node.as<ScanNode>().table());
  for (const LogicalNodePtr& input : node.inputs()) add(*input, context, asked_here, asked);
}

}  // namespace

void add_asked_times(const LogicalNode& plan, const PlanContext& context,
                     std::set<const TableDefinition*>& asked) {
  add(plan, context, false, asked);
}

}  // namespace hw
