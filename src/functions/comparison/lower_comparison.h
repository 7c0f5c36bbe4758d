// SPDX-License-Identifier: Apache-2.0
//
// `LOWER(x) = 'apple'` and `LOWER(x) IN ('apple', 'google')` in one step: no text is written in
// lower case before it is compared.

#pragma once

#include "expr/bound_expr.h"

namespace hw {

/// Equal expressions for a call of = or IN(value, set), or null where it is not about LOWER and
/// literals.
BoundExprPtr fuse_lower_equality(const BoundExpr& equality);
BoundExprPtr fuse_lower_lookup(const BoundExpr& lookup);

}  // namespace hw
