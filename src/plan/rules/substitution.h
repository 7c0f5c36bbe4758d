// SPDX-License-Identifier: Apache-2.0
//
// When an expression over a projection may be written over the projection's input instead.

#pragma once

#include <vector>

#include "expr/bound_expr.h"

namespace hw {

/// True when each of `below` that computes something is read at most once by all of `above`
/// together, or is small enough to be copied (an evaluator computes equal parts once), and one
/// that is not deterministic is only passed on. Keeps chains of projections from growing
/// exponentially.
bool may_substitute(const std::vector<BoundExprPtr>& above, const std::vector<BoundExprPtr>& below);

}  // namespace hw
