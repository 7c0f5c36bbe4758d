// SPDX-License-Identifier: Apache-2.0
//
// Joins rows whose times lie near each other: lower <= left time - right time <= upper. Inputs are
// 0 = left, 1 = right, both insert-only, and so is the output. A row is kept until no partner can
// come any more that is not late; then a row of an outer side that met none is shown padded with
// NULLs (ANTI: is shown). A late row meets what is still kept. A row with NULL as its time or in a
// key meets nothing.
//
// Event time: the watermark says when a row goes. The output's watermark is the input's less the
// larger bound, since a kept row may still go out. Processing time: the clock says it.
//
// Streams only: in batch mode a regular join with the bounds in its condition does it.

#pragma once

#include <memory>
#include <vector>

#include "operators/regular_join.h"

namespace hw {

struct IntervalBounds {
  /// Columns of each side, TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p <= 3.
  int left_time = -1;
  int right_time = -1;
  /// Of left time - right time, inclusive.
  int64_t lower_ms = 0;
  int64_t upper_ms = 0;
  bool event_time = true;
  bool operator==(const IntervalBounds&) const = default;
};

struct IntervalJoinSpec {
  JoinKind kind = JoinKind::kInner;
  JoinSide left;
  JoinSide right;
  IntervalBounds bounds;
  /// Further condition over the left's columns followed by the right's, or null. Deterministic.
  BoundExprPtr residual;
  /// The left's columns followed by the right's (SEMI, ANTI: the left's).
  SchemaPtr output;
  ExprSession session;
};

/// Makes the operator: two inputs (hashed by their keys), one output.
/// Fails when a side retracts, naming the rule, and when the residual is not BOOLEAN.
Result<std::unique_ptr<Operator>> make_interval_join(IntervalJoinSpec spec);

}  // namespace hw
