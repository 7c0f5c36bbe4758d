// SPDX-License-Identifier: Apache-2.0
//
// Joins of two table references: ON, USING, NATURAL and CROSS.

#include <algorithm>
#include <utility>

#include "expr/function_catalogue.h"
#include "expr/resolve.h"
#include "plan/logical/interval_bounds.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_expr.h"
#include "sql/bind_from.h"
#include "sql/bind_lateral.h"
#include "sql/bind_temporal.h"

namespace hw {
namespace {

/// A side of a join.
struct Side {
  /// Its plan can be stored: processing time is read.
  Relation relation;
  /// With what they meant for time before.
  std::vector<PlanColumn> columns;
};

Result<Side> bind_side(const ast::TableRef& ref, BindSession& session) {
  Side side;
  HW_ASSIGN_OR_RETURN(side.relation, bind_table_ref(ref, session));
  side.columns = side.relation.plan->columns();
  HW_ASSIGN_OR_RETURN(side.relation.plan, with_clock_read(side.relation.plan, session));
  return side;
}

Result<JoinKind> join_kind(const ast::Join& join) {
  switch (join.type) {
    case ast::JoinKind::kInner:
    case ast::JoinKind::kCross:
      return JoinKind::kInner;
    case ast::JoinKind::kLeft:
      return JoinKind::kLeft;
    case ast::JoinKind::kRight:
      return JoinKind::kRight;
    case ast::JoinKind::kFull:
      return JoinKind::kFull;
  }
  return Status::UnknownError("a join of unknown kind");
}

/// The columns of USING, or the equal names of a NATURAL join in the left's order.
std::vector<ast::Identifier> shared_columns(const ast::Join& join, const Scope& left,
                                            const Scope& right) {
  if (!join.natural) return join.using_columns;
  std::vector<ast::Identifier> names;
  for (const ScopeColumn& column : left.star()) {
    const std::vector<ScopeColumn> others = right.star();
    const bool shared = std::any_of(others.begin(), others.end(), [&](const ScopeColumn& other) {
      return other.name == column.name;
    });
    if (shared) names.push_back({column.name, false, join.position});
  }
  return names;
}

struct SharedColumn {
  int left = -1;
  int right = -1;  // counted in its own side
};

Result<std::vector<SharedColumn>> find_shared(const std::vector<ast::Identifier>& names,
                                              const Relation& left, const Relation& right) {
  std::vector<SharedColumn> shared;
  for (const ast::Identifier& name : names) {
    const ast::Name wanted{{name}};
    HW_ASSIGN_OR_RETURN(const Scope::Found l, left.scope.find(wanted));
    HW_ASSIGN_OR_RETURN(const Scope::Found r, right.scope.find(wanted));
    shared.push_back({l.column->index, r.column->index});
  }
  return shared;
}

Result<BoundExprPtr> shared_condition(const std::vector<SharedColumn>& shared, const Relation& left,
                                      const Relation& right, SqlPosition position,
                                      BindSession& session) {
  const ScalarFunction* equal = session.context.functions->scalar("=");
  std::vector<BoundExprPtr> tests;
  for (const SharedColumn& column : shared) {
    const PlanColumn& r = right.plan->column(column.right);
    std::vector<BoundExprPtr> sides = {
        column_of(*left.plan, column.left),
        BoundExpr::column(left.plan->num_columns() + column.right, r.type, r.name)};
    Result<BoundExprPtr> test = bind_call(*equal, std::move(sides), session.expr);
    if (!test.ok()) return at(position, test.status());
    tests.push_back(*test);
  }
  return tests.empty() ? nullptr : conjunction(std::move(tests));
}

/// A column of USING is shown once: the side that is never padded is what its name means.
void hide_shared(const std::vector<SharedColumn>& shared, JoinKind kind, int left_columns,
                 Scope& scope) {
  std::vector<ScopeColumn> first, rest;
  for (const SharedColumn& column : shared) {
    const int l = column.left, r = left_columns + column.right;
    const int shown = kind == JoinKind::kRight ? r : l;
    for (ScopeColumn& candidate : scope.columns()) {
      if (candidate.index == (shown == l ? r : l)) candidate.bare = false;
      if (candidate.index == shown) first.push_back(candidate);
    }
  }
  for (const ScopeColumn& column : scope.columns()) {
    const bool moved = std::any_of(first.begin(), first.end(), [&](const ScopeColumn& other) {
      return other.index == column.index;
    });
    if (!moved) rest.push_back(column);
  }
  first.insert(first.end(), rest.begin(), rest.end());
  scope.columns() = std::move(first);
}

/// FULL JOIN USING: each side may be padded, so a shared column is the one or the other.
Result<Relation> with_either(Relation joined, const std::vector<SharedColumn>& shared,
                             int left_columns, BindSession& session) {
  const ScalarFunction* coalesce = session.context.functions->scalar("COALESCE");
  std::vector<BoundExprPtr> exprs = columns_of(*joined.plan);
  std::vector<std::string> names;
  for (const PlanColumn& column : joined.plan->columns()) names.push_back(column.name);
  std::vector<ScopeColumn> first;
  for (const SharedColumn& column : shared) {
    const int r = left_columns + column.right;
    const PlanColumn& left = joined.plan->column(column.left);
    HW_ASSIGN_OR_RETURN(
        BoundExprPtr either,
        bind_call(*coalesce, {column_of(*joined.plan, column.left), column_of(*joined.plan, r)},
                  session.expr));
    ScopeColumn shown;
    for (ScopeColumn& candidate : joined.scope.columns()) {
      if (candidate.index != column.left && candidate.index != r) continue;
      candidate.bare = false;
      if (candidate.index == column.left) shown.name = candidate.name;
    }
    shown.index = static_cast<int>(exprs.size());
    first.push_back(std::move(shown));
    names.push_back(left.name);
    exprs.push_back(std::move(either));
  }
  std::vector<ScopeColumn>& columns = joined.scope.columns();
  columns.insert(columns.begin(), first.begin(), first.end());
  joined.plan = std::make_shared<ProjectNode>(joined.plan, std::move(exprs), std::move(names));
  return joined;
}

}  // namespace

Scope joined_scope(const Scope& left, const Scope& right, int left_columns) {
  Scope scope = left;
  for (ScopeColumn column : right.columns()) {
    column.index += left_columns;
    scope.add(std::move(column));
  }
  return scope;
}

Result<Relation> bind_join(const ast::Join& join, BindSession& session) {
  if (is_temporal(*join.right)) return bind_temporal_join(join, session);
  HW_ASSIGN_OR_RETURN(const Side left_side, bind_side(*join.left, session));
  const Relation& left = left_side.relation;
  if (is_lateral(*join.right)) return bind_lateral_join(join, left, session);
  HW_ASSIGN_OR_RETURN(const Side right_side, bind_side(*join.right, session));
  const Relation& right = right_side.relation;
  JoinNode::Parts parts;
  HW_ASSIGN_OR_RETURN(parts.kind, join_kind(join));
  parts.position = join.position;
  const int left_columns = left.plan->num_columns();
  Relation joined;
  joined.scope = joined_scope(left.scope, right.scope, left_columns);
  HW_ASSIGN_OR_RETURN(const std::vector<SharedColumn> shared,
                      find_shared(shared_columns(join, left.scope, right.scope), left, right));
  HW_ASSIGN_OR_RETURN(parts.condition,
                      shared_condition(shared, left, right, join.position, session));
  if (join.condition != nullptr) {
    // The condition sees both sides before any padding: an inner join of the same columns.
    JoinNode::Parts both;
    const Relation seen{std::make_shared<JoinNode>(left.plan, right.plan, both), joined.scope};
    ExprBinder binder(session, seen, "ON");
    HW_ASSIGN_OR_RETURN(parts.condition, binder.bind_condition(*join.condition));
    if (!parts.condition->deterministic()) {
      return at(join.condition->position,
                Status::Invalid("a join condition gives the same answer each time, but this one "
                                "calls a function that does not"));
    }
  }
  parts.windows = find_windows(parts.condition, *left.plan, *right.plan);
  if (!parts.windows) {
    parts.interval = find_interval(parts.condition, left_side.columns, right_side.columns);
  }
  const bool either = parts.kind == JoinKind::kFull && !shared.empty();
  if (!either) hide_shared(shared, parts.kind, left_columns, joined.scope);
  joined.plan = std::make_shared<JoinNode>(left.plan, right.plan, std::move(parts));
  return either ? with_either(std::move(joined), shared, left_columns, session) : joined;
}

}  // namespace hw
