// SPDX-License-Identifier: Apache-2.0
//
// Drops columns that nobody above reads, down to the scans.

#include <algorithm>
#include <numeric>

#include "expr/literal.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/expand.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/late.h"
#include "plan/logical/over.h"
#include "plan/logical/project.h"
#include "plan/logical/scan.h"
#include "plan/logical/sort.h"
#include "plan/logical/union_all.h"
#include "plan/logical/unnest.h"
#include "plan/logical/values.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

using Wanted = std::vector<bool>;

/// A node that has at least the wanted columns, and where each old column is now (-1 = gone).
struct Pruned {
  LogicalNodePtr node;
  std::vector<int> new_index;

  int at(int column) const { return new_index[static_cast<size_t>(column)]; }
  std::vector<int> at(std::vector<int> columns) const {
    for (int& column : columns) column = at(column);
    return columns;
  }
};

Pruned prune(const LogicalNodePtr& node, Wanted wanted);

void want(Wanted& wanted, const std::vector<int>& columns) {
  for (const int column : columns) wanted[static_cast<size_t>(column)] = true;
}

Wanted nothing_of(const LogicalNode& node) {
  return Wanted(static_cast<size_t>(node.num_columns()), false);
}

std::vector<int> same_index(const LogicalNode& node) {
  std::vector<int> index(static_cast<size_t>(node.num_columns()));
  std::iota(index.begin(), index.end(), 0);
  return index;
}

/// Rows without columns are legal but rare: something stays, so that readers need not know.
void keep_one(Wanted& wanted) {
  const bool any = std::find(wanted.begin(), wanted.end(), true) != wanted.end();
  if (!any && !wanted.empty()) wanted[0] = true;
}

Pruned prune_scan(const ScanNode& scan, Wanted wanted) {
  const bool any = std::find(wanted.begin(), wanted.end(), true) != wanted.end();
  for (size_t i = 0; !any && i < wanted.size(); ++i) {
    // A narrow column that the source has costs least.
    const TableColumn& column = scan.table().columns[static_cast<size_t>(scan.spec().columns[i])];
    if (column.origin == ColumnOrigin::kPhysical && column.type.fixed_width() > 0) {
      wanted[i] = true;
      break;
    }
  }
  for (size_t i = 0; i < wanted.size() && std::count(wanted.begin(), wanted.end(), true) == 0;
       ++i) {
    const TableColumn& column = scan.table().columns[static_cast<size_t>(scan.spec().columns[i])];
    wanted[i] = column.origin == ColumnOrigin::kPhysical;
  }
  keep_one(wanted);
  ScanSpec spec = scan.spec();
  spec.columns.clear();
  std::vector<int> new_index(wanted.size(), -1);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i]) continue;
    new_index[i] = static_cast<int>(spec.columns.size());
    spec.columns.push_back(scan.spec().columns[i]);
  }
  return {std::make_shared<ScanNode>(std::move(spec)), std::move(new_index)};
}

Pruned prune_values(const ValuesNode& values, Wanted wanted) {
  keep_one(wanted);
  std::vector<PlanColumn> columns;
  std::vector<int> new_index(wanted.size(), -1);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i]) continue;
    new_index[i] = static_cast<int>(columns.size());
    columns.push_back(values.columns()[i]);
  }
  std::vector<std::vector<BoundExprPtr>> rows;
  for (const auto& row : values.rows()) {
    std::vector<BoundExprPtr>& kept = rows.emplace_back();
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i]) kept.push_back(row[i]);
    }
  }
  return {std::make_shared<ValuesNode>(std::move(columns), std::move(rows)), std::move(new_index)};
}

bool wants_nothing(const Wanted& wanted) {
  return std::find(wanted.begin(), wanted.end(), true) == wanted.end();
}

/// Rows of which nobody reads a column have a constant: whether something below is computed must
/// not depend on which column stands first.
Pruned constant_rows(const Pruned& input, size_t num_columns) {
  std::vector<BoundExprPtr> exprs = {boolean_literal(true)};
  return {
      std::make_shared<ProjectNode>(input.node, std::move(exprs), std::vector<std::string>{"row"}),
      std::vector<int>(num_columns, -1)};
}

