// SPDX-License-Identifier: Apache-2.0

#include "expr/resolve.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "expr/cast.h"
#include "expr/evaluator.h"
#include "expr/signature.h"

namespace hw {
namespace {

/// What scalar functions and aggregates have in common here.
struct Callable {
  const std::string& name;
  const std::vector<std::string>& signatures;
  const TypeInference& infer;
  const ArgumentCoercion& coerce;
  Nulls nulls;
};

bool any_nullable(const std::vector<BoundExprPtr>& args) {
  return std::any_of(args.begin(), args.end(),
                     [](const BoundExprPtr& arg) { return arg->type().nullable(); });
}

CallBinding binding_of(const std::vector<BoundExprPtr>& args, const ExprSession& session) {
  CallBinding binding;
  binding.session = &session;
  for (const BoundExprPtr& arg : args) {
    binding.arg_types.push_back(arg->type());
    binding.literals.push_back(arg->is_literal() ? arg->literal_value() : nullptr);
  }
  return binding;
}

Status no_signature(const Callable& function, const CallBinding& binding) {
  std::string supported;
  for (const std::string& signature : function.signatures) {
    if (!supported.empty()) supported += ", ";
    supported += function.name + signature.substr(0, signature.find(" ->"));
  }
  return Status::TypeError("no form of ", function.name, " takes ", type_list(binding.arg_types),
                           "; supported: ", supported, "; use CAST to convert an argument");
}

Result<Signature::Match> match(const Callable& function, const CallBinding& binding) {
  std::optional<Signature::Match> best;
  for (const std::string& text : function.signatures) {
    HW_ASSIGN_OR_RETURN(const Signature signature, Signature::parse(text));
    std::optional<Signature::Match> found = signature.match(binding.arg_types);
    if (!found || (best && best->cost <= found->cost)) continue;
    best = std::move(found);
    bool nullable = function.nulls != Nulls::kHandled || !signature.result_not_null;
    if (function.nulls == Nulls::kPropagate) {
      nullable = std::any_of(binding.arg_types.begin(), binding.arg_types.end(),
                             [](const SqlType& type) { return type.nullable(); });
    }
    best->result = best->result.with_nullable(nullable);
  }
  if (!best) return no_signature(function, binding);
  return std::move(*best);
}

Result<ResolvedCall> resolve(const Callable& function, std::vector<BoundExprPtr> args,
                             const ExprSession& session) {
  for (BoundExprPtr& arg : args) {
    if (!arg->reads_columns() && !arg->is_literal()) arg = fold_constants(arg, session);
  }
  CallBinding binding = binding_of(args, session);
  std::vector<SqlType> targets;
  SqlType result;
  if (function.coerce) {
    HW_ASSIGN_OR_RETURN(targets, function.coerce(binding));
  } else {
    HW_ASSIGN_OR_RETURN(Signature::Match found, match(function, binding));
    targets = std::move(found.arg_types);
    result = std::move(found.result);
  }
  if (targets.size() != args.size()) return no_signature(function, binding);
  for (size_t i = 0; i < args.size(); ++i) {
    BoundExprPtr cast = cast_if_needed(args[i], targets[i]);
    args[i] = cast->reads_columns() ? std::move(cast) : fold_constants(cast, session);
  }
  if (function.infer) {
    HW_ASSIGN_OR_RETURN(result, function.infer(binding_of(args, session)));
    if (function.nulls == Nulls::kPropagate) result = result.with_nullable(any_nullable(args));
    if (function.nulls == Nulls::kNullable) result = result.with_nullable(true);
  } else if (function.coerce) {
    HW_ASSIGN_OR_RETURN(Signature signature, Signature::parse(function.signatures[0]));
    result = signature.result.type.with_nullable(function.nulls == Nulls::kPropagate
                                                     ? any_nullable(args)
                                                     : function.nulls == Nulls::kNullable ||
                                                           !signature.result_not_null);
  }
  return ResolvedCall{std::move(args), std::move(result)};
}

}  // namespace

std::string type_list(std::span<const SqlType> types) {
  std::string text = "(";
  for (const SqlType& type : types) {
    if (text.size() > 1) text += ", ";
    text += type.is(TypeKind::kNull) ? "NULL" : type.to_sql_without_null();
  }
  return text + ")";
}

Result<ResolvedCall> resolve_call(const ScalarFunction& function, std::vector<BoundExprPtr> args,
                                  const ExprSession& session) {
  return resolve(
      {function.name, function.signatures, function.infer, function.coerce, function.nulls},
      std::move(args), session);
}

Result<ResolvedCall> resolve_aggregate(const AggregateFunction& function,
                                       std::vector<BoundExprPtr> args, const ExprSession& session) {
  return resolve(
      {function.name, function.signatures, function.infer, function.coerce, Nulls::kHandled},
      std::move(args), session);
}

Result<BoundExprPtr> bind_call(const ScalarFunction& function, std::vector<BoundExprPtr> args,
                               const ExprSession& session) {
  HW_ASSIGN_OR_RETURN(ResolvedCall call, resolve_call(function, std::move(args), session));
  if (function.rewrite) return function.rewrite(std::move(call.args), call.type, session);
  return BoundExpr::call(&function, std::move(call.args), std::move(call.type));
}

BoundExprPtr cast_if_needed(BoundExprPtr expr, const SqlType& type) {
  if (expr->type().equals_ignoring_null(type) || type.is(TypeKind::kNull)) return expr;
  const SqlPosition position = expr->position();
  const SqlType target = type.with_nullable(expr->type().nullable());
  return BoundExpr::cast(std::move(expr), target)->with_position(position);
}

Result<Unified> unify(std::vector<BoundExprPtr> args) {
  std::vector<SqlType> types;
  types.reserve(args.size());
  for (const BoundExprPtr& arg : args) types.push_back(arg->type());
  HW_ASSIGN_OR_RETURN(SqlType common, common_type(types));
  common = common.with_nullable(any_nullable(args));
  for (BoundExprPtr& arg : args) arg = cast_if_needed(std::move(arg), common);
  return Unified{std::move(args), std::move(common)};
}

}  // namespace hw
