// SPDX-License-Identifier: Apache-2.0

#include "sql/join_subqueries.h"

#include <map>
#include <set>
#include <utility>

#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/expr_rewrite.h"
#include "plan/logical/filter.h"
#include "plan/logical/interval_bounds.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "sql/aggregate_by_choice.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_expr.h"
#include "sql/decorrelate.h"

namespace hw {
namespace {

using Exprs = std::vector<BoundExprPtr>;

Result<BoundExprPtr> called(std::string_view name, Exprs args, BindSession& session) {
  const SqlPosition position = args[0]->position();
  HW_ASSIGN_OR_RETURN(BoundExprPtr call, bind_call(*session.context.functions->scalar(name),
                                                   std::move(args), session.expr));
  return call->with_position(position);
}

bool reads_query(const BoundExprPtr& expr) {
  bool found = false;
  for_each_node(expr,
                [&](const BoundExprPtr& node) { found = found || is_subquery_column(*node); });
  return found;
}

/// In terms of the query: outer columns and the plan's, of which the first is column `first`.
BoundExprPtr over_columns(const BoundExprPtr& expr, const BoundSubquery& query, int first) {
  return rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
    if (node->kind() != BoundExpr::Kind::kColumn) return nullptr;
    if (is_outer_column(*node)) {
      return query.outer[static_cast<size_t>(node->column_index() - kOuterColumnFirst)];
    }
    return BoundExpr::column(node->column_index() + first, node->type(), node->name())
        ->with_position(node->position());
  });
}
/// Over `left` rows and the plan's columns behind them.
BoundExprPtr over_join(const BoundExprPtr& expr, const BoundSubquery& query,
                       const LogicalNode& left) {
  return over_columns(expr, query, left.num_columns());
}

Result<LogicalNodePtr> joined(const LogicalNodePtr& left, const LogicalNodePtr& right,
                              JoinKind kind, const Exprs& conditions, const BoundSubquery& query,
                              BindSession& session) {
  JoinNode::Parts parts;
  parts.kind = kind;
  parts.position = query.position;
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr rows, with_clock_read(left, session));
  Exprs tests;
  for (const BoundExprPtr& condition : conditions) {
    tests.push_back(over_join(condition, query, *rows));
    if (!tests.back()->deterministic()) {
      return at(
          query.position,
          Status::Invalid("what a sub-query is compared with gives the same answer each time, "
                          "but this calls a function that does not"));
    }
  }
  if (!tests.empty()) parts.condition = conjunction(std::move(tests));
  parts.windows = find_windows(parts.condition, *rows, *right);
  if (!parts.windows) {
    parts.interval = find_interval(parts.condition, rows->columns(), right->columns());
  }
  return std::make_shared<JoinNode>(rows, right, std::move(parts));
}

/// TRUE once where the plan has a row.
LogicalNodePtr one_if_any(const LogicalNodePtr& plan) {
  const LogicalNodePtr constant = std::make_shared<ProjectNode>(plan, Exprs{boolean_literal(true)},
                                                                std::vector<std::string>{"$f0"});
  return std::make_shared<AggregateNode>(constant, std::vector<int>{0},
                                         std::vector<NamedAggregate>{});
}

/// TRUE where `test` is not FALSE; NULL counts as TRUE, too.
Result<BoundExprPtr> unless_false(const BoundExprPtr& test, BindSession& session) {
  if (!test->type().nullable()) return test;
  const bool equality = test->kind() == BoundExpr::Kind::kCall && test->function()->name == "=";
  if (!equality) return called("IS NOT FALSE", {test}, session);
  Exprs ways = {test};
  for (const BoundExprPtr& side : test->args()) {
    if (!side->type().nullable()) continue;
    HW_ASSIGN_OR_RETURN(BoundExprPtr null, called("IS NULL", {side}, session));
    ways.push_back(std::move(null));
  }
  return BoundExpr::special(BoundExpr::Kind::kOr, std::move(ways), SqlType::boolean());
}

/// NOT IN (SELECT ..) over a column that may be NULL, correlated by nothing.
bool is_null_aware(const BoundSubquery& query, bool anti) {
  if (!anti || query.all || !query.conditions.empty() || query.comparisons.size() != 1) {
    return false;
  }
  const BoundExpr& test = *query.comparisons[0];
  if (!test.type().nullable() || test.kind() != BoundExpr::Kind::kCall ||
      test.function()->name != "=" || !test.deterministic() ||
      !test.args()[0]->type().equals_ignoring_null(test.args()[1]->type())) {
    return false;
  }
  // A constant on the left would be no key.
  return query.outer[0]->reads_columns();
}

