// SPDX-License-Identifier: Apache-2.0
//
// The rows that an operator drops because they come too late, as rows: LATE(query). Stands where
// that operator stands (behind the same exchange, so that it sees the same watermark), judges as it
// does, and lets the late rows pass with three columns more:
//
//   late_by BIGINT            ms that the watermark was past what it had to be below
//   watermark TIMESTAMP(3)    of the operator; for instants on the wall clock of the zone
//   operator STRING           which operator it is
//
// Insert-only. Nothing is late in batch mode.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "operators/window.h"

namespace hw {

class Operator;

/// When a row is late.
enum class LateRule : uint8_t {
  kTime,       // its time is not above the watermark: OVER, sorting, deduplication
  kWindows,    // all windows of its time have closed
  kWindowEnd,  // it carries its window, which has closed
  kSessions,   // no open session takes it in, and its own would have closed
};

struct LateRowsSpec {
  SchemaPtr input;
  LateRule rule = LateRule::kTime;
  /// kTime, kWindowEnd: the column with the time, or with window_end.
  int column = -1;
  /// kWindows, kSessions: with its time_column; the others: its time_type and time_zone are read.
  WindowSpec window;
  /// kSessions: input columns, each combination with sessions of its own.
  std::vector<int> keys;
  /// kWindows, kWindowEnd: how long behind the watermark closed windows still take rows.
  int64_t lateness_ms = 0;
  std::string operator_name;
  /// The input's columns, then late_by, watermark, operator.
  SchemaPtr output;
};

/// Makes the operator: one input (as the other operator's), one output.
Result<std::unique_ptr<Operator>> make_late_rows(LateRowsSpec spec);

}  // namespace hw
