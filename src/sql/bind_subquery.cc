// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_subquery.h"

#include <map>
#include <utility>

#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/expr_rewrite.h"
#include "plan/logical/filter.h"
#include "plan/logical/project.h"
#include "plan/logical/sort.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_query.h"
#include "sql/decorrelate_by_choice.h"

namespace hw {
namespace {

using Exprs = std::vector<BoundExprPtr>;

Result<LogicalNodePtr> bind_inner(const ast::Query& query, const Relation& rows,
                                  BindSession& session) {
  const OuterScope scope(session, rows);
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr plan, bind_query(query, QueryPlace::kNested, session));
  return with_clock_read(plan, session);
}

/// Gives each outer column that is read a number of its own in query.outer.
class OuterColumns {
 public:
  OuterColumns(const Relation& rows, BoundSubquery& query) : rows_(rows), query_(query) {}

  BoundExprPtr numbered(const BoundExprPtr& expr) {
    return rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
      if (!is_outer_column(*node)) return nullptr;
      const int index = node->column_index() - kOuterColumnFirst;
      const auto [found, added] = numbers_.try_emplace(index, num_outer());
      if (added) query_.outer.push_back(column_of(*rows_.plan, index));
      return BoundExpr::column(kOuterColumnFirst + found->second, node->type(), node->name())
          ->with_position(node->position());
    });
  }
  /// An expression over the rows.
  BoundExprPtr add(const BoundExprPtr& expr) {
    const int number = num_outer();
    query_.outer.push_back(expr);
    return BoundExpr::column(kOuterColumnFirst + number, expr->type(), expr->to_sql())
        ->with_position(expr->position());
  }
  const LogicalNodePtr& rows() const { return rows_.plan; }
  Exprs numbered(Exprs exprs) {
    for (BoundExprPtr& expr : exprs) expr = numbered(expr);
    return exprs;
  }

 private:
  int num_outer() const { return static_cast<int>(query_.outer.size()); }

  const Relation& rows_;
  BoundSubquery& query_;
  std::map<int, int> numbers_;
};

/// The query of one row as a value that `make` builds of its columns.
Result<BoundExprPtr> add_one_row(const OneRowQuery& one_row, SqlPosition position,
                                 const std::function<Result<BoundExprPtr>(Exprs)>& make,
                                 OuterColumns& outer, BoundSubquery& query, BindSession& session,
                                 SubqueryCollector& collector) {
  Result<Decorrelated> whole = decorrelate(one_row.aggregate);
  if (!whole.ok()) {
    whole = decorrelate(one_row.aggregate->input());
    if (whole.ok()) query.aggregate = one_row.aggregate;
  }
  if (!whole.ok()) {
    whole = decorrelate_one_row(one_row.aggregate, outer.rows(), position, session);
  }
  HW_ASSIGN_OR_RETURN(Decorrelated freed, std::move(whole));
  query.form = SubqueryForm::kValue;
  query.plan = std::move(freed.plan);
  query.conditions = outer.numbered(std::move(freed.conditions));
  Exprs wanted = one_row.exprs;
  if (one_row.having != nullptr) wanted.push_back(one_row.having);
  HW_ASSIGN_OR_RETURN(Exprs exprs, over_missing_row(*one_row.aggregate,
                                                    outer.numbered(std::move(wanted)), position));
  BoundExprPtr having;
  if (one_row.having != nullptr) {
    having = exprs.back();
    exprs.pop_back();
  }
  HW_ASSIGN_OR_RETURN(query.value, make(exprs));
  if (having != nullptr) {
    const SqlType type = query.value->type().with_nullable(true);
    query.value =
        BoundExpr::special(BoundExpr::Kind::kCase, {having, query.value, null_literal(type)}, type);
  }
  query.type = query.value->type();
  query.position = position;
  return collector.add(std::move(query));
}

/// What cannot matter to whether there is a row.
LogicalNodePtr without_list(LogicalNodePtr plan) {
  for (;;) {
    if (const auto* limit = node_if<LimitNode>(plan)) {
      if (limit->limit() == 0 || limit->offset() > 0) return plan;
    } else if (const auto* aggregate = node_if<AggregateNode>(plan)) {
      if (aggregate->keys().empty()) return plan;
    } else if (plan->kind() != NodeKind::kProject && plan->kind() != NodeKind::kSort) {
      return plan;
    }
    plan = plan->input();
  }
}

