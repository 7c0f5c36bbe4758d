// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_late.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plan/logical/expand.h"
#include "plan/logical/join.h"
#include "plan/logical/late.h"
#include "plan/logical/over.h"
#include "plan/logical/project.h"
#include "plan/logical/sort.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/rules/rule.h"
#include "sql/bind_from.h"
#include "sql/bind_query.h"
#include "sql/decorrelate.h"

namespace hw {
namespace {

/// An operator that drops late rows.
struct Dropping {
  std::string name;
  /// Its late rows; null: they cannot be told yet.
  LogicalNodePtr late;
  /// What is in the way then.
  std::string reason;
};

/// Names told apart by a number: WindowAggregate, WindowAggregate_2.
std::string numbered(const std::string& name, const std::vector<Dropping>& found) {
  int count = 1;
  for (const Dropping& dropping : found) {
    const bool same = dropping.name == name || dropping.name.starts_with(name + "_");
    count += same ? 1 : 0;
  }
  return count == 1 ? name : name + "_" + std::to_string(count);
}

bool is_by_event_time(const LogicalNode& input, const SortKey& key) {
  return !key.descending && input.column(key.column).time == TimeAttribute::kEventTime;
}

/// Rows, and what an operator's input is over them; null: something else in each copy of a row.
struct Below {
  LogicalNodePtr rows;
  std::vector<BoundExprPtr> columns;
};

/// Looks through lists and through the copies of rows that GROUPING SETS make.
Below below_computed(const LogicalNodePtr& input) {
  Below below{input, columns_of(*input)};
  const auto through = [&](const auto& expr_of) {
    for (BoundExprPtr& column : below.columns) {
      if (column != nullptr) column = expr_of(column);
    }
    below.rows = below.rows->input();
  };
  for (;;) {
    if (const auto* project = node_if<ProjectNode>(below.rows)) {
      through(
          [&](const BoundExprPtr& column) { return substitute_columns(column, project->exprs()); });
    } else if (const auto* expand = node_if<ExpandNode>(below.rows)) {
      const std::vector<ExpandNode::Exprs>& copies = expand->rows();
      through([&](const BoundExprPtr& column) -> BoundExprPtr {
        if (column->kind() != BoundExpr::Kind::kColumn) return nullptr;
        const auto i = static_cast<size_t>(column->column_index());
        const bool same = std::all_of(copies.begin(), copies.end(), [&](const auto& copy) {
          return copy[i]->equals(*copies[0][i]);
        });
        return same ? copies[0][i] : nullptr;
      });
    } else {
      return below;
    }
  }
}

/// Columns that the plan made for itself ($f3) are left out, or have the names of what they copy.
LogicalNodePtr for_users(const LogicalNodePtr& late) {
  const LogicalNodePtr& input = late->input();
  const auto* project = node_if<ProjectNode>(input);
  std::set<std::string> taken;
  for (const PlanColumn& column : late->columns()) taken.insert(column.name);
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (int i = 0; i < late->num_columns(); ++i) {
    std::string name = late->column(i).name;
    if (name.starts_with("$") && project != nullptr && i < project->num_columns()) {
      const BoundExpr& copied = *project->exprs()[static_cast<size_t>(i)];
      if (copied.kind() != BoundExpr::Kind::kColumn) continue;
      const std::string& below = project->input()->column(copied.column_index()).name;
      if (below != name && !taken.insert(below).second) continue;
      name = below;
    }
    exprs.push_back(column_of(*late, i));
    names.push_back(std::move(name));
  }
  return std::make_shared<ProjectNode>(late, std::move(exprs), std::move(names));
}

class LateFinder {
 public:
  explicit LateFinder(SqlPosition position) : position_(position) {}

  std::vector<Dropping> find(const LogicalNodePtr& plan) {
    visit(plan);
    return std::move(found_);
  }