Pruned prune_project(const ProjectNode& project, Wanted wanted) {
  if (wants_nothing(wanted)) {
    return constant_rows(prune(project.input(), nothing_of(*project.input())), wanted.size());
  }
  Wanted below = nothing_of(*project.input());
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]) want(below, columns_read(*project.exprs()[i]));
  }
  const Pruned input = prune(project.input(), std::move(below));
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  std::vector<int> new_index(wanted.size(), -1);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i]) continue;
    new_index[i] = static_cast<int>(exprs.size());
    exprs.push_back(renumber_columns(project.exprs()[i], input.new_index));
    names.push_back(project.columns()[i].name);
  }
  return {std::make_shared<ProjectNode>(input.node, std::move(exprs), std::move(names)),
          std::move(new_index)};
}

/// What an aggregate reads beside its keys.
void want_args(Wanted& wanted, const std::vector<NamedAggregate>& aggregates) {
  for (const NamedAggregate& named : aggregates) {
    want(wanted, named.call.args);
    if (named.call.filter >= 0) wanted[static_cast<size_t>(named.call.filter)] = true;
  }
}

/// Keeps the wanted aggregates; column `first` on are their results. Without keys one stays.
std::vector<NamedAggregate> kept_aggregates(const std::vector<NamedAggregate>& aggregates,
                                            size_t first, const Wanted& wanted, bool keep_any,
                                            std::vector<int>& new_index) {
  std::vector<NamedAggregate> kept;
  for (size_t i = 0; i < aggregates.size(); ++i) {
    const bool last_chance = keep_any && kept.empty() && i + 1 == aggregates.size();
    if (!wanted[first + i] && !last_chance) continue;
    new_index[first + i] = static_cast<int>(first + kept.size());
    kept.push_back(aggregates[i]);
  }
  return kept;
}

void renumber_args(std::vector<NamedAggregate>& aggregates, const Pruned& input) {
  for (NamedAggregate& named : aggregates) {
    named.call.args = input.at(named.call.args);
    if (named.call.filter >= 0) named.call.filter = input.at(named.call.filter);
  }
}

Pruned prune_aggregate(const AggregateNode& node, const Wanted& wanted) {
  std::vector<int> new_index(wanted.size(), -1);
  const size_t num_keys = node.keys().size();
  for (size_t i = 0; i < num_keys; ++i) new_index[i] = static_cast<int>(i);
  std::vector<NamedAggregate> kept =
      kept_aggregates(node.aggregates(), num_keys, wanted, num_keys == 0, new_index);
  Wanted below = nothing_of(*node.input());
  want(below, node.keys());
  want_args(below, kept);
  const Pruned input = prune(node.input(), std::move(below));
  renumber_args(kept, input);
  return {std::make_shared<AggregateNode>(input.node, input.at(node.keys()), std::move(kept),
                                          node.ttl_ms()),
          std::move(new_index)};
}

Pruned prune_window_aggregate(const WindowAggregateNode& node, const Wanted& wanted) {
  WindowAggregateNode::Parts parts = node.parts();
  const size_t num_keys = parts.keys.size(), num_aggregates = parts.aggregates.size();
  std::vector<int> new_index(wanted.size(), -1);
  for (size_t i = 0; i < num_keys; ++i) new_index[i] = static_cast<int>(i);
  parts.aggregates = kept_aggregates(parts.aggregates, num_keys, wanted, false, new_index);
  for (size_t i = 0; i < parts.properties.size(); ++i) {
    new_index[num_keys + num_aggregates + i] =
        static_cast<int>(num_keys + parts.aggregates.size() + i);
  }
  Wanted below = nothing_of(*node.input());
  want(below, parts.keys);
  want_args(below, parts.aggregates);
  WindowGrouping& grouping = parts.grouping;
  const bool reads_time = !grouping.given && grouping.window.event_time;
  if (grouping.given) want(below, {grouping.start, grouping.end});
  if (reads_time) want(below, {grouping.window.time_column});
  const Pruned input = prune(node.input(), std::move(below));
  renumber_args(parts.aggregates, input);
  parts.keys = input.at(parts.keys);
  if (grouping.given) {
    grouping.start = input.at(grouping.start);
    grouping.end = input.at(grouping.end);
  }
  if (reads_time) grouping.window.time_column = input.at(grouping.window.time_column);
  return {std::make_shared<WindowAggregateNode>(input.node, std::move(parts)),
          std::move(new_index)};
}

