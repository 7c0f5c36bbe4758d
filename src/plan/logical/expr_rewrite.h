// SPDX-License-Identifier: Apache-2.0
//
// Rebuilding bound expressions from the top down.

#pragma once

#include <functional>

#include "expr/bound_expr.h"

namespace hw {

/// Called for a node before its arguments: a result that is not null stands in its place.
using ExprReplacement = std::function<BoundExprPtr(const BoundExprPtr&)>;

/// Returns `expr` with the replacements made; the same pointer when there is none.
BoundExprPtr rewrite(const BoundExprPtr& expr, const ExprReplacement& replace);

/// Calls `visit` for every node, parents first.
void for_each_node(const BoundExprPtr& expr, const std::function<void(const BoundExprPtr&)>& visit);

}  // namespace hw
