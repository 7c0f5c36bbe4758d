// SPDX-License-Identifier: Apache-2.0
//
// Joins each row of the left input with the version of its key that was valid at the row's time:
// FOR SYSTEM_TIME AS OF. Inputs: 0 = left, rows that are only inserted; 1 = right, a versioned
// table: a row is its key's version from its time on, until the next one; -D ends a version, -U
// says nothing that the row behind it does not. Of versions of one time the last to come counts.
//
// A left row waits until the watermark of both inputs has reached its time; then no version for it
// can come that is not late. Rows go out in the order of their times, insert-only. A left row at
// or below the watermark is dropped and counted in `late_rows_dropped`. A version is kept as long
// as a row may come that needs it: the newest at the watermark, and all behind it.

#pragma once

#include <memory>

#include "operators/regular_join.h"

namespace hw {

/// Columns of each side, TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p <= 3.
struct VersionTimes {
  int left_time = -1;
  int right_time = -1;
  bool operator==(const VersionTimes&) const = default;
};

struct TemporalJoinSpec {
  /// kInner, or kLeft: a row without a version goes out padded with NULLs.
  JoinKind kind = JoinKind::kInner;
  JoinSide left;
  JoinSide right;
  VersionTimes times;
  /// Further condition over the left's columns followed by the right's, or null. Deterministic.
  BoundExprPtr residual;
  /// The left's columns followed by the right's.
  SchemaPtr output;
  ExprSession session;
};

/// Makes the operator: two inputs (hashed by their keys), one output.
/// Fails when the left side retracts, and when the residual is not BOOLEAN.
Result<std::unique_ptr<Operator>> make_temporal_join(TemporalJoinSpec spec);

}  // namespace hw