/// The rows for which the query's answer is TRUE, or, negated, FALSE.
Result<LogicalNodePtr> semi_joined(const LogicalNodePtr& rows, const BoundSubquery& query,
                                   bool negated, BindSession& session) {
  if (query.form == SubqueryForm::kExists) {
    const LogicalNodePtr right = query.conditions.empty() ? one_if_any(query.plan) : query.plan;
    return joined(rows, right, negated ? JoinKind::kAnti : JoinKind::kSemi, query.conditions, query,
                  session);
  }
  Exprs conditions = query.conditions;
  // Some row compares; or no row fails to, where one that might compare does not fail.
  const bool anti = query.all != negated;
  if (is_null_aware(query, anti)) {
    HW_ASSIGN_OR_RETURN(const LogicalNodePtr join, joined(rows, query.plan, JoinKind::kAnti,
                                                          query.comparisons, query, session));
    JoinNode::Parts parts = join->as<JoinNode>().parts();
    parts.null_aware = true;
    parts.interval.reset();
    return std::make_shared<JoinNode>(join->input(0), join->input(1), std::move(parts));
  }
  if (!query.all && !anti) {
    conditions.insert(conditions.end(), query.comparisons.begin(), query.comparisons.end());
  } else {
    BoundExprPtr compares = conjunction(query.comparisons);
    if (query.all) {
      HW_ASSIGN_OR_RETURN(compares, called("NOT", {compares}, session));
    }
    if (anti) {
      HW_ASSIGN_OR_RETURN(compares, unless_false(compares, session));
    }
    conditions.push_back(std::move(compares));
  }
  return joined(rows, query.plan, anti ? JoinKind::kAnti : JoinKind::kSemi, conditions, query,
                session);
}

/// Joins the number of rows that fulfil the conditions for each choice of the outer columns, where
/// there are any.
Result<BoundExprPtr> join_mark_by_choice(LogicalNodePtr& rows, const LogicalNodePtr& of_clause,
                                         const BoundSubquery& query, Exprs conditions,
                                         BindSession& session) {
  const AggregateFunction& function = *session.context.functions->aggregate("COUNT");
  HW_ASSIGN_OR_RETURN(const ResolvedCall call, resolve_aggregate(function, {}, session.expr));
  NamedAggregate count;
  count.name = "$f0";
  count.call.function = &function;
  count.call.result_type = call.type;
  HW_ASSIGN_OR_RETURN(rows, with_clock_read(rows, session));
  HW_ASSIGN_OR_RETURN(
      const JoinedByChoice joined,
      join_by_choice(rows, of_clause, query.outer, {query.plan, std::move(conditions)},
                     AggregateNode(query.plan, {}, {std::move(count)}), query.position));
  rows = joined.plan;
  return called("IS NOT NULL", {column_of(*rows, joined.first_result)}, session);
}

/// Joins the plan's distinct choices of what the conditions compare, with a mark behind them.
Result<BoundExprPtr> join_mark(LogicalNodePtr& rows, const LogicalNodePtr& of_clause,
                               const BoundSubquery& query, BindSession& session) {
  Exprs conditions = query.conditions;
  conditions.insert(conditions.end(), query.comparisons.begin(), query.comparisons.end());
  if (!are_equalities(conditions)) {
    return join_mark_by_choice(rows, of_clause, query, std::move(conditions), session);
  }
  LogicalNodePtr right = one_if_any(query.plan);
  if (!conditions.empty()) {
    Exprs own;
    std::vector<std::string> names;
    std::vector<int> keys;
    for (BoundExprPtr& condition : conditions) {
      HW_ASSIGN_OR_RETURN(const OuterEquality equality, outer_equality(condition));
      const int key = static_cast<int>(own.size());
      own.push_back(equality.own);
      names.push_back("$f" + std::to_string(key));
      keys.push_back(key);
      condition = condition->with_args(
          {equality.outer, BoundExpr::column(key, own.back()->type(), names.back())});
    }
    right = std::make_shared<ProjectNode>(query.plan, std::move(own), names);
    right = std::make_shared<AggregateNode>(right, keys, std::vector<NamedAggregate>{});
    Exprs marked = columns_of(*right);
    marked.push_back(boolean_literal(true));
    names.push_back("$f" + std::to_string(keys.size()));
    right = std::make_shared<ProjectNode>(right, std::move(marked), std::move(names));
  }
  HW_ASSIGN_OR_RETURN(rows, joined(rows, right, JoinKind::kLeft, conditions, query, session));
  return called("IS NOT NULL", {column_of(*rows, rows->num_columns() - 1)}, session);
}

/// Whether some row fulfils the conditions, of `plan` and of the query: `query` as an EXISTS.
BoundSubquery existence_of(const BoundSubquery& query, LogicalNodePtr plan, Exprs comparisons) {
  BoundSubquery exists = query;
  exists.form = SubqueryForm::kExists;
  exists.all = false;
  exists.plan = std::move(plan);
  exists.comparisons = std::move(comparisons);
  return exists;
}

