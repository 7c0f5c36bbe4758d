// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_temporal.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "expr/literal.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/over.h"
#include "plan/logical/project.h"
#include "plan/logical/scan.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_expr.h"
#include "sql/bind_from.h"
#include "sql/outer_column.h"

namespace hw {
namespace {

/// A table with versions: its key and the time from which on a row is valid.
struct Versioned {
  std::vector<int> key;
  int time = -1;
};

/// The same among the columns of a projection.
std::optional<Versioned> through(const ProjectNode& project, const Versioned& below) {
  const auto place = [&](int column) {
    for (size_t i = 0; i < project.exprs().size(); ++i) {
      const BoundExpr& expr = *project.exprs()[i];
      if (expr.kind() == BoundExpr::Kind::kColumn && expr.column_index() == column) {
        return static_cast<int>(i);
      }
    }
    return -1;
  };
  Versioned found;
  found.time = place(below.time);
  if (found.time < 0) return std::nullopt;
  for (const int key : below.key) {
    found.key.push_back(place(key));
    if (found.key.back() < 0) return std::nullopt;
  }
  return found;
}

std::optional<Versioned> versioned(const LogicalNodePtr& plan) {
  if (const auto* scan = node_if<ScanNode>(plan)) {
    const TableDefinition& table = scan->table();
    if (!table.watermark || table.primary_key.empty()) return std::nullopt;
    const std::vector<int>& columns = scan->spec().columns;
    const auto place = [&](int declared) {
      return static_cast<int>(std::find(columns.begin(), columns.end(), declared) -
                              columns.begin());
    };
    Versioned found;
    found.time = place(table.watermark->column);
    for (const int key : table.primary_key) found.key.push_back(place(key));
    return found;
  }
  const auto* project = node_if<ProjectNode>(plan);
  if (project == nullptr) return std::nullopt;
  const std::optional<Versioned> below = versioned(project->input());
  return below ? through(*project, *below) : std::nullopt;
}

/// A query that keeps the last row of each key by time, without what forgets the others: each of
/// its rows is a version. Same columns.
struct AllVersions {
  LogicalNodePtr plan;
  Versioned versioned;
};

/// Below the test of a rank, which is `column`: ROW_NUMBER() OVER (PARTITION BY key ORDER BY time
/// DESC). The rank of every row that is shown is 1.
std::optional<AllVersions> below_rank(const LogicalNodePtr& plan, int column) {
  if (const auto* project = node_if<ProjectNode>(plan)) {
    const BoundExpr& rank = *project->exprs()[static_cast<size_t>(column)];
    if (rank.kind() != BoundExpr::Kind::kColumn) return std::nullopt;
    std::optional<AllVersions> below = below_rank(project->input(), rank.column_index());
    if (!below) return std::nullopt;
    const std::optional<Versioned> here = through(*project, below->versioned);
    if (!here) return std::nullopt;
    return AllVersions{project->with_inputs({below->plan}), *here};
  }
  const auto* over = node_if<OverNode>(plan);
  if (over == nullptr || column != over->input()->num_columns()) return std::nullopt;
  const OverNode::Parts& parts = over->parts();
  const bool ranks_by_time =
      parts.calls.size() == 1 && parts.calls[0].call.function == OverFunction::kRowNumber &&
      parts.order.size() == 1 && parts.order[0].descending && !parts.partition.empty() &&
      over->input()->column(parts.order[0].column).time == TimeAttribute::kEventTime;
  if (!ranks_by_time) return std::nullopt;
  std::vector<BoundExprPtr> exprs = columns_of(*over->input());
  std::vector<std::string> names;
  for (const PlanColumn& one : over->columns()) names.push_back(one.name);
  exprs.push_back(integer_literal(1, over->column(column).type));
  return AllVersions{
      std::make_shared<ProjectNode>(over->input(), std::move(exprs), std::move(names)),
      {.key = parts.partition, .time = parts.order[0].column}};
}

/// The column of `rn = 1`, `rn <= 1` or `1 = rn`, or -1.
int column_bound_to_1(const BoundExpr& test) {
  if (test.kind() != BoundExpr::Kind::kCall || test.args().size() != 2) return -1;
  const std::string_view op = test.function()->name;
  const BoundExpr* column = test.args()[0].get();
  const BoundExpr* bound = test.args()[1].get();
  if (op == "=" && column->is_literal()) std::swap(column, bound);
  const int64_t wanted = op == "<" ? 2 : 1;
  if (op != "=" && op != "<=" && op != "<") return -1;
  if (column->kind() != BoundExpr::Kind::kColumn) return -1;
  while (bound->kind() == BoundExpr::Kind::kCast) bound = bound->args()[0].get();
  const bool fits = bound->is_literal() && !bound->is_null_literal() &&
                    bound->type().is_integer() &&
                    literal_integer(*bound->literal_value()) == wanted;
  return fits ? column->column_index() : -1;
}

std::optional<AllVersions> last_row_of_each_key(const LogicalNodePtr& plan) {
  if (const auto* project = node_if<ProjectNode>(plan)) {
    std::optional<AllVersions> below = last_row_of_each_key(project->input());
    if (!below) return std::nullopt;
    const std::optional<Versioned> here = through(*project, below->versioned);
    if (!here) return std::nullopt;
    return AllVersions{project->with_inputs({below->plan}), *here};
  }
  const auto* filter = node_if<FilterNode>(plan);
  if (filter == nullptr) return std::nullopt;
  const int column = column_bound_to_1(*filter->condition());
  return column < 0 ? std::nullopt : below_rank(filter->input(), column);
}

/// True when `test` is an equality between that column of the right side and the left side.
bool fixes(const BoundExpr& test, int column, int left_columns) {
  if (test.kind() != BoundExpr::Kind::kCall || test.function()->name != "=") return false;
  for (const int side : {0, 1}) {
    const BoundExpr& own = *test.args()[static_cast<size_t>(side)];
    const BoundExpr& other = *test.args()[static_cast<size_t>(1 - side)];
    if (own.kind() != BoundExpr::Kind::kColumn || own.column_index() != left_columns + column) {
      continue;
    }
    const std::vector<int> read = columns_read(other);
    if (!read.empty() && read.back() < left_columns &&
        own.type().equals_ignoring_null(other.type())) {
      return true;
    }
  }
  return false;
}

Status check_key_is_fixed(const BoundExprPtr& condition, const Versioned& right,
                          const LogicalNode& right_plan, int left_columns, SqlPosition position) {
  for (const int column : right.key) {
    bool fixed = false;
    for (const BoundExprPtr& test : conjuncts(condition)) {
      fixed = fixed || fixes(*test, column, left_columns);
    }
    if (!fixed) {
      return at(position,
                Status::Invalid("FOR SYSTEM_TIME AS OF compares each column of the PRIMARY KEY (",
                                names_of(right_plan, right.key),
                                ") with one of the left table by = in ON, but there is none for '",
                                right_plan.column(column).name, "'"));
    }
  }
  return Status::OK();
}

/// Which time is meant: that of a column of the left table, or the clock's by itself.
struct AsOf {
  TimeAttribute time = TimeAttribute::kProcessingTime;
  int column = -1;
};

Result<AsOf> bind_time(const ast::NamedTable& table, const Relation& left, BindSession& session) {
  ExprBinder binder(session, left, "FOR SYSTEM_TIME AS OF");
  HW_ASSIGN_OR_RETURN(const BoundExprPtr time, binder.bind(*table.as_of));
  if (time->kind() == BoundExpr::Kind::kCall && time->function()->name == "PROCTIME") return AsOf();
  AsOf found{TimeAttribute::kNone};
  if (time->kind() == BoundExpr::Kind::kColumn && !is_foreign_column(*time)) {
    found = {left.plan->column(time->column_index()).time, time->column_index()};
  }
  if (found.time != TimeAttribute::kNone) return found;
  return at(table.as_of->position,
            Status::Invalid("FOR SYSTEM_TIME AS OF takes PROCTIME() or a time attribute of the "
                            "left table, a column with a WATERMARK or PROCTIME() as it is, but ",
                            time->to_sql(), " is none"));
}

/// The condition of ON, over the columns of both sides.
Result<BoundExprPtr> bind_on(const ast::Join& join, const Relation& joined, BindSession& session) {
  ExprBinder binder(session, joined, "ON");
  HW_ASSIGN_OR_RETURN(BoundExprPtr condition, binder.bind_condition(*join.condition));
  if (!condition->deterministic()) {
    return at(
        join.condition->position,
        Status::Invalid("a join condition gives the same answer each time, but this one calls "
                        "a function that does not"));
  }
  return condition;
}

/// Both sides beside each other, before any padding.
Relation both_sides(const Relation& left, const Relation& right) {
  return {std::make_shared<JoinNode>(left.plan, right.plan, JoinNode::Parts{}),
          joined_scope(left.scope, right.scope, left.plan->num_columns())};
}

Result<Relation> bind_versions(const ast::Join& join, JoinNode::Parts parts, const Relation& left,
                               Relation right, int left_time, BindSession& session) {
  const auto& table = join.right->as<ast::NamedTable>();
  std::optional<Versioned> found = versioned(right.plan);
  if (std::optional<AllVersions> all = last_row_of_each_key(right.plan); !found && all) {
    found = all->versioned;
    right.plan = all->plan;
  }
  if (!found) {
    return at(
        table.position,
        Status::Invalid("FOR SYSTEM_TIME AS OF an event time reads a table with a PRIMARY KEY "
                        "and a WATERMARK, or a view that keeps the last row of each key by time, "
                        "and '",
                        dotted(table.name), "' is none; declare both, or join without it"));
  }
  Relation joined = both_sides(left, right);
  HW_ASSIGN_OR_RETURN(parts.condition, bind_on(join, joined, session));
  HW_TRY(check_key_is_fixed(parts.condition, *found, *right.plan, left.plan->num_columns(),
                            join.condition->position));
  parts.versions = JoinNode::Versions{.times = {.left_time = left_time, .right_time = found->time},
                                      .key = found->key};
  joined.plan = std::make_shared<JoinNode>(left.plan, right.plan, std::move(parts));
  return joined;
}

/// True when the plan is a table's rows, filtered and projected at most.
bool is_table(const LogicalNodePtr& plan) {
  if (plan->kind() == NodeKind::kScan) return true;
  const bool passes = plan->kind() == NodeKind::kProject || plan->kind() == NodeKind::kFilter;
  return passes && is_table(plan->input());
}

/// True when `test` is an equality between the right side and the left one, or a constant.
bool seeks(const BoundExpr& test, int left_columns) {
  if (test.kind() != BoundExpr::Kind::kCall || test.function()->name != "=") return false;
  for (const size_t side : {0, 1}) {
    const std::vector<int> own = columns_read(*test.args()[side]);
    const std::vector<int> other = columns_read(*test.args()[1 - side]);
    if (!own.empty() && own.front() >= left_columns &&
        (other.empty() || other.back() < left_columns)) {
      return true;
    }
  }
  return false;
}

Result<Relation> bind_lookup(const ast::Join& join, JoinNode::Parts parts, const Relation& left,
                             Relation right, BindSession& session) {
  const auto& table = join.right->as<ast::NamedTable>();
  if (!is_table(right.plan)) {
    return at(table.position,
              Status::Invalid("FOR SYSTEM_TIME AS OF a processing time looks rows up in a table, "
                              "but '",
                              dotted(table.name), "' is a query over others; join without it"));
  }
  HW_ASSIGN_OR_RETURN(right.plan, with_clock_read(right.plan, session));
  Relation joined = both_sides(left, right);
  HW_ASSIGN_OR_RETURN(parts.condition, bind_on(join, joined, session));
  const std::vector<BoundExprPtr> tests = conjuncts(parts.condition);
  const int num_left = left.plan->num_columns();
  if (std::none_of(tests.begin(), tests.end(),
                   [&](const BoundExprPtr& test) { return seeks(*test, num_left); })) {
    return at(join.condition->position,
              Status::Invalid("rows of '", dotted(table.name),
                              "' are looked up by a column that is equal to something of the left "
                              "table, but ON has no such test"));
  }
  parts.lookup = JoinNode::Lookup();
  joined.plan = std::make_shared<JoinNode>(left.plan, right.plan, std::move(parts));
  return joined;
}

}  // namespace

bool is_temporal(const ast::TableRef& ref) {
  return ref.kind == ast::TableRefKind::kNamed && ref.as<ast::NamedTable>().as_of != nullptr;
}

Result<Relation> bind_temporal_join(const ast::Join& join, BindSession& session) {
  HW_ASSIGN_OR_RETURN(Relation left, bind_table_ref(*join.left, session));
  const auto& table = join.right->as<ast::NamedTable>();
  JoinNode::Parts parts;
  parts.position = join.position;
  if (join.type == ast::JoinKind::kLeft) {
    parts.kind = JoinKind::kLeft;
  } else if (join.type != ast::JoinKind::kInner || join.condition == nullptr) {
    return at(join.position, Status::Invalid("FOR SYSTEM_TIME AS OF takes JOIN .. ON or LEFT JOIN "
                                             ".. ON"));
  }
  if (join.condition == nullptr) {
    return not_supported_yet("FOR SYSTEM_TIME AS OF with USING or NATURAL; write ON",
                             join.position);
  }
  HW_ASSIGN_OR_RETURN(const AsOf as_of, bind_time(table, left, session));
  HW_ASSIGN_OR_RETURN(Relation right, bind_named(table.name, table.hints, session));
  HW_ASSIGN_OR_RETURN(right, with_alias(std::move(right), table.alias, table.position));
  if (as_of.time == TimeAttribute::kProcessingTime) {
    return bind_lookup(join, std::move(parts), left, std::move(right), session);
  }
  HW_ASSIGN_OR_RETURN(left.plan, with_clock_read(left.plan, session));
  return bind_versions(join, std::move(parts), left, std::move(right), as_of.column, session);
}

}  // namespace hw
