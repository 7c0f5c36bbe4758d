// SPDX-License-Identifier: Apache-2.0

#include "plan/explain/flow_text.h"

#include <algorithm>

#include "plan/changelog/over_way.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/join.h"
#include "plan/logical/sort.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/lower/join_way.h"
#include "plan/lower/multi_join_plan.h"

namespace hw {
namespace {

constexpr const char* kWindowEnd = "a window goes out when the watermark passes its end";

bool all_monotonic(const PhysicalNode& node, bool batch) {
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](const PhysicalNodePtr& input) {
    return flow_of(*input, batch).monotonic;
  });
}

/// Batch edges only insert, so what would be taken back shows in the kind of operator alone.
bool revises_in_batch(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kGroupAggregate:
      return !node.logical->as<AggregateNode>().aggregates().empty();
    case PhysicalKind::kJoin: {
      const JoinKind kind = node.logical->as<JoinNode>().parts().kind;
      return kind != JoinKind::kInner && kind != JoinKind::kSemi;
    }
    case PhysicalKind::kSource:
    case PhysicalKind::kCalc:
    case PhysicalKind::kExpand:
    case PhysicalKind::kWindowAssign:
    case PhysicalKind::kLookupJoin:
    case PhysicalKind::kUnnest:
    case PhysicalKind::kUnion:
    case PhysicalKind::kSort:
    case PhysicalKind::kLimit:
    case PhysicalKind::kNotNull:
    case PhysicalKind::kSink:
      return false;
    default:
      return true;
  }
}

NodeFlow until_end(NodeFlow flow) {
  flow.blocking = Blocking::kUntilEnd;
  flow.reason = "goes out at the end of the input";
  return flow;
}

NodeFlow flow_in_batch(const PhysicalNode& node) {
  NodeFlow flow;
  flow.monotonic = !revises_in_batch(node) && all_monotonic(node, true);
  switch (node.kind) {
    case PhysicalKind::kSource:
    case PhysicalKind::kCalc:
    case PhysicalKind::kExpand:
    case PhysicalKind::kWindowAssign:
    case PhysicalKind::kLookupJoin:
    case PhysicalKind::kUnnest:
    case PhysicalKind::kUnion:
    case PhysicalKind::kLimit:
    case PhysicalKind::kNotNull:
    case PhysicalKind::kSink:
      return flow;
    default:
      return until_end(std::move(flow));
  }
}

NodeFlow flow_of_window(bool event_time, NodeFlow flow) {
  flow.blocking = event_time ? Blocking::kUntilWatermark : Blocking::kUntilClock;
  flow.reason = event_time ? kWindowEnd : "a window goes out when the clock passes its end";
  return flow;
}

NodeFlow flow_of_join(const PhysicalNode& node, NodeFlow flow) {
  const auto& parts = node.logical->as<JoinNode>().parts();
  if (parts.versions) {
    flow.blocking = Blocking::kUntilWatermark;
    flow.reason = "a left row goes out when the watermarks of both sides have reached it";
    return flow;
  }
  if (joins_windows(node, false)) {
    return flow_of_window(parts.windows->window.event_time, std::move(flow));
  }
  const bool interval = joins_by_interval(node, false);
  if (interval && parts.kind != JoinKind::kInner && parts.kind != JoinKind::kSemi) {
    flow.blocking = parts.interval->event_time ? Blocking::kUntilWatermark : Blocking::kUntilClock;
    flow.reason = "a row without a partner goes out when none can come any more";
    return flow;
  }
  if (!interval && parts.kind != JoinKind::kInner && parts.kind != JoinKind::kSemi) {
    flow.reason = "a row without a partner is taken back when one comes";
  }
  return flow;
}

NodeFlow flow_of_over(const PhysicalNode& node, NodeFlow flow) {
  if (over_way(node, false) == OverWay::kByTime) {
    flow.blocking = Blocking::kUntilWatermark;
    flow.reason = "a row goes out when the watermark passes it and what its frames look ahead at";
  } else if (!flow.monotonic) {
    flow.reason = "a row's result changes with rows that stand before or around it";
  }
  return flow;
}

