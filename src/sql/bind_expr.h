// SPDX-License-Identifier: Apache-2.0
//
// Expressions: names become column numbers of a relation's plan, operators and calls become typed
// function calls, aggregate calls become columns behind the relation's own (see
// bind_aggregate.h).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expr/bound_expr.h"
#include "sql/ast_expr.h"
#include "sql/bind_over.h"
#include "sql/bind_scope.h"
#include "sql/bind_session.h"

namespace hw {

class AggregateCollector;
struct GroupWindow;
class SubqueryCollector;
struct AggregateFunction;

/// A select alias that ORDER BY may use inside expressions.
struct NamedBoundExpr {
  std::string name;
  BoundExprPtr expr;
};

class ExprBinder {
 public:
  /// Requires: the session and the relation outlive the binder.
  ExprBinder(BindSession& session, const Relation& relation, std::string_view clause)
      : session_(session), relation_(relation), clause_(clause) {}

  /// Aggregate calls go there; without it they are an error that names the clause.
  void collect_aggregates(AggregateCollector* aggregates) { aggregates_ = aggregates; }
  /// Queries go there; without it they are an error.
  void collect_subqueries(SubqueryCollector* subqueries) { subqueries_ = subqueries; }
  /// Calls with OVER go there; without it they are an error that names the clause.
  void collect_windows(OverCollector* windows) { windows_ = windows; }
  /// The window of GROUP BY; TUMBLE_START and its kin are of it. May be null.
  void use_group_window(const GroupWindow* window) { group_window_ = window; }
  /// Names that hide columns of the same bare name.
  void use_aliases(const std::vector<NamedBoundExpr>* aliases) { aliases_ = aliases; }

  /// A bare column stays a time attribute; anywhere else a processing time is read as a value.
  Result<BoundExprPtr> bind(const ast::Expr& expr);
  /// As bind(), and a bare processing time becomes a value, too.
  Result<BoundExprPtr> bind_value(const ast::Expr& expr);
  /// Fails (TypeError) unless the expression is BOOLEAN.
  Result<BoundExprPtr> bind_condition(const ast::Expr& expr);

  BindSession& session() { return session_; }

 private:
  Result<BoundExprPtr> bind_any(const ast::Expr& expr);
  Result<BoundExprPtr> bind_column(const ast::ColumnRef& ref);
  Result<BoundExprPtr> bind_operator(const ast::Operator& op);
  Result<BoundExprPtr> bind_logical(const ast::Operator& op);
  Result<BoundExprPtr> bind_cast(const ast::Cast& cast);
  Result<BoundExprPtr> bind_case(const ast::Case& node);
  Result<BoundExprPtr> bind_in(const ast::In& in);
  /// The operand IN (items), or NOT.
  Result<BoundExprPtr> bind_among(const ast::Expr& operand, const std::vector<ast::ExprPtr>& items,
                                  bool negated, SqlPosition position);
  /// Arguments of IN: literals of a long list as arrays (expr/literal_list.h).
  Result<std::vector<BoundExprPtr>> bind_items(const BoundExprPtr& operand,
                                               const std::vector<ast::ExprPtr>& items);
  /// Fails where a value that is no array is compared with one, which IN would take for a list.
  Status check_item(const BoundExprPtr& operand, const BoundExprPtr& item, SqlPosition position);
  Result<BoundExprPtr> bind_quantified(const ast::Quantified& node);
  /// EXISTS (SELECT ..), (SELECT ..)
  Result<BoundExprPtr> bind_subquery(const ast::Subquery& node);
  /// The operand compared with the rows of a query by the function.
  Result<BoundExprPtr> bind_compared(const ast::Expr& operand, std::string_view function, bool all,
                                     const ast::Query& query, SqlPosition position);
  Status check_subquery_place(SqlPosition position) const;
  Result<BoundExprPtr> bind_constructor(const ast::Constructor& node);
  Result<BoundExprPtr> bind_function(const ast::FunctionCall& call);
  Result<BoundExprPtr> bind_aggregate(const ast::FunctionCall& call,
                                      const AggregateFunction& function);
  /// GROUPING, GROUPING_ID, GROUP_ID: known once the grouping sets are.
  Result<BoundExprPtr> bind_grouping(const ast::FunctionCall& call, const std::string& name);
  /// Arguments of an aggregate, then its clauses and sort keys (expr/aggregate_clauses.h).
  Result<std::vector<BoundExprPtr>> bind_aggregate_args(const ast::FunctionCall& call,
                                                        const std::string& name);
  /// JSON_VALUE, JSON_QUERY, JSON_EXISTS: arguments and clauses.
  Result<BoundExprPtr> bind_json_lookup(const ast::FunctionCall& call, std::string_view name);
  /// Arguments of the functions that build JSON, their clauses in front.
  Result<std::vector<BoundExprPtr>> bind_json_values(const ast::FunctionCall& call,
                                                     bool absent_by_default);
  Result<BoundExprPtr> bind_over(const ast::FunctionCall& call, const std::string& name);
  Status bind_over_parts(const ast::FunctionCall& written, const std::string& name,
                         OverCollector::Call& call);
  Result<std::vector<OverCollector::Order>> bind_over_order(const ast::WindowSpec& window);
  Result<std::vector<BoundExprPtr>> bind_args(const std::vector<ast::ExprPtr>& args);
  /// The function of that name over bound arguments, with the position on result and error.
  Result<BoundExprPtr> call(std::string_view name, std::vector<BoundExprPtr> args,
                            SqlPosition position);
  Result<BoundExprPtr> negate(BoundExprPtr expr, SqlPosition position);
  Result<BoundExprPtr> field_of(BoundExprPtr base, const ast::Identifier& field);
  /// The clock in place of processing-time columns.
  Result<BoundExprPtr> read_processing_time(const BoundExprPtr& expr);

  BindSession& session_;
  const Relation& relation_;
  const std::string_view clause_;
  AggregateCollector* aggregates_ = nullptr;
  SubqueryCollector* subqueries_ = nullptr;
  OverCollector* windows_ = nullptr;
  const GroupWindow* group_window_ = nullptr;
  const std::vector<NamedBoundExpr>* aliases_ = nullptr;
  bool in_aggregate_ = false;
  bool in_window_ = false;
};

/// The last part of a function's name in upper case.
std::string function_name(const ast::FunctionCall& call);

/// The processing time as a value, no longer a time attribute.
Result<BoundExprPtr> read_clock(BindSession& session);

/// True when the expression, without its sub-queries, calls an aggregate function.
bool has_aggregate(const ast::ExprPtr& expr, const FunctionCatalogue& functions);

}  // namespace hw
