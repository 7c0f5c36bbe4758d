// SPDX-License-Identifier: Apache-2.0
//
// A window TVF directly below its aggregation goes into it: rows are not repeated for each of
// their windows, overlapping windows share panes, and rows of sessions need not wait. Not where
// something in between, or an aggregate, reads the window's columns.

#include <algorithm>
#include <optional>
#include <set>

#include "plan/logical/project.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

bool reads_window(const BoundExpr& expr, int first_window_column) {
  for (const int column : columns_read(expr)) {
    if (column >= first_window_column) return true;
  }
  return false;
}

/// The columns below the aggregate, written over the TVF's input; -1 = a bare window column.
struct Rewritten {
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  std::vector<int> new_index;
};

std::optional<Rewritten> without_window_columns(const LogicalNode& above,
                                                const WindowTvfNode& tvf) {
  const int first = tvf.input()->num_columns();
  const auto* project = above.kind() == NodeKind::kProject ? &above.as<ProjectNode>() : nullptr;
  Rewritten rewritten;
  for (int i = 0; i < above.num_columns(); ++i) {
    const BoundExprPtr expr =
        project != nullptr ? project->exprs()[static_cast<size_t>(i)] : column_of(above, i);
    if (expr->kind() == BoundExpr::Kind::kColumn && expr->column_index() >= first) {
      rewritten.new_index.push_back(-1);
      continue;
    }
    if (reads_window(*expr, first)) return std::nullopt;
    rewritten.new_index.push_back(static_cast<int>(rewritten.exprs.size()));
    rewritten.exprs.push_back(expr);
    rewritten.names.push_back(above.column(i).name);
  }
  return rewritten;
}

bool renumber(std::vector<int>& columns, const std::vector<int>& new_index) {
  for (int& column : columns) {
    column = new_index[static_cast<size_t>(column)];
    if (column < 0) return false;
  }
  return true;
}

/// Sessions are of the keys that the aggregate groups by, and what it keeps of two can be put
/// together.
bool sessions_fit(const WindowTvfNode& tvf, const WindowAggregateNode::Parts& parts,
                  const Rewritten& rewritten) {
  std::set<int> keys;
  for (const int key : parts.keys) {
    const BoundExpr& expr = *rewritten.exprs[static_cast<size_t>(key)];
    if (expr.kind() != BoundExpr::Kind::kColumn) return false;
    keys.insert(expr.column_index());
  }
  if (keys != std::set<int>(tvf.spec().partition.begin(), tvf.spec().partition.end())) return false;
  return std::none_of(parts.aggregates.begin(), parts.aggregates.end(),
                      [](const NamedAggregate& named) { return named.call.distinct; });
}

LogicalNodePtr fuse(const LogicalNodePtr& node) {
  const auto* aggregate = node_if<WindowAggregateNode>(node);
  if (aggregate == nullptr || !aggregate->grouping().given) return node;
  const LogicalNodePtr& above = aggregate->input();
  const LogicalNodePtr& below = above->kind() == NodeKind::kProject ? above->input() : above;
  const auto* tvf = node_if<WindowTvfNode>(below);
  if (tvf == nullptr) return node;
  std::optional<Rewritten> rewritten = without_window_columns(*above, *tvf);
  if (!rewritten) return node;
  WindowAggregateNode::Parts parts = aggregate->parts();
  if (!renumber(parts.keys, rewritten->new_index)) return node;
  for (NamedAggregate& named : parts.aggregates) {
    if (!renumber(named.call.args, rewritten->new_index)) return node;
    if (named.call.filter < 0) continue;
    named.call.filter = rewritten->new_index[static_cast<size_t>(named.call.filter)];
    if (named.call.filter < 0) return node;
  }
  if (tvf->is_session() && !sessions_fit(*tvf, parts, *rewritten)) return node;
  parts.grouping.given = false;
  parts.grouping.start = parts.grouping.end = -1;
  parts.grouping.window = tvf->spec();
  parts.grouping.window.partition = {};
  if (tvf->spec().event_time) {
    const int time = tvf->spec().time_column;
    parts.grouping.window.time_column = static_cast<int>(rewritten->exprs.size());
    rewritten->exprs.push_back(column_of(*tvf->input(), time));
    rewritten->names.push_back(tvf->input()->column(time).name);
  }
  return std::make_shared<WindowAggregateNode>(
      std::make_shared<ProjectNode>(tvf->input(), std::move(rewritten->exprs),
                                    std::move(rewritten->names)),
      std::move(parts));
}

}  // namespace

Result<LogicalNodePtr> fuse_window_aggregate(const LogicalNodePtr& plan, const RuleContext&) {
  return transform_up(
      plan, [](const LogicalNodePtr& node) -> Result<LogicalNodePtr> { return fuse(node); });
}

}  // namespace hw
