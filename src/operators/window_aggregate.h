// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY with the window columns of a TVF: one row per key and window, emitted once, when the
// watermark reaches window_end - 1 ms (processing time: when the clock does). Windows that overlap
// share panes: a row is folded into one pane, a window is put together from panes at its close.
//
// A row all of whose windows have closed is dropped and counted in `late_rows_dropped`; a row of
// HOP or CUMULATE that has lost some of its windows counts in those still open. Output is
// insert-only, windows in order of their end, keys of a window in no particular order.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "operators/aggregate_call.h"
#include "operators/window.h"

namespace hw {

class Operator;

struct WindowAggregateSpec {
  SchemaPtr input;
  WindowSpec window;
  /// The input already carries its window (a window TVF was applied below, and something between
  /// it and this aggregate needed its columns): window_start and window_end, TIMESTAMP(3). A row
  /// belongs to that window only; kind, size, step, offset and time_column are not read.
  /// -1 = windows are computed from `window`.
  int window_start_column = -1;
  int window_end_column = -1;
  /// Given windows are told of once, and none is late: a deletion can part a session when the time
  /// of one of its parts has passed.
  bool windows_may_be_past = false;
  /// Input columns, window columns not among them.
  std::vector<int> keys;
  std::vector<AggregateCall> aggregates;
  /// Appended after the results, in this order.
  std::vector<WindowProperty> properties;
  /// Keys, results, properties.
  SchemaPtr output;
  /// The input may hold -U or -D.
  bool input_retracts = false;
  ExprSession session;
  /// Not empty: nothing goes out but the rows that come too late for the operator of this name, as
  /// late_batch.h says. Only of session windows, without aggregates.
  std::string late_for = {};

  bool windows_given() const { return window_end_column >= 0; }
};

/// Makes the operator: one input (hashed by the keys), one output.
/// Fails when a function refuses its arguments or is not built for such an input.
Result<std::unique_ptr<Operator>> make_window_aggregate(WindowAggregateSpec spec);

}  // namespace hw
