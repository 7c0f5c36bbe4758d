// SPDX-License-Identifier: Apache-2.0
//
// Windows: which ones a time belongs to, and grouping by them. Milliseconds on the wall clock;
// event time of TIMESTAMP only.

#include <map>

#include "reference/calendar.h"
#include "reference/operators.h"

namespace hw::reference {
namespace {

/// The last border at or before the time, of borders `step` apart.
int64_t border(int64_t time, int64_t offset, int64_t step) {
  return floor_divide(time - offset, step) * step + offset;
}

Status check(const WindowSpec& spec) {
  if (!spec.event_time || !spec.time_type.is(TypeKind::kTimestamp)) {
    return Status::NotImplemented("the reference knows windows over TIMESTAMP event time only");
  }
  if (spec.kind == WindowKind::kSession) {
    return Status::NotImplemented("the reference knows no sessions");
  }
  return Status::OK();
}

int64_t millis_of(const Value& value, const SqlType& type) {
  return floor_divide(value.as<int64_t>(), type.ticks_per_second() / 1000);
}

}  // namespace

std::vector<Window> windows_of(const WindowSpec& spec, int64_t time_ms) {
  std::vector<Window> windows;
  switch (spec.kind) {
    case WindowKind::kTumble: {
      const int64_t start = border(time_ms, spec.offset_ms, spec.size_ms);
      windows.push_back({start, start + spec.size_ms});
      break;
    }
    case WindowKind::kHop: {
      int64_t start = border(time_ms, spec.offset_ms, spec.step_ms);
      for (; start > time_ms - spec.size_ms; start -= spec.step_ms) {
        windows.push_back({start, start + spec.size_ms});
      }
      break;
    }
    case WindowKind::kCumulate: {
      const int64_t start = border(time_ms, spec.offset_ms, spec.size_ms);
      for (int64_t length = spec.step_ms; length <= spec.size_ms; length += spec.step_ms) {
        if (start + length > time_ms) windows.push_back({start, start + length});
      }
      break;
    }
    case WindowKind::kSession:  // check() refuses them
      break;
  }
  return windows;
}

Result<Relation> assign_windows(const WindowTvfNode& node, const Relation& input) {
  HW_TRY(check(node.spec()));
  const auto time_column = static_cast<size_t>(node.spec().time_column);
  const SqlType& type = node.input()->column(node.spec().time_column).type;
  Relation rows;
  for (const Arrival& arrival : input) {
    const Value& time = arrival.row[time_column];
    if (time.is_null()) return Status::Invalid("event time is NULL");
    for (const Window& window : windows_of(node.spec(), millis_of(time, type))) {
      Arrival placed = arrival;
      placed.row.push_back(Value::integer(window.start));
      placed.row.push_back(Value::integer(window.end));
      placed.row.push_back(Value::integer(window.end - 1));
      rows.push_back(std::move(placed));
    }
  }
  return rows;
}

Result<Relation> aggregate_windows(const WindowAggregateNode& node, const Relation& input) {
  const WindowGrouping& grouping = node.grouping();
  HW_TRY(check(grouping.window));
  // Key columns, then start and end.
  std::map<Row, std::vector<const Row*>, RowLess> groups;
  for (const Arrival& arrival : input) {
    std::vector<Window> windows;
    if (grouping.given) {
      windows.push_back({arrival.row[static_cast<size_t>(grouping.start)].as<int64_t>(),
                         arrival.row[static_cast<size_t>(grouping.end)].as<int64_t>()});
    } else {
      const int column = grouping.window.time_column;
      const Value& time = arrival.row[static_cast<size_t>(column)];
      windows = windows_of(grouping.window, millis_of(time, node.input()->column(column).type));
    }
    for (const Window& window : windows) {
      if (window.end - 1 <= arrival.watermark) continue;
      Row key;
      for (const int i : node.parts().keys) key.push_back(arrival.row[static_cast<size_t>(i)]);
      key.push_back(Value::integer(window.start));
      key.push_back(Value::integer(window.end));
      groups[key].push_back(&arrival.row);
    }
  }
  Relation rows;
  for (const auto& [key, members] : groups) {
    const int64_t start = key[key.size() - 2].as<int64_t>();
    const int64_t end = key[key.size() - 1].as<int64_t>();
    Row row(key.begin(), key.end() - 2);
    HW_ASSIGN_OR_RETURN(const Row results,
                        aggregate_group(node.parts().aggregates, *node.input(), members));
    row.insert(row.end(), results.begin(), results.end());
    for (const WindowProperty property : node.parts().properties) {
      row.push_back(Value::integer(property == WindowProperty::kStart ? start
                                   : property == WindowProperty::kEnd ? end
                                                                      : end - 1));
    }
    rows.push_back({std::move(row)});
  }
  return rows;
}

}  // namespace hw::reference
