// SPDX-License-Identifier: Apache-2.0
//
// Joins rows of two inputs that lie in the same window: both carry window_start and window_end, and
// both are among the keys. Inputs are 0 = left, 1 = right, both insert-only, and so is the output.
// Rows wait until the watermark (processing time: the clock) reaches the end of their window; then
// all of its pairs go out, and rows of an outer side without a partner (ANTI: left rows without
// one), and the window is forgotten. A row of a window that has closed is late: dropped and counted
// in `late_rows_dropped`. NULL in a key matches nothing.
//
// Streams only: in batch mode a regular join by the same keys does it.

#pragma once

#include <memory>

#include "operators/regular_join.h"
#include "operators/window.h"

namespace hw {

struct WindowJoinSpec {
  JoinKind kind = JoinKind::kInner;
  /// The window columns are among the keys.
  JoinSide left;
  JoinSide right;
  /// Says when windows close; its columns are not read.
  WindowSpec window;
  /// Columns of each side that hold window_end, TIMESTAMP(3).
  int left_end = -1;
  int right_end = -1;
  /// Further condition over the left's columns followed by the right's, or null. Deterministic.
  BoundExprPtr residual;
  /// The left's columns followed by the right's (SEMI, ANTI: the left's).
  SchemaPtr output;
  ExprSession session;
};

/// Makes the operator: two inputs (hashed by their keys), one output.
/// Requires: neither side retracts. Fails when the residual is not BOOLEAN.
Result<std::unique_ptr<Operator>> make_window_join(WindowJoinSpec spec);

}  // namespace hw