Pruned prune_tvf(const WindowTvfNode& node, const Wanted& wanted) {
  const int num_input = node.input()->num_columns();
  Wanted below(wanted.begin(), wanted.begin() + num_input);
  if (node.spec().event_time) want(below, {node.spec().time_column});
  want(below, node.spec().partition);
  const Pruned input = prune(node.input(), std::move(below));
  WindowSpec spec = node.spec();
  spec.partition = input.at(spec.partition);
  if (spec.event_time) spec.time_column = input.at(spec.time_column);
  std::vector<int> new_index = input.new_index;
  for (int i = 0; i < 3; ++i) new_index.push_back(input.node->num_columns() + i);
  return {std::make_shared<WindowTvfNode>(input.node, std::move(spec)), std::move(new_index)};
}

Pruned prune_late(const LateNode& node, const Wanted& wanted) {
  LateNode::Parts parts = node.parts();
  const int num_input = node.input()->num_columns();
  Wanted below(wanted.begin(), wanted.begin() + num_input);
  want(below, {node.time_column()});
  want(below, parts.keys);
  const Pruned input = prune(node.input(), std::move(below));
  int& time = node.computes_windows() ? parts.window.time_column : parts.column;
  time = input.at(time);
  parts.keys = input.at(parts.keys);
  std::vector<int> new_index = input.new_index;
  for (int i = 0; i < 3; ++i) new_index.push_back(input.node->num_columns() + i);
  return {std::make_shared<LateNode>(input.node, std::move(parts)), std::move(new_index)};
}

Pruned prune_join(const JoinNode& join, const Wanted& wanted) {
  const int num_left = join.left()->num_columns();
  Wanted both = wanted;
  both.resize(static_cast<size_t>(num_left + join.right()->num_columns()), false);
  JoinNode::Parts parts = join.parts();
  if (parts.condition != nullptr) want(both, columns_read(*parts.condition));
  Wanted left(both.begin(), both.begin() + num_left);
  Wanted right(both.begin() + num_left, both.end());
  want(left, parts.left_keys);
  want(right, parts.right_keys);
  if (parts.interval) {
    want(left, {parts.interval->left_time});
    want(right, {parts.interval->right_time});
  }
  if (parts.windows) {
    want(left, {parts.windows->left_start, parts.windows->left_end});
    want(right, {parts.windows->right_start, parts.windows->right_end});
  }
  if (parts.versions) {
    want(left, {parts.versions->times.left_time});
    want(right, {parts.versions->times.right_time});
    want(right, parts.versions->key);
  }
  const Pruned l = prune(join.left(), std::move(left));
  const Pruned r = prune(join.right(), std::move(right));
  parts.left_keys = l.at(parts.left_keys);
  parts.right_keys = r.at(parts.right_keys);
  if (parts.interval) {
    parts.interval->left_time = l.at(parts.interval->left_time);
    parts.interval->right_time = r.at(parts.interval->right_time);
  }
  if (parts.windows) {
    JoinedWindows& windows = *parts.windows;
    windows.left_start = l.at(windows.left_start);
    windows.left_end = l.at(windows.left_end);
    windows.right_start = r.at(windows.right_start);
    windows.right_end = r.at(windows.right_end);
  }
  if (parts.versions) {
    VersionTimes& times = parts.versions->times;
    times = {.left_time = l.at(times.left_time), .right_time = r.at(times.right_time)};
    parts.versions->key = r.at(parts.versions->key);
  }
  std::vector<int> new_index = l.new_index;
  for (const int column : r.new_index) {
    new_index.push_back(column < 0 ? -1 : column + l.node->num_columns());
  }
  if (parts.condition != nullptr) parts.condition = renumber_columns(parts.condition, new_index);
  new_index.resize(wanted.size());
  return {std::make_shared<JoinNode>(l.node, r.node, std::move(parts)), std::move(new_index)};
}

/// Of the element's columns all stay.
Pruned prune_unnest(const UnnestNode& node, const Wanted& wanted) {
  UnnestNode::Parts parts = node.parts();
  Wanted below = nothing_of(*node.input());
  want(below, {parts.collection});
  std::vector<int> new_index(wanted.size(), -1), passed;
  for (size_t i = 0; i < parts.passed.size(); ++i) {
    if (!wanted[i]) continue;
    new_index[i] = static_cast<int>(passed.size());
    passed.push_back(parts.passed[i]);
    want(below, {parts.passed[i]});
  }
  for (size_t i = parts.passed.size(); i < wanted.size(); ++i) {
    new_index[i] = static_cast<int>(passed.size() + i - parts.passed.size());
  }
  const Pruned input = prune(node.input(), std::move(below));
  parts.collection = input.at(parts.collection);
  parts.passed = input.at(std::move(passed));
  return {std::make_shared<UnnestNode>(input.node, std::move(parts)), std::move(new_index)};
}

