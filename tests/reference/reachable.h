// SPDX-License-Identifier: Apache-2.0
//
// What an expression reads. A part that is never reached reads nothing: a branch of CASE whose
// condition is FALSE whatever the row, what stands behind a FALSE in AND.

#pragma once

#include <set>

#include "expr/bound_expr.h"

namespace hw::reference {

std::set<int> columns_reached(const BoundExpr& expr);

}  // namespace hw::reference
