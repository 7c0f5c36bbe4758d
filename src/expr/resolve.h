// SPDX-License-Identifier: Apache-2.0
//
// From "this function, these arguments" to a typed call: picks the signature, inserts the implicit
// casts, computes the result type.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/aggregate_function.h"
#include "expr/bound_expr.h"
#include "expr/scalar_function.h"

namespace hw {

struct ResolvedCall {
  std::vector<BoundExprPtr> args;
  SqlType type;
};

/// Fails (TypeError) when no signature fits, naming function, given types and what is supported.
Result<ResolvedCall> resolve_call(const ScalarFunction& function, std::vector<BoundExprPtr> args,
                                  const ExprSession& session);
Result<ResolvedCall> resolve_aggregate(const AggregateFunction& function,
                                       std::vector<BoundExprPtr> args, const ExprSession& session);

/// Resolves and builds the expression: a call, or what the function is rewritten to (IF → CASE).
Result<BoundExprPtr> bind_call(const ScalarFunction& function, std::vector<BoundExprPtr> args,
                               const ExprSession& session);

/// CAST unless the type is already `type` but for nullability; the argument's nullability stays.
BoundExprPtr cast_if_needed(BoundExprPtr expr, const SqlType& type);

/// The arguments' common type, nullable if one of them is, and the arguments cast to it: CASE,
/// COALESCE, VALUES, IN.
struct Unified {
  std::vector<BoundExprPtr> args;
  SqlType type;
};
Result<Unified> unify(std::vector<BoundExprPtr> args);

/// `(INT, STRING NOT NULL)` without the NOT NULLs, for error messages.
std::string type_list(std::span<const SqlType> types);

}  // namespace hw
