// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/window_tvf.h"

#include "plan/logical/aggregate.h"

namespace hw {
namespace {

std::vector<PlanColumn> tvf_columns(const LogicalNode& input, const WindowSpec& window) {
  std::vector<PlanColumn> columns = input.columns();
  const TimeAttribute time =
      window.event_time ? TimeAttribute::kEventTime : TimeAttribute::kProcessingTime;
  for (PlanColumn& column : columns) {
    if (column.time == TimeAttribute::kEventTime) column.time = TimeAttribute::kNone;
  }
  columns.push_back({"window_start", window_border_type()});
  columns.push_back({"window_end", window_border_type()});
  columns.push_back({"window_time", window_time_type(window), time});
  return columns;
}

WindowColumns window_columns(const LogicalNode& input, const WindowSpec& window) {
  const int n = input.num_columns();
  return {n, n + 1, n + 2, window};
}

}  // namespace

SqlType window_border_type() { return SqlType::timestamp(3).not_null(); }

SqlType window_time_type(const WindowSpec& window) {
  return (window.event_time ? window.time_type : SqlType::timestamp_ltz(3)).not_null();
}

WindowTvfNode::WindowTvfNode(LogicalNodePtr input, WindowSpec window)
    : LogicalNode(kKind, {input}, tvf_columns(*input, window), window_columns(*input, window)),
      spec_(std::move(window)) {}

Details WindowTvfNode::details() const {
  Details details = {{"window", to_text(spec_)}};
  if (spec_.event_time) {
    details.emplace_back("timeColumn", input()->column(spec_.time_column).name);
  }
  if (!spec_.partition.empty()) {
    details.emplace_back("partitionBy", names_of(*input(), spec_.partition));
  }
  return details;
}

LogicalNodePtr WindowTvfNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<WindowTvfNode>(inputs[0], spec_);
}

Status WindowTvfNode::verify() const {
  for (const int column : spec_.partition) {
    if (column < 0 || column >= input()->num_columns()) {
      return Status::UnknownError("a window is partitioned by column ", column);
    }
  }
  if (!spec_.event_time) return Status::OK();
  if (spec_.time_column < 0 || spec_.time_column >= input()->num_columns() ||
      !input()->column(spec_.time_column).type.is_timestamp()) {
    return Status::UnknownError("the time column of a window is column ", spec_.time_column);
  }
  return Status::OK();
}

}  // namespace hw
