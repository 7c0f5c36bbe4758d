// SPDX-License-Identifier: Apache-2.0
//
// Windows: which ones a time belongs to, and grouping by them. Milliseconds on the wall clock: an
// instant is in the windows of what the clocks show. No row is ever late for a session, nor where
// times are instants: generated tables see to it.

#include <algorithm>
#include <map>
#include <utility>

#include "reference/calendar.h"
#include "reference/operators.h"
#include "reference/wall_clock.h"

namespace hw::reference {
namespace {

/// The last border at or before the time, of borders `step` apart.
int64_t border(int64_t time, int64_t offset, int64_t step) {
  return floor_divide(time - offset, step) * step + offset;
}

bool is_of_instants(const WindowSpec& spec) { return spec.time_type.is(TypeKind::kTimestampLtz); }

Status check(const WindowSpec& spec) {
  if (spec.event_time) return Status::OK();
  return Status::NotImplemented("the reference knows event time only");
}

int64_t millis_of(const Value& value, const SqlType& type) {
  const int64_t ms = floor_divide(value.as<int64_t>(), type.ticks_per_second() / 1000);
  return type.is(TypeKind::kTimestampLtz) ? wall_clock_ms(ms) : ms;
}

/// Which of the instants that clocks show alike is meant is not for the reference to say.
Value window_time(const WindowSpec& spec, int64_t end) {
  return is_of_instants(spec) ? Value::null() : Value::integer(end - 1);
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
    case WindowKind::kSession:  // depends on other rows: see windows_of_rows()
      break;
  }
  return windows;
}

namespace {

Row values_of(const Row& row, const std::vector<int>& columns) {
  Row values;
  for (const int i : columns) values.push_back(row[static_cast<size_t>(i)]);
  return values;
}

/// The windows of each row. `keys`: rows that differ in them are in different sessions.
Result<std::vector<std::vector<Window>>> windows_of_rows(const WindowSpec& spec,
                                                         const SqlType& type, const Relation& input,
                                                         const std::vector<int>& keys) {
  std::vector<std::vector<Window>> windows(input.size());
  std::map<Row, std::vector<std::pair<int64_t, size_t>>, RowLess> times;
  for (size_t i = 0; i < input.size(); ++i) {
    const Value& time = input[i].row[static_cast<size_t>(spec.time_column)];
    if (time.is_null()) return Status::Invalid("event time is NULL");
    const int64_t ms = millis_of(time, type);
    windows[i] = windows_of(spec, ms);
    times[values_of(input[i].row, keys)].emplace_back(ms, i);
  }
  if (spec.kind != WindowKind::kSession) return windows;
  for (auto& [key, rows] : times) {
    std::sort(rows.begin(), rows.end());
    for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
      for (end = begin + 1; end < rows.size(); ++end) {
        if (rows[end].first - rows[end - 1].first > spec.size_ms) break;
      }
      const Window session{rows[begin].first, rows[end - 1].first + spec.size_ms};
      for (size_t i = begin; i < end; ++i) windows[rows[i].second] = {session};
    }
  }
  return windows;
}

}  // namespace

Result<Relation> assign_windows(const WindowTvfNode& node, const Relation& input) {
  HW_TRY(check(node.spec()));
  const SqlType& type = node.input()->column(node.spec().time_column).type;
  HW_ASSIGN_OR_RETURN(const auto windows,
                      windows_of_rows(node.spec(), type, input, node.spec().partition));
  Relation rows;
  for (size_t i = 0; i < input.size(); ++i) {
    for (const Window& window : windows[i]) {
      Arrival placed = input[i];
      placed.row.push_back(Value::integer(window.start));
      placed.row.push_back(Value::integer(window.end));
      placed.row.push_back(window_time(node.spec(), window.end));
      rows.push_back(std::move(placed));
    }
  }
  return rows;
}

Result<Relation> aggregate_windows(const WindowAggregateNode& node, const Relation& input) {
  const WindowGrouping& grouping = node.grouping();
  HW_TRY(check(grouping.window));
  std::vector<std::vector<Window>> windows;
  if (grouping.given) {
    for (const Arrival& arrival : input) {
      windows.push_back({{arrival.row[static_cast<size_t>(grouping.start)].as<int64_t>(),
                          arrival.row[static_cast<size_t>(grouping.end)].as<int64_t>()}});
    }
  } else {
    const SqlType& type = node.input()->column(grouping.window.time_column).type;
    HW_ASSIGN_OR_RETURN(windows, windows_of_rows(grouping.window, type, input, node.parts().keys));
  }
  // Key columns, then start and end.
  std::map<Row, std::vector<const Row*>, RowLess> groups;
  for (size_t i = 0; i < input.size(); ++i) {
    const Arrival& arrival = input[i];
    for (const Window& window : windows[i]) {
      if (!is_of_instants(grouping.window) && window.end - 1 <= arrival.watermark) continue;
      Row key = values_of(arrival.row, node.parts().keys);
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
      row.push_back(property == WindowProperty::kStart ? Value::integer(start)
                    : property == WindowProperty::kEnd ? Value::integer(end)
                                                       : window_time(grouping.window, end));
    }
    rows.push_back({std::move(row)});
  }
  return rows;
}

}  // namespace hw::reference
