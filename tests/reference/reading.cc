// SPDX-License-Identifier: Apache-2.0

#include "reference/reading.h"

#include <algorithm>
#include <vector>

#include "plan/logical/aggregate.h"
#include "plan/logical/expand.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/over.h"
#include "plan/logical/project.h"
#include "plan/logical/sort.h"
#include "plan/logical/unnest.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "reference/reachable.h"

namespace hw::reference {
namespace {

using Columns = std::set<int>;

void add(Columns& columns, const std::vector<int>& more) {
  columns.insert(more.begin(), more.end());
}

void add(Columns& columns, const BoundExpr& expr) { columns.merge(columns_reached(expr)); }

void add(Columns& columns, const AggregateCall& call) {
  add(columns, call.args);
  if (call.filter >= 0) columns.insert(call.filter);
}

void add(Columns& columns, const std::vector<SortKey>& order) {
  for (const SortKey& key : order) columns.insert(key.column);
}

Columns all_of(const LogicalNode& node) {
  Columns columns;
  for (int i = 0; i < node.num_columns(); ++i) columns.insert(i);
  return columns;
}

/// Those of the first `count` columns.
Columns first_of(const Columns& columns, int count) {
  return {columns.begin(), columns.lower_bound(count)};
}

/// What a node reads of its inputs when `read` is read of it.
class Reader {
 public:
  explicit Reader(std::map<const LogicalNode*, std::set<size_t>>& calls) : calls_(calls) {}

  void visit(const LogicalNode& node, const Columns& read) {
    if (node.kind() == NodeKind::kJoin) return visit_join(node.as<JoinNode>(), read);
    const std::vector<LogicalNodePtr>& inputs = node.inputs();
    if (inputs.empty()) return;
    const Columns below = of_input(node, read);
    for (const LogicalNodePtr& input : inputs) visit(*input, below);
  }

 private:
  Columns of_input(const LogicalNode& node, const Columns& read) {
    Columns below = first_of(read, node.input()->num_columns());
    switch (node.kind()) {
      case NodeKind::kFilter:
        add(below, *node.as<FilterNode>().condition());
        return below;
      case NodeKind::kUnion:
      case NodeKind::kLimit:
        return below;
      case NodeKind::kSort:
        add(below, node.as<SortNode>().order());
        return below;
      case NodeKind::kTopN:
        add(below, node.as<TopNNode>().parts().partition);
        add(below, node.as<TopNNode>().parts().order);
        return below;
      case NodeKind::kOver:
        return of_over(node.as<OverNode>(), read, std::move(below));
      case NodeKind::kWindowTvf:
        below.insert(node.as<WindowTvfNode>().spec().time_column);
        add(below, node.as<WindowTvfNode>().spec().partition);
        return below;
      case NodeKind::kProject:
        return of_exprs({node.as<ProjectNode>().exprs()}, read);
      case NodeKind::kExpand:
        return of_exprs(node.as<ExpandNode>().rows(), read);
      case NodeKind::kAggregate:
        return of_aggregate(node.as<AggregateNode>(), read);
      case NodeKind::kWindowAggregate:
        return of_window_aggregate(node.as<WindowAggregateNode>(), read);
      case NodeKind::kUnnest:
        return of_unnest(node.as<UnnestNode>(), read);
      default:
        return all_of(*node.input());
    }
  }

  Columns of_over(const OverNode& over, const Columns& read, Columns below) {
    std::set<size_t>& calls = calls_[&over];
    const int first = over.input()->num_columns();
    for (size_t i = 0; i < over.parts().calls.size(); ++i) {
      if (!read.contains(first + static_cast<int>(i))) continue;
      calls.insert(i);
      const OverCall& call = over.parts().calls[i].call;
      add(below, call.aggregate);
      for (const int column : {call.value, call.otherwise}) {
        if (column >= 0) below.insert(column);
      }
    }
    if (calls.empty()) return below;
    add(below, over.parts().partition);
    add(below, over.parts().order);
    return below;
  }

  static Columns of_exprs(const std::vector<std::vector<BoundExprPtr>>& rows, const Columns& read) {
    Columns below;
    for (const std::vector<BoundExprPtr>& exprs : rows) {
      for (const int i : read) add(below, *exprs[static_cast<size_t>(i)]);
    }
    return below;
  }

  /// Of a global aggregate something is computed in any case, for its row.
  static Columns of_aggregate(const AggregateNode& node, const Columns& read) {
    const int first = static_cast<int>(node.keys().size());
    Columns below(node.keys().begin(), node.keys().end());
    for (size_t i = 0; i < node.aggregates().size(); ++i) {
      const bool only = first == 0 && read.empty() && i + 1 == node.aggregates().size();
      if (only || read.contains(first + static_cast<int>(i))) {
        add(below, node.aggregates()[i].call);
      }
    }
    return below;
  }

  static Columns of_window_aggregate(const WindowAggregateNode& node, const Columns& read) {
    const WindowAggregateNode::Parts& parts = node.parts();
    Columns below(parts.keys.begin(), parts.keys.end());
    for (size_t i = 0; i < parts.aggregates.size(); ++i) {
      if (read.contains(static_cast<int>(parts.keys.size() + i))) {
        add(below, parts.aggregates[i].call);
      }
    }
    const WindowGrouping& grouping = parts.grouping;
    add(below, grouping.given ? std::vector<int>{grouping.start, grouping.end}
                              : std::vector<int>{grouping.window.time_column});
    return below;
  }

  static Columns of_unnest(const UnnestNode& node, const Columns& read) {
    const UnnestNode::Parts& parts = node.parts();
    Columns below = {parts.collection};
    for (const int i : read) {
      if (i < static_cast<int>(parts.passed.size())) {
        below.insert(parts.passed[static_cast<size_t>(i)]);
      }
    }
    return below;
  }

  void visit_join(const JoinNode& join, const Columns& read) {
    const JoinNode::Parts& parts = join.parts();
    Columns both = read;
    if (parts.condition != nullptr) add(both, *parts.condition);
    const int num_left = join.left()->num_columns();
    Columns left = first_of(both, num_left);
    Columns right;
    for (const int i : both) {
      if (i >= num_left) right.insert(i - num_left);
    }
    add(left, parts.left_keys);
    add(right, parts.right_keys);
    visit(*join.left(), left);
    visit(*join.right(), right);
  }

  std::map<const LogicalNode*, std::set<size_t>>& calls_;
};

}  // namespace

std::map<const LogicalNode*, std::set<size_t>> read_calls(const LogicalNode& plan) {
  std::map<const LogicalNode*, std::set<size_t>> calls;
  Reader(calls).visit(plan, all_of(plan));
  return calls;
}

}  // namespace hw::reference
