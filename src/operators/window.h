// SPDX-License-Identifier: Apache-2.0
//
// Which windows a row belongs to: TUMBLE, HOP, CUMULATE and SESSION as plain data. All in
// milliseconds on the wall clock: for TIMESTAMP_LTZ an instant is first turned into wall-clock time
// of the zone.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "columnar/sql_type.h"

namespace hw {

enum class WindowKind : uint8_t { kTumble, kHop, kCumulate, kSession };

struct WindowSpec {
  WindowKind kind = WindowKind::kTumble;
  /// HOP: every window is that long. CUMULATE: the largest window. SESSION: the gap. Requires: > 0.
  int64_t size_ms = 0;
  /// HOP: the slide; CUMULATE: the step, of which size_ms is a multiple; else 0.
  int64_t step_ms = 0;
  /// Shifts all window borders. |offset| < size.
  int64_t offset_ms = 0;
  /// False: windows by the processing time at which a row arrives; time_column is not read.
  bool event_time = true;
  /// Input column of TIMESTAMP(p <= 3) or TIMESTAMP_LTZ(p <= 3).
  int time_column = -1;
  /// SESSION: input columns; each combination of their values has sessions of its own.
  std::vector<int> partition = {};
  /// Type of the time attribute, and so of window_time. Processing time: TIMESTAMP_LTZ(3).
  SqlType time_type = SqlType::timestamp(3);
  /// `table.local-time-zone`; read when time_type is TIMESTAMP_LTZ.
  std::string time_zone = "UTC";
};

/// What can be asked of a window. Start and end are TIMESTAMP(3) NOT NULL on the wall clock, time
/// is end - 1 ms in the type of the time attribute.
enum class WindowProperty : uint8_t { kStart, kEnd, kTime };

/// `TUMBLE(size=[10 s])`, for EXPLAIN.
std::string to_text(const WindowSpec& window);

}  // namespace hw
