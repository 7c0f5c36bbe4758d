// SPDX-License-Identifier: Apache-2.0
//
// Function calls: which function is meant, and which parts of the call it takes.

#include <array>
#include <string>
#include <utility>

#include "base/letters.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "plan/catalog/near_names.h"
#include "sql/ast.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_expr.h"
#include "sql/bind_group_window.h"
#include "sql/bind_user_function.h"
#include "sql/known_functions.h"

namespace hw {
namespace {

/// What a call carries beside its arguments and no function that is built takes.
Status check_clauses(const ast::FunctionCall& call, const std::string& name) {
  if (call.over != nullptr) {
    return at(call.position, Status::Invalid("OVER belongs to aggregate and window functions, but ",
                                             name, " is none"));
  }
  const bool lists = name == "LISTAGG" || name == "ARRAY_AGG" || name == "JSON_ARRAYAGG";
  if (!call.order_by.empty() && !lists) {
    return not_supported_yet("ORDER BY in " + name, call.position);
  }
  if (!call.within_group.empty() && name != "LISTAGG") {
    return not_supported_yet("WITHIN GROUP of " + name, call.position);
  }
  const bool ignores = call.null_treatment == ast::NullTreatment::kIgnore;
  const bool always_ignores = name == "FIRST_VALUE" || name == "LAST_VALUE";
  const bool takes_treatment = name == "ARRAY_AGG" || (always_ignores && ignores);
  if (call.null_treatment != ast::NullTreatment::kDefault && !takes_treatment) {
    return not_supported_yet(std::string(ignores ? "IGNORE" : "RESPECT") + " NULLS of " + name,
                             call.position);
  }
  if (call.semantics != ast::MatchSemantics::kDefault) {
    return not_supported_yet("RUNNING and FINAL", call.position);
  }
  for (const ast::ExprPtr& arg : call.args) {
    if (arg->kind == ast::ExprKind::kNamedArgument) {
      return not_supported_yet("named arguments of " + name, arg->position);
    }
  }
  return Status::OK();
}

/// FILTER and DISTINCT, which scalar functions do not take.
Status check_not_aggregated(const ast::FunctionCall& call, const std::string& name) {
  if (call.filter == nullptr && call.quantifier != ast::SetQuantifier::kDistinct) {
    return Status::OK();
  }
  return at(call.position,
            Status::Invalid(call.filter != nullptr ? "FILTER" : "DISTINCT",
                            " belongs to aggregate functions, but ", name, " is none"));
}

bool is_count_star(const ast::FunctionCall& call) {
  return call.args.size() == 1 && call.args[0]->kind == ast::ExprKind::kStar;
}

/// Fails (KeyError) naming what is near.
Status unknown_function(const ast::FunctionCall& call, const BindSession& session) {
  std::string hint;
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> users_names, user_function_names(session));
  std::string users_hint = did_you_mean(call.name.last().text, users_names);
  if (!users_hint.empty()) {
    return at(call.position,
              Status::KeyError("there is no function '", call.name.last().text, "'", users_hint));
  }
  for (const std::string& near : session.context.functions->near(function_name(call))) {
    hint += (hint.empty() ? "; did you mean '" : " or '") + near + "'";
  }
  return at(call.position, Status::KeyError("there is no function '", call.name.last().text, "'",
                                            hint.empty() ? hint : hint + "?"));
}

}  // namespace

std::string function_name(const ast::FunctionCall& call) {
  return upper_case(call.name.last().text);
}