BoundExprPtr any_of(Exprs tests) {
  if (tests.size() == 1) return tests[0];
  return BoundExpr::special(BoundExpr::Kind::kOr, std::move(tests), SqlType::boolean());
}

/// x = ANY (SELECT y ..) where no y is equal: whether it is NULL. That is so where some y is NULL,
/// or x is and there is any.
Result<BoundExprPtr> join_unsure_equality(LogicalNodePtr& rows, const LogicalNodePtr& of_clause,
                                          const BoundSubquery& query, BindSession& session) {
  HW_ASSIGN_OR_RETURN(const OuterEquality sides, outer_equality(query.comparisons[0]));
  Exprs ways;
  if (sides.own->type().nullable()) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr lacks, called("IS NULL", {sides.own}, session));
    const auto lacking = std::make_shared<FilterNode>(query.plan, std::move(lacks));
    HW_ASSIGN_OR_RETURN(BoundExprPtr some,
                        join_mark(rows, of_clause, existence_of(query, lacking, {}), session));
    ways.push_back(std::move(some));
  }
  if (sides.outer->type().nullable()) {
    HW_ASSIGN_OR_RETURN(const BoundExprPtr any,
                        join_mark(rows, of_clause, existence_of(query, query.plan, {}), session));
    HW_ASSIGN_OR_RETURN(BoundExprPtr lacks,
                        called("IS NULL", {over_join(sides.outer, query, *rows)}, session));
    ways.push_back(BoundExpr::special(BoundExpr::Kind::kAnd, {any, lacks}, SqlType::boolean()));
  }
  return any_of(std::move(ways));
}

/// IN, ANY and ALL with all three answers: a row that compares decides, else one of which that is
/// not known makes it NULL. ALL is NOT ANY of the opposite.
Result<BoundExprPtr> join_comparison(LogicalNodePtr& rows, const LogicalNodePtr& of_clause,
                                     const BoundSubquery& query, bool null_is_false,
                                     BindSession& session) {
  Exprs tests = query.comparisons;
  if (query.all) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr fails, called("NOT", {conjunction(tests)}, session));
    tests = {std::move(fails)};
  }
  const bool one_equality = tests.size() == 1 && are_equalities(tests);
  const auto mark_unsure = [&]() -> Result<BoundExprPtr> {
    if (one_equality) return join_unsure_equality(rows, of_clause, query, session);
    HW_ASSIGN_OR_RETURN(BoundExprPtr might, unless_false(conjunction(tests), session));
    return join_mark(rows, of_clause, existence_of(query, query.plan, {std::move(might)}), session);
  };
  if (query.all && (null_is_false || !query.type.nullable())) {
    HW_ASSIGN_OR_RETURN(const BoundExprPtr unsure, mark_unsure());
    return called("NOT", {unsure}, session);
  }
  HW_ASSIGN_OR_RETURN(const BoundExprPtr decided,
                      join_mark(rows, of_clause, existence_of(query, query.plan, tests), session));
  if (null_is_false || !query.type.nullable()) return decided;
  HW_ASSIGN_OR_RETURN(const BoundExprPtr unsure, mark_unsure());
  return BoundExpr::special(BoundExpr::Kind::kCase,
                            {decided, boolean_literal(!query.all), unsure, null_literal(query.type),
                             boolean_literal(query.all)},
                            query.type);
}

/// Joins one query behind the rows, which begin with those of the clause. Returns its answer over
/// them.
Result<BoundExprPtr> join_value(LogicalNodePtr& rows, const LogicalNodePtr& of_clause,
                                const BoundSubquery& query, bool null_is_false,
                                BindSession& session) {
  if (query.aggregate != nullptr) {
    HW_ASSIGN_OR_RETURN(rows, with_clock_read(rows, session));
    HW_ASSIGN_OR_RETURN(const JoinedByChoice joined,
                        join_by_choice(rows, of_clause, query.outer, {query.plan, query.conditions},
                                       query.aggregate->as<AggregateNode>(), query.position));
    rows = joined.plan;
    return over_columns(query.value, query, joined.first_result)->with_position(query.position);
  }
  if (query.form == SubqueryForm::kValue) {
    const LogicalNodePtr left = rows;
    HW_ASSIGN_OR_RETURN(
        rows, joined(rows, query.plan, JoinKind::kLeft, query.conditions, query, session));
    return over_join(query.value, query, *left)->with_position(query.position);
  }
  if (query.form == SubqueryForm::kCompared) {
    return join_comparison(rows, of_clause, query, null_is_false, session);
  }
  return join_mark(rows, of_clause, query, session);
}

