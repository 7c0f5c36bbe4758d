// SPDX-License-Identifier: Apache-2.0
//
// One function of an OVER window, as the planner hands it to the operators: what is computed, over
// which columns, and which rows around the row at hand it sees (the frame). Plain data.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "operators/aggregate_call.h"

namespace hw {

enum class OverFunction : uint8_t {
  kAggregate,  // over the frame
  // Ranks: they see the whole partition.
  kRowNumber,
  kRank,
  kDenseRank,
  kNtile,
  kCumeDist,
  kPercentRank,
  // A row at a distance.
  kLag,
  kLead,
  // A row of the frame.
  kFirstValue,
  kLastValue,
  kNthValue,
};

enum class FrameEdge : uint8_t {
  kUnboundedPreceding,
  kPreceding,
  kCurrentRow,
  kFollowing,
  kUnboundedFollowing,
};

struct FrameBound {
  FrameEdge edge = FrameEdge::kUnboundedPreceding;
  /// kPreceding, kFollowing. ROWS: a number of rows; RANGE: a distance in the units in which the
  /// ORDER BY column is stored, in `real` where that is FLOAT or DOUBLE. Requires: >= 0.
  int64_t distance = 0;
  double real = 0;
  /// The distance as written, for EXPLAIN.
  std::string text;
  bool operator==(const FrameBound&) const = default;
};

struct OverFrame {
  /// ROWS; else RANGE, where rows of equal order belong together.
  bool rows = false;
  FrameBound start;
  FrameBound end = {FrameEdge::kCurrentRow, 0, 0, {}};
  bool operator==(const OverFrame&) const = default;

  bool starts_unbounded() const { return start.edge == FrameEdge::kUnboundedPreceding; }
  bool ends_unbounded() const { return end.edge == FrameEdge::kUnboundedFollowing; }
  /// RANGE with a distance: reads the values of the only ORDER BY column.
  bool by_distance() const;
};

/// `ROWS BETWEEN 2 PRECEDING AND CURRENT ROW`
std::string to_text(const OverFrame& frame);

struct OverCall {
  OverFunction function = OverFunction::kRowNumber;
  /// kAggregate; its result_type is that of every call.
  AggregateCall aggregate;
  /// kLag, kLead, kFirstValue, kLastValue, kNthValue: input column of the value.
  int value = -1;
  /// kLag, kLead: input column of what stands where there is no row; -1 = NULL.
  int otherwise = -1;
  /// kLag, kLead: the distance. kNtile: the number of buckets. kNthValue: which, from 1 on.
  int64_t n = 1;
  /// kLag, kLead, kFirstValue, kLastValue, kNthValue: passes over NULLs.
  bool ignore_nulls = false;
  OverFrame frame;

  const SqlType& type() const { return aggregate.result_type; }
  /// It sees the rows of its frame: ranks and rows at a distance do not.
  bool framed() const;
  /// `SUM(v) ROWS BETWEEN ..`, columns by their names in `input`.
  std::string to_sql(const Schema& input) const;
};

/// Whether the call's result for a row stands while rows behind it are still to come: no end of
/// the partition is needed. One that looks ahead waits for as many rows, or as long.
bool settles(const OverCall& call);
/// Rows, or the distance of a RANGE frame, that a settling call looks ahead; 0 = none.
int64_t rows_ahead(const OverCall& call);
int64_t distance_ahead(const OverCall& call);

}  // namespace hw