/// All inputs get exactly the wanted columns, in order.
Pruned prune_expand(const ExpandNode& node, Wanted wanted) {
  keep_one(wanted);
  Wanted below = nothing_of(*node.input());
  std::vector<int> new_index(wanted.size(), -1);
  std::vector<std::string> names;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i]) continue;
    new_index[i] = static_cast<int>(names.size());
    names.push_back(node.columns()[i].name);
    for (const ExpandNode::Exprs& row : node.rows()) want(below, columns_read(*row[i]));
  }
  keep_one(below);
  const Pruned input = prune(node.input(), std::move(below));
  std::vector<ExpandNode::Exprs> rows;
  for (const ExpandNode::Exprs& row : node.rows()) {
    ExpandNode::Exprs kept;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i]) kept.push_back(renumber_columns(row[i], input.new_index));
    }
    rows.push_back(std::move(kept));
  }
  return {std::make_shared<ExpandNode>(input.node, std::move(rows), std::move(names)),
          std::move(new_index)};
}

Pruned prune_union(const LogicalNode& node, const Wanted& wanted) {
  std::vector<LogicalNodePtr> inputs;
  if (wants_nothing(wanted)) {
    for (const LogicalNodePtr& input : node.inputs()) {
      inputs.push_back(constant_rows(prune(input, wanted), 0).node);
    }
    return {std::make_shared<UnionNode>(std::move(inputs)), std::vector<int>(wanted.size(), -1)};
  }
  for (const LogicalNodePtr& input : node.inputs()) {
    const Pruned pruned = prune(input, wanted);
    std::vector<BoundExprPtr> exprs;
    std::vector<std::string> names;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (!wanted[i]) continue;
      exprs.push_back(column_of(*pruned.node, pruned.at(static_cast<int>(i))));
      names.push_back(input->columns()[i].name);
    }
    inputs.push_back(
        std::make_shared<ProjectNode>(pruned.node, std::move(exprs), std::move(names)));
  }
  std::vector<int> new_index(wanted.size(), -1);
  int next = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]) new_index[i] = next++;
  }
  return {std::make_shared<UnionNode>(std::move(inputs)), std::move(new_index)};
}

std::vector<SortKey> renumbered(std::vector<SortKey> order, const Pruned& input) {
  for (SortKey& key : order) key.column = input.at(key.column);
  return order;
}

void want_order(Wanted& wanted, const std::vector<SortKey>& order) {
  for (const SortKey& key : order) wanted[static_cast<size_t>(key.column)] = true;
}

Pruned prune_top_n(const TopNNode& top, const Wanted& wanted) {
  TopNNode::Parts parts = top.parts();
  const auto num_input = static_cast<size_t>(top.input()->num_columns());
  Wanted below(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(num_input));
  want(below, parts.partition);
  want_order(below, parts.order);
  Pruned input = prune(top.input(), std::move(below));
  parts.partition = input.at(parts.partition);
  parts.order = renumbered(parts.order, input);
  if (top.shows_rank()) {
    const bool read = wanted[num_input];
    if (!read) parts.rank_name.clear();
    input.new_index.push_back(read ? input.node->num_columns() : -1);
  }
  input.node = std::make_shared<TopNNode>(input.node, std::move(parts));
  return input;
}

void want_call(Wanted& wanted, const OverCall& call) {
  want(wanted, call.aggregate.args);
  for (const int column : {call.aggregate.filter, call.value, call.otherwise}) {
    if (column >= 0) wanted[static_cast<size_t>(column)] = true;
  }
}