Status wrong_width(const LogicalNode& plan, std::string_view what, size_t wanted,
                   SqlPosition position) {
  return at(position, Status::Invalid(what, " needs a query of ", wanted,
                                      wanted == 1 ? " column" : " columns", ", but this one has ",
                                      plan.num_columns()));
}

NamedAggregate aggregate_of(const AggregateFunction& function, const ResolvedCall& resolved,
                            std::vector<int> args) {
  NamedAggregate named;
  named.name = "EXPR$" + std::to_string(args.size());
  named.call.function = &function;
  named.call.args = std::move(args);
  named.call.literals.resize(named.call.args.size());
  named.call.result_type = resolved.type;
  return named;
}

/// The least value of a column and how many there are.
Result<std::vector<NamedAggregate>> value_calls(const BoundExprPtr& value, int column,
                                                SqlPosition position, BindSession& session) {
  const AggregateFunction& least = *session.context.functions->aggregate("MIN");
  const AggregateFunction& count = *session.context.functions->aggregate("COUNT");
  const Result<ResolvedCall> least_call = resolve_aggregate(least, {value}, session.expr);
  if (!least_call.ok()) {
    return not_supported_yet(
        "a query of type " + value->type().to_sql_without_null() + " as a value", position);
  }
  HW_ASSIGN_OR_RETURN(const ResolvedCall count_call, resolve_aggregate(count, {}, session.expr));
  return std::vector<NamedAggregate>{aggregate_of(least, *least_call, {column}),
                                     aggregate_of(count, count_call, {})};
}

/// The value, if there is one at most.
Result<BoundExprPtr> only_value(Exprs value_and_count, SqlPosition position, BindSession& session) {
  HW_ASSIGN_OR_RETURN(const BoundExprPtr checked,
                      bind_call(*session.context.functions->scalar("SINGLE_VALUE"),
                                std::move(value_and_count), session.expr));
  return checked->with_position(position);
}

/// The query's column as a value for each choice of the outer columns.
Status bind_value_by_choice(const Decorrelated& freed, SqlPosition position, BindSession& session,
                            BoundSubquery& bound) {
  HW_ASSIGN_OR_RETURN(std::vector<NamedAggregate> calls,
                      value_calls(column_of(*freed.plan, 0), 0, position, session));
  bound.plan = freed.plan;
  bound.aggregate =
      std::make_shared<AggregateNode>(freed.plan, std::vector<int>{}, std::move(calls));
  HW_ASSIGN_OR_RETURN(Exprs value_and_count,
                      over_missing_row(*bound.aggregate, columns_of(*bound.aggregate), position));
  HW_ASSIGN_OR_RETURN(bound.value, only_value(std::move(value_and_count), position, session));
  bound.type = bound.value->type();
  return Status::OK();
}

/// The query's column as at most one value for each choice of the outer columns; a second one
/// fails the job. Columns: those that the conditions read, then the value.
Result<LogicalNodePtr> single_value(const Decorrelated& freed, Exprs& conditions,
                                    SqlPosition position, BindSession& session) {
  Exprs below;
  std::vector<std::string> names;
  std::vector<int> keys;
  for (BoundExprPtr& condition : conditions) {
    HW_ASSIGN_OR_RETURN(const OuterEquality equality, outer_equality(condition));
    const int key = static_cast<int>(below.size());
    keys.push_back(key);
    names.push_back("$f" + std::to_string(key));
    below.push_back(equality.own);
    condition = condition->with_args(
        {equality.outer, BoundExpr::column(key, equality.own->type(), names.back())});
  }
  const auto value = static_cast<int>(below.size());
  names.push_back("$f" + std::to_string(value));
  below.push_back(column_of(*freed.plan, 0));
  HW_ASSIGN_OR_RETURN(std::vector<NamedAggregate> calls,
                      value_calls(below.back(), value, position, session));
  const auto input = std::make_shared<ProjectNode>(freed.plan, std::move(below), names);
  const auto grouped = std::make_shared<AggregateNode>(input, keys, std::move(calls));
  Exprs exprs = columns_of(*grouped);
  HW_ASSIGN_OR_RETURN(
      BoundExprPtr checked,
      only_value({exprs[static_cast<size_t>(value)], exprs.back()}, position, session));
  exprs.pop_back();
  exprs.back() = std::move(checked);
  return std::make_shared<ProjectNode>(grouped, std::move(exprs), std::move(names));
}

}  // namespace

