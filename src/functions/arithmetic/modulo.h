// SPDX-License-Identifier: Apache-2.0
//
// The remainder of machine numbers, and the test for 0 of it.

#pragma once

#include <memory>

#include "expr/bound_expr.h"
#include "expr/scalar_function.h"

namespace hw {

/// Integers of any two widths (the result has the divisor's), or two equal floating-point types.
Result<std::unique_ptr<ScalarKernel>> make_modulo(const CallBinding& binding);

/// For `x % 123 = 0`, in either order, an expression that computes no remainder; else null.
BoundExprPtr fuse_divisibility(const BoundExpr& equality);

}  // namespace hw