 private:
  void visit(const LogicalNodePtr& node) {
    // Inputs first: names count from the sources on.
    for (const LogicalNodePtr& input : node->inputs()) visit(input);
    switch (node->kind()) {
      case NodeKind::kWindowAggregate:
        return add_window(node->as<WindowAggregateNode>());
      case NodeKind::kWindowTvf:
        return add_sessions(node->as<WindowTvfNode>());
      case NodeKind::kOver:
        return add_over(node->as<OverNode>());
      case NodeKind::kSort: {
        const auto& sort = node->as<SortNode>();
        if (!is_by_event_time(*node->input(), sort.order()[0])) return;
        return add_time("TemporalSort", node->input(), sort.order()[0].column, {});
      }
      case NodeKind::kTopN:
        return add_top_n(node->as<TopNNode>());
      case NodeKind::kJoin: {
        const JoinNode::Parts& parts = node->as<JoinNode>().parts();
        if (parts.versions) add_unknown("TemporalJoin", "LATE of FOR SYSTEM_TIME AS OF");
        if (parts.windows && parts.windows->window.event_time) {
          add_unknown("WindowJoin", "LATE of a window join");
        }
        return;
      }
      default:
        return;
    }
  }

  void add_unknown(const std::string& name, std::string reason) {
    found_.push_back({numbered(name, found_), nullptr, std::move(reason)});
  }

  void add(const std::string& name, const LogicalNodePtr& input, LateNode::Parts parts) {
    parts.operator_name = numbered(name, found_);
    parts.position = position_;
    found_.push_back(
        {parts.operator_name, for_users(std::make_shared<LateNode>(input, parts)), ""});
  }

  void add_time(const std::string& name, const LogicalNodePtr& input, int column,
                std::vector<int> keys) {
    LateNode::Parts parts;
    parts.rule = LateRule::kTime;
    parts.column = column;
    parts.window.time_type = input->column(column).type.with_nullable(true);
    parts.keys = std::move(keys);
    add(name, input, std::move(parts));
  }

  void add_sessions(const WindowTvfNode& tvf) {
    if (!tvf.is_session() || !tvf.spec().event_time) return;
    LateNode::Parts parts;
    parts.rule = LateRule::kSessions;
    parts.window = tvf.spec();
    parts.keys = tvf.spec().partition;
    add("SessionAssign", tvf.input(), std::move(parts));
  }

  /// The rows as they came to what computes keys and arguments for the aggregation.
  void add_window(const WindowAggregateNode& aggregate) {
    const WindowGrouping& grouping = aggregate.grouping();
    if (!grouping.window.event_time) return;
    const bool sessions = grouping.window.kind == WindowKind::kSession;
    // Rows leave their sessions in time.
    if (grouping.given && sessions) return;
    const Below below = below_computed(aggregate.input());
    const BoundExprPtr& time = below.columns[static_cast<size_t>(
        grouping.given ? grouping.end : grouping.window.time_column)];
    if (time == nullptr || time->kind() != BoundExpr::Kind::kColumn) {
      return add_unknown("WindowAggregate", "LATE of these windows");
    }
    LateNode::Parts parts;
    parts.window = grouping.window;
    if (grouping.given) {
      parts.rule = LateRule::kWindowEnd;
      parts.column = time->column_index();
    } else {
      parts.rule = sessions ? LateRule::kSessions : LateRule::kWindows;
      parts.window.time_column = time->column_index();
    }
    std::vector<BoundExprPtr> columns = columns_of(*below.rows);
    std::vector<std::string> names;
    for (const PlanColumn& column : below.rows->columns()) names.push_back(column.name);
    for (const int key : aggregate.parts().keys) {
      const BoundExprPtr& expr = below.columns[static_cast<size_t>(key)];
      if (expr == nullptr) continue;
      const bool bare = expr->kind() == BoundExpr::Kind::kColumn;
      parts.keys.push_back(bare ? expr->column_index() : static_cast<int>(columns.size()));
      if (bare) continue;
      names.push_back("$f" + std::to_string(columns.size()));
      columns.push_back(expr);
    }
    const bool computed = static_cast<int>(columns.size()) > below.rows->num_columns();
    add("WindowAggregate",
        computed ? std::make_shared<ProjectNode>(below.rows, std::move(columns), std::move(names))
                 : below.rows,
        std::move(parts));
  }

  void add_over(const OverNode& over) {
    if (over.order_time() != TimeAttribute::kEventTime || !over.settles()) return;
    add_time("Over", over.input(), over.parts().order[0].column, over.parts().partition);
  }

  void add_top_n(const TopNNode& top) {
    const TopNNode::Parts& parts = top.parts();
    if (top.is_in_window() && top.input()->window()->window.event_time) {
      const WindowColumns& window = *top.input()->window();
      LateNode::Parts late;
      late.rule = LateRule::kWindowEnd;
      late.column = window.end;
      late.window = window.window;
      late.keys = parts.partition;
      return add("WindowTopN", top.input(), std::move(late));
    }
    if (!top.is_deduplication() || !is_by_event_time(*top.input(), parts.order[0])) return;
    add_time("Deduplicate", top.input(), parts.order[0].column, parts.partition);
  }