Result<BoundExprPtr> ExprBinder::bind_function(const ast::FunctionCall& call) {
  const std::string name = function_name(call);
  const FunctionCatalogue& functions = *session_.context.functions;
  const bool built_in = functions.aggregate(name) != nullptr || functions.scalar(name) != nullptr;
  HW_ASSIGN_OR_RETURN(const FunctionPtr users, find_user_function(call.name, built_in, session_));
  if (users != nullptr) {
    HW_TRY(check_clauses(call, name));
    HW_TRY(check_not_aggregated(call, name));
    HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> args, bind_args(call.args));
    return expand_user_function(*users, std::move(args), call.position, session_);
  }
  if (call.name.parts.size() > 1) {
    return at(call.position, Status::KeyError("there is no function '", dotted(call.name), "'"));
  }
  if (name == "GROUPING" || name == "GROUPING_ID" || name == "GROUP_ID") {
    return bind_grouping(call, name);
  }
  OverFunction window = OverFunction::kAggregate;
  const bool windowed = is_over_function(name, &window);
  if (call.over != nullptr && (windowed || functions.aggregate(name) != nullptr)) {
    return bind_over(call, name);
  }
  if (windowed && functions.aggregate(name) == nullptr) {
    return at(call.position, Status::Invalid(name, " needs OVER (..)"));
  }
  if (const AggregateFunction* aggregate = functions.aggregate(name)) {
    HW_TRY(check_clauses(call, name));
    return bind_aggregate(call, *aggregate);
  }
  const ScalarFunction* scalar = functions.scalar(name);
  if (scalar == nullptr) {
    if (is_group_window_part(name)) {
      return bind_group_window_part(call, group_window_, relation_, session_);
    }
    if (is_group_window(call)) {
      return at(call.position,
                Status::Invalid(name, " stands in GROUP BY as it is, or in FROM; write ", name,
                                "_START(..) or ", name, "_END(..) for its borders"));
    }
    if (is_known_function(name)) return not_supported_yet("function " + name, call.position);
    return unknown_function(call, session_);
  }
  HW_TRY(check_clauses(call, name));
  HW_TRY(check_not_aggregated(call, name));
  if (name == "JSON_VALUE" || name == "JSON_QUERY" || name == "JSON_EXISTS") {
    return bind_json_lookup(call, name);
  }
  if (name == "JSON_OBJECT" || name == "JSON_ARRAY") {
    HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> values,
                        bind_json_values(call, name == "JSON_ARRAY"));
    return this->call(name, std::move(values), call.position);
  }
  if (name == "JSON") {
    return at(call.position, Status::Invalid("JSON(text) stands only as a value inside of "
                                             "JSON_OBJECT and JSON_ARRAY"));
  }
  if (name == "CURRENT_DATABASE" && call.args.empty()) {
    return bytes_literal(session_.context.catalog->current_database(), SqlType::string())
        ->with_position(call.position);
  }
  HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> args, bind_args(call.args));
  return this->call(name, std::move(args), call.position);
}

Result<BoundExprPtr> ExprBinder::bind_grouping(const ast::FunctionCall& call,
                                               const std::string& name) {
  HW_TRY(check_clauses(call, name));
  if (aggregates_ == nullptr || in_aggregate_) {
    return at(
        call.position,
        Status::Invalid(name, " stands in SELECT, HAVING and ORDER BY of a query that groups"));
  }
  if (call.args.empty() != (name == "GROUP_ID")) {
    return at(call.position,
              Status::Invalid(name == "GROUP_ID" ? "GROUP_ID takes no arguments"
                                                 : name + " takes expressions of GROUP BY"));
  }
  AggregateCollector::Call collected;
  collected.type = SqlType::bigint().not_null();
  HW_ASSIGN_OR_RETURN(collected.args, bind_args(call.args));
  if (collected.args.size() > 62) {
    return at(call.position, Status::Invalid(name, " takes at most 62 expressions"));
  }
  return aggregates_->add(std::move(collected))->with_position(call.position);
}

Result<BoundExprPtr> ExprBinder::bind_aggregate(const ast::FunctionCall& call,
                                                const AggregateFunction& function) {
  if (in_aggregate_) {
    return at(call.position, Status::Invalid("aggregate functions do not nest: ", function.name,
                                             " is inside another one; aggregate in a sub-query "
                                             "first"));
  }
  if (aggregates_ == nullptr) {
    const bool where = clause_ == "WHERE";
    return at(call.position, Status::Invalid("an aggregate function cannot be used in ", clause_,
                                             ", but ", function.name, " is one",
                                             where ? "; write the condition in HAVING" : ""));
  }
  AggregateCollector::Call collected;
  collected.function = &function;
  collected.distinct = call.quantifier == ast::SetQuantifier::kDistinct;
  in_aggregate_ = true;
  Status status = [&]() -> Status {
    std::vector<BoundExprPtr> args;
    if (!is_count_star(call)) {
      HW_ASSIGN_OR_RETURN(args, bind_aggregate_args(call, function.name));
      for (BoundExprPtr& arg : args) {
        HW_ASSIGN_OR_RETURN(arg, read_processing_time(arg));
      }
    } else if (function.name != "COUNT") {
      return Status::Invalid("only COUNT takes *, but this is ", function.name);
    }
    if (call.filter != nullptr) {
      ExprBinder filter(session_, relation_, "FILTER");
      HW_ASSIGN_OR_RETURN(collected.filter, filter.bind_condition(*call.filter));
    }
    HW_ASSIGN_OR_RETURN(ResolvedCall resolved,
                        resolve_aggregate(function, std::move(args), session_.expr));
    collected.args = std::move(resolved.args);
    collected.type = std::move(resolved.type);
    return Status::OK();
  }();
  in_aggregate_ = false;
  if (!status.ok()) return at(call.position, status);
  return aggregates_->add(std::move(collected))->with_position(call.position);
}

bool has_aggregate(const ast::ExprPtr& expr, const FunctionCatalogue& functions) {
  if (const auto* call = ast::expr_if<ast::FunctionCall>(expr)) {
    if (call->over == nullptr && call->name.parts.size() == 1 &&
        functions.aggregate(call->name.parts[0].text) != nullptr) {
      return true;
    }
  }
  bool found = false;
  ast::for_each_child(
      *expr, [&](const ast::ExprPtr& child) { found = found || has_aggregate(child, functions); });
  return found;
}

}  // namespace hw
