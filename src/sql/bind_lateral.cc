// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_lateral.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "plan/logical/expr_rewrite.h"
#include "plan/logical/filter.h"
#include "plan/logical/interval_bounds.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "plan/logical/unnest.h"
#include "sql/aggregate_by_choice.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_expr.h"
#include "sql/bind_from.h"
#include "sql/bind_query.h"
#include "sql/bind_subquery.h"
#include "sql/decorrelate_by_choice.h"

namespace hw {
namespace {

using Exprs = std::vector<BoundExprPtr>;

/// In terms of a sub-query: over the left's columns and the query's, the first of which is column
/// `first`.
BoundExprPtr over_join(const BoundExprPtr& expr, int first) {
  return rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
    if (node->kind() != BoundExpr::Kind::kColumn) return nullptr;
    const int index = is_outer_column(*node) ? node->column_index() - kOuterColumnFirst
                                             : node->column_index() + first;
    return BoundExpr::column(index, node->type(), node->name())->with_position(node->position());
  });
}

Result<bool> keeps_left(const ast::Join& join) {
  switch (join.type) {
    case ast::JoinKind::kInner:
    case ast::JoinKind::kCross:
      return false;
    case ast::JoinKind::kLeft:
      return true;
    case ast::JoinKind::kRight:
    case ast::JoinKind::kFull:
      break;
  }
  return at(join.position,
            Status::Invalid("LATERAL and UNNEST read the rows on their left, so they "
                            "stand behind a comma, CROSS JOIN, JOIN or LEFT JOIN"));
}

bool is_true(const BoundExpr& condition) {
  return condition.is_literal() && !condition.literal_value()->is_null(0) &&
         condition.literal_value()->value<bool>(0);
}

/// The join's rows, and the query's columns over them.
struct Joined {
  LogicalNodePtr plan;
  Exprs columns;
};

Joined joined_with(const LogicalNodePtr& left, const LogicalNodePtr& right, JoinKind kind,
                   const Exprs& conditions, SqlPosition position) {
  JoinNode::Parts parts;
  parts.kind = kind;
  parts.position = position;
  Exprs tests;
  for (const BoundExprPtr& condition : conditions)
    tests.push_back(over_join(condition, left->num_columns()));
  if (!tests.empty()) parts.condition = conjunction(std::move(tests));
  parts.interval = find_interval(parts.condition, left->columns(), right->columns());
  return {std::make_shared<JoinNode>(left, right, std::move(parts)), {}};
}

/// The left's rows with the columns of an aggregation; the first of these is column `first`.
Result<Joined> join_aggregate(const LogicalNodePtr& left, const LogicalNodePtr& aggregate,
                              SqlPosition position, BindSession& session, int& first) {
  first = left->num_columns();
  Result<Decorrelated> freed = decorrelate(aggregate);
  const Result<Decorrelated> input = decorrelate(aggregate->input());
  if (!freed.ok() && !input.ok()) {
    freed = decorrelate_one_row(aggregate, left, position, session);
    HW_TRY(freed.status());
  }
  if (freed.ok()) {
    return joined_with(left, freed->plan, JoinKind::kLeft, freed->conditions, position);
  }
  HW_ASSIGN_OR_RETURN(const JoinedByChoice joined,
                      join_by_choice(left, left, columns_of(*left), *input,
                                     aggregate->as<AggregateNode>(), position));
  first = joined.first_result;
  return Joined{joined.plan, {}};
}

/// An aggregation without GROUP BY gives a row for each row of the left, whatever it finds.
Result<Joined> join_one_row(const LogicalNodePtr& left, const OneRowQuery& query, bool keep_left,
                            SqlPosition position, BindSession& session) {
  int first = 0;
  HW_ASSIGN_OR_RETURN(Joined joined,
                      join_aggregate(left, query.aggregate, position, session, first));
  HW_ASSIGN_OR_RETURN(joined.columns, over_missing_row(*query.aggregate, query.exprs, position));
  for (BoundExprPtr& column : joined.columns) column = over_join(column, first);
  if (query.having == nullptr) return joined;
  if (keep_left) {
    return not_supported_yet("HAVING without GROUP BY behind LEFT JOIN LATERAL", position);
  }
  HW_ASSIGN_OR_RETURN(const Exprs having,
                      over_missing_row(*query.aggregate, {query.having}, position));
  joined.plan = std::make_shared<FilterNode>(joined.plan, over_join(having[0], first));
  return joined;
}