  const SqlPosition position_;
  std::vector<Dropping> found_;
};

/// The query in the first argument.
Result<LogicalNodePtr> bind_query_argument(const ast::FunctionCall& call, BindSession& session) {
  const ast::Expr& arg = *call.args[0];
  if (arg.kind == ast::ExprKind::kSubquery) {
    return bind_query(*arg.as<ast::Subquery>().query, QueryPlace::kOutermost, session);
  }
  const ast::Name* name = nullptr;
  if (arg.kind == ast::ExprKind::kColumnRef) name = &arg.as<ast::ColumnRef>().name;
  if (arg.kind == ast::ExprKind::kTableArgument) {
    const auto& table = arg.as<ast::TableArgument>();
    if (table.query != nullptr) return bind_query(*table.query, QueryPlace::kOutermost, session);
    name = &table.table;
  }
  if (name == nullptr) {
    return at(arg.position,
              Status::Invalid("LATE takes a view or a query in parentheses: LATE(v) or "
                              "LATE((SELECT ..))"));
  }
  HW_ASSIGN_OR_RETURN(const Relation named, bind_named(*name, {}, session));
  return named.plan;
}

/// As the query will run, but with all columns: which operators there are, and what they read.
Result<LogicalNodePtr> as_it_runs(LogicalNodePtr plan, const BindSession& session) {
  using Apply = Result<LogicalNodePtr> (*)(const LogicalNodePtr&, const RuleContext&);
  constexpr std::array<Apply, 5> kRules = {push_filters_down, bound_ranks_to_top_n, merge_projects,
                                           fuse_window_aggregate, extract_join_keys};
  const RuleContext context{session.expr};
  for (const Apply rule : kRules) {
    HW_ASSIGN_OR_RETURN(plan, rule(plan, context));
  }
  return plan;
}

std::string names_of(const std::vector<Dropping>& found) {
  std::string names;
  for (const Dropping& dropping : found) {
    names += (names.empty() ? "'" : ", '") + dropping.name + "'";
  }
  return names;
}

}  // namespace

Result<LogicalNodePtr> bind_late(const ast::FunctionCall& call, BindSession& session) {
  if (call.args.empty() || call.args.size() > 2) {
    return at(call.position, Status::Invalid("LATE takes a view or a query, and the name of an "
                                             "operator where several drop late rows"));
  }
  std::string wanted;
  if (call.args.size() == 2) {
    const auto* name = ast::expr_if<ast::Literal>(call.args[1]);
    if (name == nullptr || name->type != ast::LiteralKind::kString) {
      return at(call.args[1]->position,
                Status::Invalid("the second argument of LATE is the name of an operator, such as "
                                "'WindowAggregate'"));
    }
    wanted = name->text;
  }
  HW_ASSIGN_OR_RETURN(LogicalNodePtr plan, bind_query_argument(call, session));
  if (reads_outer(*plan)) {
    return not_supported_yet(
        "a column of the outer query within LATE; compare it with the rows that LATE gives",
        place_of_outer(*plan));
  }
  HW_ASSIGN_OR_RETURN(plan, as_it_runs(std::move(plan), session));
  const std::vector<Dropping> found = LateFinder(call.position).find(plan);
  if (found.empty()) {
    return at(
        call.position,
        Status::Invalid("LATE is of a query that drops late rows: windows, OVER or ORDER BY a "
                        "time, keeping the first row of a key; this one drops none"));
  }
  const Dropping* chosen = found.size() == 1 && wanted.empty() ? &found[0] : nullptr;
  for (const Dropping& dropping : found) {
    if (dropping.name == wanted) chosen = &dropping;
  }
  if (chosen == nullptr) {
    return at(call.position,
              Status::Invalid(wanted.empty()
                                  ? "several operators of this query drop late rows: "
                                  : "no operator of this query that drops late rows has this name; "
                                    "there are: ",
                              names_of(found), wanted.empty() ? "; write LATE(query, '" : "",
                              wanted.empty() ? found[0].name + "')" : ""));
  }
  if (chosen->late == nullptr) return not_supported_yet(chosen->reason, call.position);
  return chosen->late;
}

}  // namespace hw
