// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/window_aggregate.h"

#include "plan/logical/window_tvf.h"

namespace hw {
namespace {

using Parts = WindowAggregateNode::Parts;

PlanColumn property_column(const Parts& parts, size_t i) {
  const WindowSpec& window = parts.grouping.window;
  if (parts.properties[i] != WindowProperty::kTime) {
    return {parts.property_names[i], window_border_type()};
  }
  return {parts.property_names[i], window_time_type(window),
          window.event_time ? TimeAttribute::kEventTime : TimeAttribute::kProcessingTime};
}

std::vector<PlanColumn> aggregate_columns(const LogicalNode& input, const Parts& parts) {
  std::vector<PlanColumn> columns;
  for (const int key : parts.keys) columns.push_back(input.column(key));
  for (const NamedAggregate& aggregate : parts.aggregates) {
    columns.push_back({aggregate.name, aggregate.call.result_type});
  }
  columns = without_time(std::move(columns));
  for (size_t i = 0; i < parts.properties.size(); ++i) {
    columns.push_back(property_column(parts, i));
  }
  return columns;
}

WindowColumns window_columns(const Parts& parts) {
  WindowColumns window{-1, -1, -1, parts.grouping.window};
  const int before = static_cast<int>(parts.keys.size() + parts.aggregates.size());
  for (size_t i = 0; i < parts.properties.size(); ++i) {
    const int column = before + static_cast<int>(i);
    if (parts.properties[i] == WindowProperty::kStart) window.start = column;
    if (parts.properties[i] == WindowProperty::kEnd) window.end = column;
    if (parts.properties[i] == WindowProperty::kTime) window.time = column;
  }
  return window;
}

}  // namespace

WindowAggregateNode::WindowAggregateNode(LogicalNodePtr input, Parts parts)
    : LogicalNode(kKind, {input}, aggregate_columns(*input, parts), window_columns(parts)),
      parts_(std::move(parts)) {}

Details WindowAggregateNode::details() const {
  Details details;
  if (!parts_.keys.empty()) details.emplace_back("groupBy", names_of(*input(), parts_.keys));
  const WindowGrouping& grouping = parts_.grouping;
  std::string window = to_text(grouping.window);
  if (grouping.given) {
    window += ", win_start=[" + input()->column(grouping.start).name + "], win_end=[" +
              input()->column(grouping.end).name + "]";
  } else if (grouping.window.event_time) {
    window += ", time_col=[" + input()->column(grouping.window.time_column).name + "]";
  }
  details.emplace_back("window", window);
  std::string select = to_text(parts_.aggregates, *input()->schema());
  for (const std::string& name : parts_.property_names) {
    select += (select.empty() ? "" : ", ") + name;
  }
  details.emplace_back("select", select);
  return details;
}

LogicalNodePtr WindowAggregateNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<WindowAggregateNode>(inputs[0], parts_);
}

Status WindowAggregateNode::verify() const {
  const WindowGrouping& grouping = parts_.grouping;
  const int n = input()->num_columns();
  if (grouping.given) {
    if (grouping.start < 0 || grouping.start >= n || grouping.end < 0 || grouping.end >= n) {
      return Status::UnknownError("window columns ", grouping.start, " and ", grouping.end);
    }
  } else if (grouping.window.event_time &&
             (grouping.window.time_column < 0 || grouping.window.time_column >= n)) {
    return Status::UnknownError("time column ", grouping.window.time_column, " of ", n);
  }
  for (const int key : parts_.keys) {
    if (key < 0 || key >= n) return Status::UnknownError("key ", key, " of ", n);
  }
  return verify_aggregates(parts_.aggregates, *input());
}

}  // namespace hw