NodeFlow flow_of_deduplicate(const PhysicalNode& node, NodeFlow flow) {
  const auto& top = node.logical->as<TopNNode>();
  const SortKey& order = top.parts().order[0];
  if (!order.descending && top.input()->column(order.column).time == TimeAttribute::kEventTime) {
    flow.blocking = Blocking::kUntilWatermark;
    flow.reason = "the first row of a key goes out when the watermark passes it";
  }
  return flow;
}

NodeFlow flow_in_stream(const PhysicalNode& node) {
  NodeFlow flow;
  flow.monotonic = node.traits.kinds.is_insert_only();
  switch (node.kind) {
    case PhysicalKind::kWindowAggregate: {
      const WindowGrouping& grouping = node.logical->as<WindowAggregateNode>().grouping();
      if (node.emit && node.emit->early_ms) {
        flow.reason = "a window's rows go out while it is open, and are replaced";
        return flow;
      }
      return flow_of_window(grouping.given || grouping.window.event_time, std::move(flow));
    }
    case PhysicalKind::kWindowTopN:
      return flow_of_window(true, std::move(flow));
    case PhysicalKind::kWindowAssign: {
      const auto& tvf = node.logical->as<WindowTvfNode>();
      if (!tvf.is_session()) return flow;
      return flow_of_window(tvf.spec().event_time, std::move(flow));
    }
    case PhysicalKind::kJoin:
      return flow_of_join(node, std::move(flow));
    case PhysicalKind::kMultiJoin: {
      const std::vector<bool>& outer = node.multi_join->outer;
      if (std::find(outer.begin(), outer.end(), true) != outer.end()) {
        flow.reason = "a row without a partner is taken back when one comes";
      }
      return flow;
    }
    case PhysicalKind::kOver:
      return flow_of_over(node, std::move(flow));
    case PhysicalKind::kDeduplicate:
      return flow_of_deduplicate(node, std::move(flow));
    case PhysicalKind::kTemporalSort:
      flow.blocking = Blocking::kUntilWatermark;
      flow.reason = "a row goes out when the watermark passes it";
      return flow;
    case PhysicalKind::kTrigger:
      if (node.trigger->interval_ms == 0) return until_end(std::move(flow));
      flow.blocking = Blocking::kUntilClock;
      flow.reason = "changes go out together, at each trigger";
      return flow;
    case PhysicalKind::kSort:
    case PhysicalKind::kFold:
      return until_end(std::move(flow));
    case PhysicalKind::kGroupAggregate:
      if (!flow.monotonic) flow.reason = "a group's row is replaced when its result changes";
      return flow;
    case PhysicalKind::kTopN:
      if (!flow.monotonic) flow.reason = "a row leaves when better ones come";
      return flow;
    default:
      return flow;
  }
}

std::string_view blocking_text(Blocking blocking) {
  switch (blocking) {
    case Blocking::kNone:
      break;
    case Blocking::kUntilWatermark:
      return "until watermark";
    case Blocking::kUntilClock:
      return "until clock";
    case Blocking::kUntilEnd:
      return "until end";
  }
  return "non-blocking";
}

void append_node(const PhysicalNode& node, int depth, bool batch, std::string& text) {
  // A sink only takes, and that of a query is no part of it.
  int below = depth;
  if (node.kind != PhysicalKind::kSink) {
    const NodeFlow flow = flow_of(node, batch);
    text.append(static_cast<size_t>(depth) * 2, ' ');
    text += node.name + (node.table.empty() ? "" : "(table=[" + node.table + "])") + ": " +
            to_text(flow) + (flow.reason.empty() ? "" : ": " + flow.reason) + "\n";
    ++below;
  }
  for (const PhysicalNodePtr& input : node.inputs) append_node(*input, below, batch, text);
}

}  // namespace

NodeFlow flow_of(const PhysicalNode& node, bool batch) {
  return batch ? flow_in_batch(node) : flow_in_stream(node);
}

std::string to_text(const NodeFlow& flow) {
  return std::string(flow.monotonic ? "monotonic, " : "revising, ") +
         std::string(blocking_text(flow.blocking));
}

std::string flow_text(const std::vector<PhysicalNodePtr>& roots, bool batch) {
  std::string text;
  for (const PhysicalNodePtr& root : roots) append_node(*root, 0, batch, text);
  return text;
}

}  // namespace hw
