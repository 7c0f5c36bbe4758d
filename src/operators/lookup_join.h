// SPDX-License-Identifier: Apache-2.0
//
// Puts beside each row the rows of a table that are found under its key at that moment. Keeps
// nothing. Kinds go out as they came; an update one of whose halves finds several rows becomes
// deletes and inserts.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "expr/bound_expr.h"
#include "expr/scalar_function.h"
#include "operators/regular_join.h"
#include "runtime/lookup.h"

namespace hw {

class Operator;

struct LookupJoinSpec {
  /// kInner, or kLeft: a row that finds nothing goes out padded with NULLs.
  JoinKind kind = JoinKind::kInner;
  SchemaPtr input;
  /// Columns of the input whose values are looked up.
  std::vector<int> keys;
  /// Makes what finds rows; called once an instance.
  LookupReaderFactory reader;
  /// Columns of what is found.
  SchemaPtr found;
  /// Further condition over the input's columns followed by those found, or null. Deterministic.
  BoundExprPtr residual;
  /// The input's columns followed by those found.
  SchemaPtr output;
  ExprSession session;
};

/// Makes the operator: one input (in any place), one output.
/// Fails when the residual is not BOOLEAN.
Result<std::unique_ptr<Operator>> make_lookup_join(LookupJoinSpec spec);

}  // namespace hw
