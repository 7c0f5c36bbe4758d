// SPDX-License-Identifier: Apache-2.0
//
// Makes the rows of a split into the rows of its table: casts metadata columns, computes computed
// columns, and evaluates the WATERMARK expression for each row, before any filter. Run by the
// source tasklet, one instance a split.

#pragma once

#include <string>
#include <vector>

#include "columnar/schema.h"
#include "expr/bound_expr.h"
#include "expr/scalar_function.h"
#include "runtime/split_transform.h"

namespace hw {

/// Plain data.
struct SourceTransformSpec {
  /// One expression per output column, over the columns that the reader emits.
  std::vector<BoundExprPtr> columns;
  SchemaPtr output;
  /// Over the output columns; null when the table has no WATERMARK or takes the source's own.
  BoundExprPtr watermark;
  /// The time attribute among the output columns; -1 without a watermark. TIMESTAMP(p <= 3) or
  /// TIMESTAMP_LTZ(p <= 3), as `watermark` is.
  int time_column = -1;
  /// False in batch mode and where nobody asks for time: the time attribute is only checked.
  bool timed = true;
  /// Over what the reader emits: rows where it is TRUE have no time. For a time attribute that is
  /// not among the output columns; null when there is none, or nothing to check.
  BoundExprPtr lacks_time;
  /// With `lacks_time`: what a message shows of such a row, the time attribute last.
  std::vector<BoundExprPtr> shown;
  /// The name of the time attribute, for messages.
  std::string time_name;
  /// Sessions read the rows: one that stands a millisecond above the watermark still touches a
  /// session that closes at it, and must find out whether that has closed. Such a row is given out
  /// with a time of a millisecond less, so that the watermark is sent before it.
  bool for_sessions = false;
  /// Rows may be taken back that list the entries of their maps in another order than when they
  /// came: entries get one order, so that what is computed from both is alike.
  bool order_entries = false;
  std::string table;  // for messages
  ExprSession session;
};

/// The transform fails (Invalid) when a time attribute is NULL, naming the column, the table and
/// the row.
SplitTransformFactory make_source_transform(SourceTransformSpec spec);

}  // namespace hw
