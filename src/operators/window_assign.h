// SPDX-License-Identifier: Apache-2.0
//
// A window TVF by itself: appends window_start, window_end and window_time to each row, and
// repeats a row for every window of HOP and CUMULATE that it belongs to (ascending by window end
// for CUMULATE, by window start for HOP). Row kinds pass unchanged: of an update the old row goes
// out for all its windows, then the new one for its own. No state, drops nothing but rows whose
// time is NULL, which it counts in `null_time_rows_dropped`.

#pragma once

#include <memory>

#include "base/status.h"
#include "columnar/schema.h"
#include "operators/window.h"

namespace hw {

class Operator;

struct WindowAssignSpec {
  SchemaPtr input;
  WindowSpec window;
  /// The input's columns, then window_start, window_end, window_time.
  SchemaPtr output;
};

/// Makes the operator: one input, one output.
Result<std::unique_ptr<Operator>> make_window_assign(WindowAssignSpec spec);

}  // namespace hw
