// SPDX-License-Identifier: Apache-2.0
//
// Window arithmetic: which panes and windows a time belongs to, and when a window may close. A
// pane is a slice of time that every window holds whole or not at all; it is named by its start.
// All in wall-clock milliseconds of the time attribute (flink-like alignment to 1970-01-01).

#pragma once

#include <cstdint>
#include <vector>

#include "columnar/column.h"
#include "columnar/text/time_zone.h"
#include "operators/window.h"

namespace hw {

class WindowClock {
 public:
  /// Fails (Invalid) when sizes do not fit each other or the zone is unknown.
  static Result<WindowClock> make(const WindowSpec& window);

  int64_t pane_ms() const { return pane_ms_; }
  /// The pane that holds a time.
  int64_t pane_of(int64_t wall_ms) const { return floor_to(wall_ms, pane_ms_); }
  /// Windows end on a grid of that width.
  int64_t step_ms() const { return step_ms_; }
  /// Ends of the first and the last window that hold a pane.
  int64_t first_end(int64_t pane) const;
  int64_t last_end(int64_t pane) const;
  /// Start of the window with that end.
  int64_t start_of(int64_t end) const;

  /// Wall-clock ms of a time column's first `num_rows` rows; NULL gives kNoTime.
  void wall_times(const Column& times, int64_t num_rows, std::vector<int64_t>& wall_ms);
  int64_t wall_of(int64_t instant_ms);
  /// The watermark (or processing time) at which the window with that end closes: no row of it can
  /// come any more. Where a wall-clock time happens twice, the later one counts.
  int64_t closes_at(int64_t end);
  /// The time attribute of a window's rows: end - 1 ms as an instant.
  int64_t time_of(int64_t end);

  static constexpr int64_t kNoTime = INT64_MIN;

 private:
  explicit WindowClock(const WindowSpec& window) : window_(window) {}
  int64_t floor_to(int64_t wall_ms, int64_t width) const {
    const int64_t past = (wall_ms - window_.offset_ms) % width;
    return wall_ms - (past < 0 ? past + width : past);
  }

  WindowSpec window_;
  int64_t pane_ms_ = 1;
  int64_t step_ms_ = 1;
  bool zoned_ = false;  // times are instants, to be seen in zone_
  TimeZone zone_;
};

/// A column of these times, or of other 64-bit values; none is NULL.
ColumnPtr times_column(const SqlType& type, const std::vector<int64_t>& values);

}  // namespace hw
