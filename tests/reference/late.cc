// SPDX-License-Identifier: Apache-2.0
//
// LATE: the rows that the operator above their input would drop, with how late they are.

#include <algorithm>

#include "reference/calendar.h"
#include "reference/operators.h"

namespace hw::reference {
namespace {

int64_t millis_of(const Value& time, const SqlType& type) {
  return floor_divide(time.as<int64_t>(), type.ticks_per_second() / 1000);
}

/// The last watermark at which the row still comes in time.
Result<int64_t> deadline_of(const LateNode& node, const Row& row) {
  const LateNode::Parts& parts = node.parts();
  const auto column = static_cast<size_t>(node.time_column());
  const int64_t time = millis_of(row[column], node.input()->column(node.time_column()).type);
  switch (parts.rule) {
    case LateRule::kTime:
      return time - 1;
    case LateRule::kWindowEnd:
      return time - 2;
    case LateRule::kWindows: {
      int64_t last = 0;
      for (const Window& window : windows_of(parts.window, time)) last = std::max(last, window.end);
      return last - 2;
    }
    case LateRule::kSessions:
      break;
  }
  return Status::NotImplemented("the reference does not know which rows are late for a session");
}

}  // namespace

Result<Relation> late(const LateNode& node, const Relation& input) {
  Relation rows;
  for (const Arrival& arrival : input) {
    if (arrival.watermark == kNoWatermark) continue;
    HW_ASSIGN_OR_RETURN(const int64_t deadline, deadline_of(node, arrival.row));
    if (arrival.watermark <= deadline) continue;
    Row row = arrival.row;
    row.push_back(Value::integer(arrival.watermark - deadline - 1));
    row.push_back(Value::integer(arrival.watermark));
    row.push_back(Value::text(node.parts().operator_name));
    rows.push_back({std::move(row)});
  }
  return rows;
}

}  // namespace hw::reference
