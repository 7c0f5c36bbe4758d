// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_temporal.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "plan/logical/aggregate.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "plan/logical/scan.h"
#include "sql/bind_expr.h"
#include "sql/bind_from.h"

namespace hw {
namespace {

/// A table with versions: its key and the time from which on a row is valid.
struct Versioned {
  std::vector<int> key;
  int time = -1;
};

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
  if (!below) return std::nullopt;
  const auto place = [&](int column) {
    for (size_t i = 0; i < project->exprs().size(); ++i) {
      const BoundExpr& expr = *project->exprs()[i];
      if (expr.kind() == BoundExpr::Kind::kColumn && expr.column_index() == column) {
        return static_cast<int>(i);
      }
    }
    return -1;
  };
  Versioned found;
  found.time = place(below->time);
  if (found.time < 0) return std::nullopt;
  for (const int key : below->key) {
    found.key.push_back(place(key));
    if (found.key.back() < 0) return std::nullopt;
  }
  return found;
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

/// The left column whose time is meant.
Result<int> bind_time(const ast::NamedTable& table, const Relation& left,
                      const std::vector<PlanColumn>& left_columns, BindSession& session) {
  ExprBinder binder(session, left, "FOR SYSTEM_TIME AS OF");
  HW_ASSIGN_OR_RETURN(const BoundExprPtr time, binder.bind(*table.as_of));
  const SqlPosition position = table.as_of->position;
  const bool column = time->kind() == BoundExpr::Kind::kColumn &&
                      time->column_index() < static_cast<int>(left_columns.size());
  const TimeAttribute attribute =
      column ? left_columns[static_cast<size_t>(time->column_index())].time : TimeAttribute::kNone;
  if (attribute == TimeAttribute::kProcessingTime) {
    return not_supported_yet(
        "lookup joins (FOR SYSTEM_TIME AS OF a processing time); join without it to get rows that "
        "follow both tables, or as of an event time",
        position);
  }
  if (attribute != TimeAttribute::kEventTime) {
    return at(position, Status::Invalid("FOR SYSTEM_TIME AS OF takes a time attribute of the left "
                                        "table, a column with a WATERMARK as it is, but ",
                                        time->to_sql(), " is none"));
  }
  return time->column_index();
}

}  // namespace

bool is_temporal(const ast::TableRef& ref) {
  return ref.kind == ast::TableRefKind::kNamed && ref.as<ast::NamedTable>().as_of != nullptr;
}

Result<Relation> bind_temporal_join(const ast::Join& join, const Relation& left,
                                    const std::vector<PlanColumn>& left_columns,
                                    BindSession& session) {
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
  JoinNode::Versions versions;
  HW_ASSIGN_OR_RETURN(versions.times.left_time, bind_time(table, left, left_columns, session));
  HW_ASSIGN_OR_RETURN(Relation right, bind_named(table.name, table.hints, session));
  HW_ASSIGN_OR_RETURN(right, with_alias(std::move(right), table.alias, table.position));
  const std::optional<Versioned> found = versioned(right.plan);
  if (!found) {
    return at(
        table.position,
        Status::Invalid("FOR SYSTEM_TIME AS OF an event time reads a table with a PRIMARY KEY "
                        "and a WATERMARK, and '",
                        dotted(table.name), "' is none; declare both, or join without it"));
  }
  versions.times.right_time = found->time;
  versions.key = found->key;
  const int num_left = left.plan->num_columns();
  JoinNode::Parts both;
  Relation joined{std::make_shared<JoinNode>(left.plan, right.plan, both),
                  joined_scope(left.scope, right.scope, num_left)};
  ExprBinder binder(session, joined, "ON");
  HW_ASSIGN_OR_RETURN(parts.condition, binder.bind_condition(*join.condition));
  HW_TRY(
      check_key_is_fixed(parts.condition, *found, *right.plan, num_left, join.condition->position));
  if (!parts.condition->deterministic()) {
    return at(
        join.condition->position,
        Status::Invalid("a join condition gives the same answer each time, but this one calls "
                        "a function that does not"));
  }
  parts.versions = std::move(versions);
  joined.plan = std::make_shared<JoinNode>(left.plan, right.plan, std::move(parts));
  return joined;
}

}  // namespace hw
