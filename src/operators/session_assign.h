// SPDX-License-Identifier: Apache-2.0
//
// SESSION by itself: appends window_start, window_end and window_time to each row. A session is
// known only when it closes, so rows wait until the watermark (processing time: the clock) reaches
// its end, and go out together, ordered by time; insert-only. A row that is taken back meanwhile is
// gone, and what it held together falls apart. One that comes or goes too late is dropped and
// counted in `late_rows_dropped`, as session_aggregate.h says; one whose time is NULL in
// `null_time_rows_dropped`.
//
// A part that a deletion leaves behind may have ended long before the watermark. It goes out with
// the next one. `holds_watermark`: for who goes by the watermark it is in time all the same, since
// the watermark stays below the end of what the rows that wait could be by themselves. Only a row
// that was late but for a session that was open, and is alone after a deletion, is late there.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "operators/window.h"

namespace hw {

class Operator;

struct SessionAssignSpec {
  SchemaPtr input;
  WindowSpec window;
  /// Input columns: each combination has sessions of its own.
  std::vector<int> keys;
  /// The input may hold -U or -D.
  bool input_retracts = false;
  /// Somebody above goes by the watermark. Of event time, with changes.
  bool holds_watermark = false;
  /// The input's columns, then window_start, window_end, window_time.
  SchemaPtr output;
};

/// Makes the operator: one input (hashed by the keys), one output.
Result<std::unique_ptr<Operator>> make_session_assign(SessionAssignSpec spec);

}  // namespace hw
