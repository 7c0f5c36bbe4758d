// SPDX-License-Identifier: Apache-2.0
//
// Literals as written become typed constants.

#pragma once

#include "expr/bound_expr.h"
#include "sql/ast_expr.h"

namespace hw {

Result<BoundExprPtr> bind_literal(const ast::Literal& literal);

/// INTERVAL literals: months or milliseconds.
Result<BoundExprPtr> bind_interval(const ast::IntervalLiteral& literal);

}  // namespace hw