/// LATERAL (query).
Result<Joined> join_query(const LogicalNodePtr& left, const LogicalNodePtr& query,
                          BoundExprPtr condition, bool keep_left, SqlPosition position,
                          BindSession& session) {
  if (const std::optional<OneRowQuery> one_row = one_row_query(query)) {
    if (keep_left && condition != nullptr) {
      return not_supported_yet("LEFT JOIN LATERAL with a condition; write ON TRUE", position);
    }
    return join_one_row(left, *one_row, keep_left, position, session);
  }
  // What the list computes of the left's columns is computed above the join.
  LogicalNodePtr below = query;
  Exprs columns = columns_of(*query);
  const auto* project = node_if<ProjectNode>(query);
  const bool lifted = project != nullptr && !keep_left &&
                      std::any_of(project->exprs().begin(), project->exprs().end(),
                                  [](const BoundExprPtr& expr) { return reads_outer(expr); });
  if (lifted) {
    columns = project->exprs();
    below = project->input();
  }
  HW_ASSIGN_OR_RETURN(Decorrelated freed, decorrelate_from(below, left, position, session));
  if (keep_left && condition != nullptr) freed.conditions.push_back(std::move(condition));
  Joined joined = joined_with(left, freed.plan, keep_left ? JoinKind::kLeft : JoinKind::kInner,
                              freed.conditions, position);
  for (const BoundExprPtr& column : columns)
    joined.columns.push_back(over_join(column, left->num_columns()));
  return joined;
}

/// ON, over outer columns for the left and the query's own; null for TRUE.
Result<BoundExprPtr> bind_on(const ast::Join& join, const Relation& left, const Relation& right,
                             BindSession& session) {
  if (join.natural || !join.using_columns.empty()) {
    return not_supported_yet("USING and NATURAL with LATERAL; write ON", join.position);
  }
  if (join.condition == nullptr) return BoundExprPtr();
  const int left_columns = left.plan->num_columns();
  JoinNode::Parts both;
  const Relation seen{std::make_shared<JoinNode>(left.plan, right.plan, both),
                      joined_scope(left.scope, right.scope, left_columns)};
  ExprBinder binder(session, seen, "ON");
  HW_ASSIGN_OR_RETURN(const BoundExprPtr condition, binder.bind_condition(*join.condition));
  if (is_true(*condition)) return BoundExprPtr();
  return rewrite(condition, [&](const BoundExprPtr& node) -> BoundExprPtr {
    if (node->kind() != BoundExpr::Kind::kColumn || is_foreign_column(*node)) return nullptr;
    const int index = node->column_index();
    return BoundExpr::column(
               index < left_columns ? kOuterColumnFirst + index : index - left_columns,
               node->type(), node->name())
        ->with_position(node->position());
  });
}

Result<Relation> bind_lateral_query(const ast::Join& join, const Relation& left,
                                    BindSession& session) {
  const auto& derived = join.right->as<ast::DerivedTable>();
  HW_ASSIGN_OR_RETURN(const bool keep_left, keeps_left(join));
  LogicalNodePtr query;
  {
    const OuterScope scope(session, left);
    HW_ASSIGN_OR_RETURN(query, bind_query(*derived.query, QueryPlace::kNested, session));
  }
  HW_ASSIGN_OR_RETURN(query, with_clock_read(query, session));
  Scope scope = Scope::of(*query, {});
  HW_ASSIGN_OR_RETURN(Relation right,
                      with_alias({query, std::move(scope)}, derived.alias, derived.position));
  HW_ASSIGN_OR_RETURN(const BoundExprPtr condition, bind_on(join, left, right, session));
  HW_ASSIGN_OR_RETURN(Joined joined,
                      join_query(left.plan, query, condition, keep_left, join.position, session));
  Exprs exprs;
  std::vector<std::string> names;
  for (int i = 0; i < left.plan->num_columns(); ++i) {
    exprs.push_back(column_of(*joined.plan, i));
    names.push_back(left.plan->column(i).name);
  }
  for (size_t i = 0; i < joined.columns.size(); ++i) {
    exprs.push_back(joined.columns[i]);
    names.push_back(query->columns()[i].name);
  }
  Relation result;
  result.scope = joined_scope(left.scope, right.scope, left.plan->num_columns());
  result.plan = std::make_shared<ProjectNode>(joined.plan, std::move(exprs), std::move(names));
  if (condition != nullptr && !keep_left) {
    result.plan =
        std::make_shared<FilterNode>(result.plan, over_join(condition, left.plan->num_columns()));
  }
  return result;
}

