// SPDX-License-Identifier: Apache-2.0
//
// What a filter says of columns, `event_type = 2`, and expressions over rows that pass it: a CASE
// over such a column is one of its branches.

#pragma once

#include <map>
#include <vector>

#include "expr/bound_expr.h"
#include "expr/scalar_function.h"

namespace hw {

/// Integer columns that equal a literal wherever `condition`, which may be null, is TRUE: by the
/// numbers `columns` of those that the condition reads.
std::map<int, BoundExprPtr> known_values(const BoundExprPtr& condition,
                                         const std::vector<int>& columns);

/// `expr` with these values for its columns, folded.
BoundExprPtr with_known_values(const BoundExprPtr& expr, const std::map<int, BoundExprPtr>& known,
                               const ExprSession& session);

/// True for a column and a field of one, which cost nothing.
bool only_moves(const BoundExpr& expr);

}  // namespace hw