/// Functions that nobody reads are not computed; without any, the rows pass as they are.
Pruned prune_over(const OverNode& over, const Wanted& wanted) {
  OverNode::Parts parts = over.parts();
  const auto num_input = static_cast<size_t>(over.input()->num_columns());
  Wanted below(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(num_input));
  std::vector<int> place(parts.calls.size(), -1);
  std::vector<NamedOverCall> kept;
  for (size_t i = 0; i < parts.calls.size(); ++i) {
    if (!wanted[num_input + i]) continue;
    place[i] = static_cast<int>(kept.size());
    want_call(below, parts.calls[i].call);
    kept.push_back(parts.calls[i]);
  }
  if (!kept.empty()) {
    want(below, parts.partition);
    want_order(below, parts.order);
  }
  Pruned input = prune(over.input(), std::move(below));
  const int first = input.node->num_columns();
  for (const int call : place) input.new_index.push_back(call < 0 ? -1 : first + call);
  if (kept.empty()) return input;
  for (NamedOverCall& named : kept) {
    OverCall& call = named.call;
    call.aggregate.args = input.at(call.aggregate.args);
    for (int* column : {&call.aggregate.filter, &call.value, &call.otherwise}) {
      if (*column >= 0) *column = input.at(*column);
    }
  }
  parts.partition = input.at(parts.partition);
  parts.order = renumbered(parts.order, input);
  parts.calls = std::move(kept);
  input.node = std::make_shared<OverNode>(input.node, std::move(parts));
  return input;
}

Pruned prune(const LogicalNodePtr& node, Wanted wanted) {
  switch (node->kind()) {
    case NodeKind::kScan:
      return prune_scan(node->as<ScanNode>(), std::move(wanted));
    case NodeKind::kValues:
      return prune_values(node->as<ValuesNode>(), std::move(wanted));
    case NodeKind::kProject:
      return prune_project(node->as<ProjectNode>(), std::move(wanted));
    case NodeKind::kAggregate:
      return prune_aggregate(node->as<AggregateNode>(), wanted);
    case NodeKind::kWindowAggregate:
      return prune_window_aggregate(node->as<WindowAggregateNode>(), wanted);
    case NodeKind::kWindowTvf:
      return prune_tvf(node->as<WindowTvfNode>(), wanted);
    case NodeKind::kLate:
      return prune_late(node->as<LateNode>(), wanted);
    case NodeKind::kJoin:
      return prune_join(node->as<JoinNode>(), wanted);
    case NodeKind::kUnnest:
      return prune_unnest(node->as<UnnestNode>(), wanted);
    case NodeKind::kExpand:
      return prune_expand(node->as<ExpandNode>(), std::move(wanted));
    case NodeKind::kUnion:
      return prune_union(*node, wanted);
    case NodeKind::kFilter: {
      const auto& filter = node->as<FilterNode>();
      want(wanted, columns_read(*filter.condition()));
      Pruned input = prune(filter.input(), std::move(wanted));
      input.node = std::make_shared<FilterNode>(
          input.node, renumber_columns(filter.condition(), input.new_index));
      return input;
    }
    case NodeKind::kSort: {
      const auto& sort = node->as<SortNode>();
      want_order(wanted, sort.order());
      Pruned input = prune(sort.input(), std::move(wanted));
      input.node =
          std::make_shared<SortNode>(input.node, renumbered(sort.order(), input), sort.position());
      return input;
    }
    case NodeKind::kTopN:
      return prune_top_n(node->as<TopNNode>(), wanted);
    case NodeKind::kOver:
      return prune_over(node->as<OverNode>(), wanted);
    case NodeKind::kLimit: {
      Pruned input = prune(node->input(), std::move(wanted));
      input.node = node->with_inputs({input.node});
      return input;
    }
    case NodeKind::kSink:
      break;
  }
  return {node, same_index(*node)};
}

/// Prunes below a node all of whose columns are wanted, and puts them back into their places.
LogicalNodePtr prune_all_wanted(const LogicalNodePtr& node) {
  Pruned pruned = prune(node, Wanted(static_cast<size_t>(node->num_columns()), true));
  if (pruned.node->num_columns() == node->num_columns() && pruned.new_index == same_index(*node)) {
    return pruned.node;
  }
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (int i = 0; i < node->num_columns(); ++i) {
    exprs.push_back(column_of(*pruned.node, pruned.at(i)));
    names.push_back(node->column(i).name);
  }
  return std::make_shared<ProjectNode>(pruned.node, std::move(exprs), std::move(names));
}

}  // namespace

Result<LogicalNodePtr> prune_columns(const LogicalNodePtr& plan, const RuleContext&) {
  if (plan->kind() != NodeKind::kSink) return prune_all_wanted(plan);
  return plan->with_inputs({prune_all_wanted(plan->input())});
}

}  // namespace hw