/// Sub-queries whose NULL is as good as FALSE: only AND and OR stand above them.
void find_filtering(const BoundExprPtr& expr, std::set<int>& found) {
  if (is_subquery_column(*expr)) found.insert(expr->column_index());
  if (expr->kind() != BoundExpr::Kind::kAnd && expr->kind() != BoundExpr::Kind::kOr) return;
  for (const BoundExprPtr& arg : expr->args()) find_filtering(arg, found);
}

Result<LogicalNodePtr> with_values(LogicalNodePtr rows, const std::vector<BoundExprPtr*>& exprs,
                                   const std::set<int>& filtering, const SubqueryCollector& queries,
                                   BindSession& session) {
  const LogicalNodePtr of_clause = rows;
  std::map<int, BoundExprPtr> values;
  for (BoundExprPtr* expr : exprs) {
    Status failure;
    *expr = rewrite(*expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
      if (!is_subquery_column(*node)) return nullptr;
      BoundExprPtr& value = values[node->column_index()];
      if (value == nullptr) {
        Result<BoundExprPtr> joined = join_value(rows, of_clause, queries.query_of(*node),
                                                 filtering.contains(node->column_index()), session);
        if (!joined.ok()) {
          if (failure.ok()) failure = joined.status();
          return node;
        }
        value = *joined;
      }
      return value;
    });
    HW_TRY(failure);
  }
  return rows;
}

/// A query alone, or below any number of NOTs.
struct LoneQuery {
  const BoundExpr* column = nullptr;
  bool negated = false;
};

LoneQuery lone_query(const BoundExpr* test) {
  LoneQuery lone;
  while (test->kind() == BoundExpr::Kind::kCall && test->function()->name == "NOT") {
    test = test->args()[0].get();
    lone.negated = !lone.negated;
  }
  if (is_subquery_column(*test)) lone.column = test;
  return lone;
}

/// FROM a, b WHERE ..: the join itself, if the condition makes it one by an interval; else null.
LogicalNodePtr with_interval(const JoinNode& join, const BoundExprPtr& condition) {
  if (join.parts().kind != JoinKind::kInner || join.parts().interval) return nullptr;
  JoinNode::Parts parts = join.parts();
  parts.condition =
      parts.condition == nullptr ? condition : conjunction({parts.condition, condition});
  parts.interval = find_interval(parts.condition, join.left()->columns(), join.right()->columns());
  if (!parts.interval) return nullptr;
  return std::make_shared<JoinNode>(join.left(), join.right(), std::move(parts));
}

}  // namespace

Result<LogicalNodePtr> with_condition(LogicalNodePtr rows, const BoundExprPtr& condition,
                                      const SubqueryCollector& queries, BindSession& session) {
  Exprs plain, with_queries, others;
  for (const BoundExprPtr& test : conjuncts(condition)) {
    (reads_query(test) ? with_queries : plain).push_back(test);
  }
  if (!plain.empty()) rows = std::make_shared<FilterNode>(rows, conjunction(std::move(plain)));
  for (const BoundExprPtr& test : with_queries) {
    const LoneQuery lone = lone_query(test.get());
    if (lone.column == nullptr || queries.query_of(*lone.column).form == SubqueryForm::kValue) {
      others.push_back(test);
      continue;
    }
    HW_ASSIGN_OR_RETURN(rows,
                        semi_joined(rows, queries.query_of(*lone.column), lone.negated, session));
  }
  if (others.empty()) return rows;
  BoundExprPtr rest = conjunction(std::move(others));
  std::set<int> filtering;
  find_filtering(rest, filtering);
  HW_ASSIGN_OR_RETURN(rows, with_values(std::move(rows), {&rest}, filtering, queries, session));
  return std::make_shared<FilterNode>(rows, std::move(rest));
}

Result<LogicalNodePtr> with_subquery_values(LogicalNodePtr rows,
                                            const std::vector<BoundExprPtr*>& exprs,
                                            const SubqueryCollector& queries,
                                            BindSession& session) {
  return with_values(std::move(rows), exprs, {}, queries, session);
}

Result<LogicalNodePtr> filtered_rows(const Relation& rows, const ast::Expr& where,
                                     BindSession& session) {
  ExprBinder binder(session, rows, "WHERE");
  SubqueryCollector queries;
  binder.collect_subqueries(&queries);
  HW_ASSIGN_OR_RETURN(const BoundExprPtr condition, binder.bind_condition(where));
  const auto* join = node_if<JoinNode>(rows.plan);
  if (join != nullptr && queries.queries().empty() && condition->deterministic()) {
    if (LogicalNodePtr interval = with_interval(*join, condition)) return interval;
  }
  return with_condition(rows.plan, condition, queries, session);
}

}  // namespace hw
