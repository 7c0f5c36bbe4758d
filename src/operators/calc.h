// SPDX-License-Identifier: Apache-2.0
//
// Filters and projects in one pass: keeps the rows whose condition is TRUE (FALSE and NULL drop a
// row), then computes the output columns for these only. Row kinds pass unchanged, so one half of
// an update may go on alone where the condition tells its halves apart. No state.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "expr/bound_expr.h"
#include "expr/scalar_function.h"

namespace hw {

class Operator;

struct CalcSpec {
  /// BOOLEAN over the input's columns; null keeps every row.
  BoundExprPtr condition;
  /// One expression over the input's columns for each output column.
  std::vector<BoundExprPtr> projections;
  /// Names and types of the output; a type may be nullable where its expression is not.
  SchemaPtr schema;
  ExprSession session;
};

/// Makes the operator: one input, one output, dense batches.
/// Fails when the condition is not BOOLEAN or a projection's type is not its column's (TypeError),
/// or when an expression cannot be compiled (a broken pattern).
Result<std::unique_ptr<Operator>> make_calc(CalcSpec spec);

}  // namespace hw