std::optional<OneRowQuery> one_row_query(LogicalNodePtr plan) {
  OneRowQuery found;
  found.exprs = columns_of(*plan);
  const auto through = [&](const Exprs& below) {
    for (BoundExprPtr& expr : found.exprs) expr = substitute_own(expr, below);
    if (found.having != nullptr) found.having = substitute_own(found.having, below);
  };
  for (;;) {
    if (const auto* project = node_if<ProjectNode>(plan)) {
      for (const BoundExprPtr& expr : project->exprs()) {
        if (!expr->deterministic()) return std::nullopt;
      }
      through(project->exprs());
      plan = project->input();
    } else if (const auto* filter = node_if<FilterNode>(plan)) {
      if (found.having != nullptr) return std::nullopt;
      found.having = filter->condition();
      plan = filter->input();
    } else if (const auto* limit = node_if<LimitNode>(plan)) {
      if (limit->limit() == 0 || limit->offset() > 0) return std::nullopt;
      plan = limit->input();
    } else if (plan->kind() == NodeKind::kSort) {
      plan = plan->input();
    } else {
      break;
    }
  }
  const auto* aggregate = node_if<AggregateNode>(plan);
  if (aggregate == nullptr || !aggregate->keys().empty()) return std::nullopt;
  found.aggregate = plan;
  return found;
}

Result<Exprs> over_missing_row(const LogicalNode& aggregate, const Exprs& exprs,
                               SqlPosition position) {
  Exprs columns;
  for (int i = 0; i < aggregate.num_columns(); ++i) {
    const SqlType& type = aggregate.column(i).type;
    BoundExprPtr column = BoundExpr::column(i, type.with_nullable(true), aggregate.column(i).name);
    if (!type.nullable()) {
      if (!type.is(TypeKind::kBigint)) {
        return not_supported_yet("this aggregate function in a query that is a value", position);
      }
      column = BoundExpr::special(BoundExpr::Kind::kCoalesce,
                                  {column, integer_literal(0, SqlType::bigint().not_null())}, type);
    }
    columns.push_back(std::move(column));
  }
  Exprs result;
  for (const BoundExprPtr& expr : exprs) {
    result.push_back(substitute_own(expr, columns));
  }
  return result;
}

BoundExprPtr SubqueryCollector::add(BoundSubquery query) {
  const int index = kSubqueryColumnFirst + static_cast<int>(queries_.size());
  BoundExprPtr column =
      BoundExpr::column(index, query.type, "(SELECT ..)")->with_position(query.position);
  queries_.push_back(std::move(query));
  return column;
}

Status SubqueryCollector::rewrite_outer(
    const std::function<Result<BoundExprPtr>(const BoundExprPtr&)>& rewrite) {
  for (BoundSubquery& query : queries_) {
    for (BoundExprPtr& expr : query.outer) {
      HW_ASSIGN_OR_RETURN(expr, rewrite(expr));
    }
  }
  return Status::OK();
}

OuterScope::OuterScope(BindSession& session, const Relation& relation) : session_(session) {
  session_.outer_relations.push_back(&relation);
}
OuterScope::~OuterScope() { session_.outer_relations.pop_back(); }

Result<OuterColumn> find_outer_column(const ast::Name& name, size_t parts_min,
                                      const BindSession& session) {
  const std::vector<const Relation*>& outers = session.outer_relations;
  for (size_t i = outers.size(); i-- > 0;) {
    const Result<Scope::Found> found = outers[i]->scope.find(name);
    if (!found.ok() || found->parts < parts_min) continue;
    if (i + 1 < outers.size()) {
      return not_supported_yet(
          "a column of a query that is not the next one around, as '" + dotted(name) + "' is",
          name.position());
    }
    const int index = found->column->index;
    const PlanColumn& column = outers[i]->plan->column(index);
    return OuterColumn{
        BoundExpr::column(kOuterColumnFirst + index, column.type, found->column->name),
        found->parts};
  }
  return OuterColumn{};
}

