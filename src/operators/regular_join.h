// SPDX-License-Identifier: Apache-2.0
//
// Joins everything that ever arrived on its two inputs: 0 = left, 1 = right. Streaming keeps both
// sides and emits a change for each match that appears or goes; a row of an outer side without a
// match is shown once padded with NULLs, taken back (-D) when its first match arrives and shown
// again when its last one leaves. Inner joins pass the kind of the row that arrived; outer joins
// emit +I and -D only. Batch mode reads the build side first (right; for RIGHT the left one), then
// streams the other past it.
//
// NULL in a key matches nothing, or NULL where the spec says so. Without keys every pair is tried
// (the planner warns).
//
// With a time to live a row of that side is forgotten, without a word, so long after it came or,
// where it is shown without a match, its matches last changed. A row that is taken back after that
// takes back what it would be joined with now.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "expr/bound_expr.h"
#include "expr/scalar_function.h"

namespace hw {

class Operator;

enum class JoinKind : uint8_t {
  kInner,
  kLeft,
  kRight,
  kFull,
  kSemi,  // left rows with a match; output has left columns only
  kAnti,  // left rows without a match; output has left columns only
};

struct JoinSide {
  SchemaPtr schema;
  /// Columns of this side; the n-th key of the left meets the n-th of the right, of equal type.
  std::vector<int> keys;
  /// May hold -U or -D.
  bool retracts = false;
  /// A unique key of this side's rows, empty if none is known: within one join key a +I or +U
  /// never comes before the old row of the same unique key has gone. Where rows are taken back they
  /// are kept by it (see join_state_form). With `upserts` no -U comes.
  std::vector<int> unique_key;
  bool upserts = false;
  /// How long a row is kept, ms of processing time; 0 = for ever. Regular joins, streaming only.
  int64_t state_ttl_ms = 0;
};

/// How a side of a regular join of a stream is kept.
enum class JoinStateForm : uint8_t {
  kRows,        // any number of equal rows per join key, found by all their columns
  kRowPerKey,   // one per join key: the unique key is part of it
  kByUniqueKey  // per join key, found by the unique key
};
JoinStateForm join_state_form(const JoinSide& side, bool null_aware);

struct RegularJoinSpec {
  JoinKind kind = JoinKind::kInner;
  JoinSide left;
  JoinSide right;
  bool nulls_equal = false;
  /// ANTI with one key: NULL on either side may be equal to anything, so it counts as a match: NOT
  /// IN. All rows are in one place.
  bool null_aware = false;
  /// Further condition over the left's columns followed by the right's, or null. Deterministic.
  BoundExprPtr residual;
  /// Which of the left's columns followed by the right's go out, in order. SEMI, ANTI: left only.
  std::vector<int> output_columns;
  SchemaPtr output;
  ExprSession session;
};

/// Makes the operator: two inputs (hashed by their keys), one output.
/// Fails when a side upserts (not supported yet) or the residual is not BOOLEAN.
Result<std::unique_ptr<Operator>> make_regular_join(RegularJoinSpec spec);

}  // namespace hw
