// SPDX-License-Identifier: Apache-2.0
//
// Expressions of one row. The bound tree is walked as it stands: nothing is folded, shared or put
// in another order; the later arguments of AND, OR, CASE and COALESCE are evaluated only where they
// are needed. Functions have bodies of their own here, one file a family (functions.h).

#pragma once

#include "base/status.h"
#include "expr/bound_expr.h"
#include "reference/value.h"

namespace hw::reference {

/// Fails (NotImplemented) for what the reference does not know, and as SQL does (division by zero).
Result<Value> evaluate(const BoundExpr& expr, const Row& row);
/// TRUE only: not FALSE and not NULL.
Result<bool> holds(const BoundExpr& condition, const Row& row);
Result<Row> evaluate_all(const std::vector<BoundExprPtr>& exprs, const Row& row);

/// CAST, or TRY_CAST where `lenient`. NULL stays NULL.
Result<Value> cast(const Value& value, const SqlType& from, const SqlType& to, bool lenient);

}  // namespace hw::reference