/// UNNEST on the right of a join.
Result<Relation> bind_unnest_join(const ast::Join& join, const Relation& left,
                                  BindSession& session) {
  HW_ASSIGN_OR_RETURN(const bool keep_left, keeps_left(join));
  HW_ASSIGN_OR_RETURN(Relation rows,
                      bind_unnest(join.right->as<ast::Unnest>(), left, keep_left, session));
  if (join.condition == nullptr) return rows;
  ExprBinder binder(session, rows, "ON");
  HW_ASSIGN_OR_RETURN(BoundExprPtr condition, binder.bind_condition(*join.condition));
  if (is_true(*condition)) return rows;
  if (keep_left) {
    return not_supported_yet(
        "LEFT JOIN UNNEST with a condition; write ON TRUE and ask for it in SELECT, as CASE WHEN "
        "does (WHERE would drop the rows without elements, too)",
        join.condition->position);
  }
  rows.plan = std::make_shared<FilterNode>(rows.plan, std::move(condition));
  return rows;
}

}  // namespace

bool is_lateral(const ast::TableRef& ref) {
  return ref.kind == ast::TableRefKind::kUnnest ||
         (ref.kind == ast::TableRefKind::kDerived && ref.as<ast::DerivedTable>().lateral);
}

Result<Relation> bind_lateral_join(const ast::Join& join, const Relation& left,
                                   BindSession& session) {
  if (join.right->kind == ast::TableRefKind::kUnnest) {
    return bind_unnest_join(join, left, session);
  }
  return bind_lateral_query(join, left, session);
}

Result<Relation> bind_unnest(const ast::Unnest& unnest, const Relation& left, bool keep_empty,
                             BindSession& session) {
  ExprBinder binder(session, left, "UNNEST");
  HW_ASSIGN_OR_RETURN(const BoundExprPtr collection, binder.bind_value(*unnest.collection));
  const SqlType& type = collection->type();
  if (!type.is(TypeKind::kArray) && !type.is(TypeKind::kMap) && !type.is(TypeKind::kMultiset)) {
    return at(unnest.collection->position,
              Status::TypeError("UNNEST takes an ARRAY, a MAP or a MULTISET, but ",
                                collection->to_sql(), " is ", type.to_sql_without_null()));
  }
  const int left_columns = left.plan->num_columns();
  LogicalNodePtr input = left.plan;
  UnnestNode::Parts parts;
  parts.collection = collection->column_index();
  if (collection->kind() != BoundExpr::Kind::kColumn || is_foreign_column(*collection)) {
    Exprs exprs = columns_of(*input);
    std::vector<std::string> names;
    for (const PlanColumn& column : input->columns()) names.push_back(column.name);
    names.push_back("$f" + std::to_string(exprs.size()));
    exprs.push_back(collection);
    input = std::make_shared<ProjectNode>(input, std::move(exprs), std::move(names));
    parts.collection = left_columns;
  }
  parts.passed.resize(static_cast<size_t>(left_columns));
  std::iota(parts.passed.begin(), parts.passed.end(), 0);
  parts.keep_empty = keep_empty;
  parts.ordinality = unnest.ordinality;
  Relation result;
  result.plan = std::make_shared<UnnestNode>(input, std::move(parts));
  Relation element;
  for (int i = left_columns; i < result.plan->num_columns(); ++i) {
    element.scope.add({{}, result.plan->column(i).name, i - left_columns});
  }
  // UNNEST(a) AS x: the one column is x, too.
  if (unnest.alias.given() && unnest.alias.columns.empty() && element.scope.columns().size() == 1) {
    element.scope.columns()[0].name = unnest.alias.name.text;
  }
  HW_ASSIGN_OR_RETURN(element, with_alias(std::move(element), unnest.alias, unnest.position));
  result.scope = joined_scope(left.scope, element.scope, left_columns);
  return result;
}

}  // namespace hw