Result<BoundExprPtr> bind_exists(const ast::Query& query, SqlPosition position,
                                 const Relation& rows, BindSession& session,
                                 SubqueryCollector& collector) {
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr plan, bind_inner(query, rows, session));
  BoundSubquery bound;
  OuterColumns outer(rows, bound);
  if (const std::optional<OneRowQuery> one_row = one_row_query(plan)) {
    if (one_row->having == nullptr) return boolean_literal(true)->with_position(position);
    HW_ASSIGN_OR_RETURN(const BoundExprPtr some,
                        add_one_row(
                            *one_row, position, [](const Exprs&) { return boolean_literal(true); },
                            outer, bound, session, collector));
    HW_ASSIGN_OR_RETURN(BoundExprPtr test, bind_call(*session.context.functions->scalar("IS TRUE"),
                                                     {some}, session.expr));
    return test->with_position(position);
  }
  HW_ASSIGN_OR_RETURN(Decorrelated freed,
                      decorrelate_from(without_list(plan), rows.plan, position, session));
  bound.plan = std::move(freed.plan);
  bound.conditions = outer.numbered(std::move(freed.conditions));
  bound.type = SqlType::boolean().not_null();
  bound.position = position;
  return collector.add(std::move(bound));
}

Result<BoundExprPtr> bind_scalar_query(const ast::Query& query, SqlPosition position,
                                       const Relation& rows, BindSession& session,
                                       SubqueryCollector& collector) {
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr plan, bind_inner(query, rows, session));
  if (plan->num_columns() != 1) return wrong_width(*plan, "a value", 1, position);
  BoundSubquery bound;
  OuterColumns outer(rows, bound);
  if (const std::optional<OneRowQuery> one_row = one_row_query(plan)) {
    return add_one_row(
        *one_row, position, [](const Exprs& exprs) { return exprs[0]; }, outer, bound, session,
        collector);
  }
  HW_ASSIGN_OR_RETURN(Decorrelated freed, decorrelate_from(plan, rows.plan, position, session));
  bound.form = SubqueryForm::kValue;
  bound.conditions = outer.numbered(std::move(freed.conditions));
  bound.position = position;
  if (!are_equalities(bound.conditions)) {
    HW_TRY(bind_value_by_choice(freed, position, session, bound));
    return collector.add(std::move(bound));
  }
  HW_ASSIGN_OR_RETURN(bound.plan, single_value(freed, bound.conditions, position, session));
  const int last = bound.plan->num_columns() - 1;
  bound.type = bound.plan->column(last).type.with_nullable(true);
  bound.value = BoundExpr::column(last, bound.type, bound.plan->column(last).name);
  return collector.add(std::move(bound));
}

Result<BoundExprPtr> bind_comparison(const SubqueryComparison& comparison, Exprs operands,
                                     const ast::Query& query, const Relation& rows,
                                     BindSession& session, SubqueryCollector& collector) {
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr plan, bind_inner(query, rows, session));
  if (plan->num_columns() != static_cast<int>(operands.size())) {
    return wrong_width(*plan, "this comparison", operands.size(), comparison.position);
  }
  const ScalarFunction& function = *session.context.functions->scalar(comparison.function);
  BoundSubquery bound;
  OuterColumns outer(rows, bound);
  const auto compare = [&](BoundExprPtr a, BoundExprPtr b) -> Result<BoundExprPtr> {
    Result<BoundExprPtr> test = bind_call(function, {std::move(a), std::move(b)}, session.expr);
    if (!test.ok()) return at(comparison.position, test.status());
    return (*test)->with_position(comparison.position);
  };
  if (const std::optional<OneRowQuery> one_row = one_row_query(plan);
      one_row && one_row->having == nullptr && operands.size() == 1) {
    HW_ASSIGN_OR_RETURN(const BoundExprPtr value, add_one_row(
                                                      *one_row, comparison.position,
                                                      [](const Exprs& exprs) { return exprs[0]; },
                                                      outer, bound, session, collector));
    return compare(operands[0], value);
  }
  HW_ASSIGN_OR_RETURN(Decorrelated freed,
                      decorrelate_from(plan, rows.plan, comparison.position, session));
  bound.form = SubqueryForm::kCompared;
  bound.all = comparison.all;
  bound.conditions = outer.numbered(std::move(freed.conditions));
  bool nullable = false;
  for (size_t i = 0; i < operands.size(); ++i) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr test, compare(outer.add(operands[i]),
                                                   column_of(*freed.plan, static_cast<int>(i))));
    nullable = nullable || test->type().nullable();
    bound.comparisons.push_back(std::move(test));
  }
  bound.plan = std::move(freed.plan);
  bound.type = SqlType::boolean().with_nullable(nullable);
  bound.position = comparison.position;
  return collector.add(std::move(bound));
}

}  // namespace hw
