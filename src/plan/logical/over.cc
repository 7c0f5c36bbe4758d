// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/over.h"

#include <algorithm>

#include "plan/logical/aggregate.h"

namespace hw {
namespace {

/// A row that waits for rows behind it goes out behind the watermark: its time is a value then.
bool looks_ahead(const OverNode::Parts& parts) {
  return std::any_of(parts.calls.begin(), parts.calls.end(), [](const NamedOverCall& named) {
    return rows_ahead(named.call) > 0 || distance_ahead(named.call) > 0;
  });
}

std::vector<PlanColumn> over_columns(const LogicalNode& input, const OverNode::Parts& parts) {
  std::vector<PlanColumn> columns = input.columns();
  for (PlanColumn& column : columns) {
    if (column.time == TimeAttribute::kEventTime && looks_ahead(parts)) {
      column.time = TimeAttribute::kNone;
    }
  }
  for (const NamedOverCall& named : parts.calls) columns.push_back({named.name, named.call.type()});
  return columns;
}

}  // namespace

OverNode::OverNode(LogicalNodePtr input, Parts parts)
    : LogicalNode(kKind, {input}, over_columns(*input, parts), input->window()),
      parts_(std::move(parts)) {}

TimeAttribute OverNode::order_time() const {
  if (parts_.order.empty() || parts_.order[0].descending) return TimeAttribute::kNone;
  return input()->column(parts_.order[0].column).time;
}

bool OverNode::settles() const {
  return std::all_of(parts_.calls.begin(), parts_.calls.end(),
                     [](const NamedOverCall& named) { return hw::settles(named.call); });
}

Details OverNode::details() const {
  Details details;
  if (!parts_.partition.empty()) {
    details.emplace_back("partitionBy", names_of(*input(), parts_.partition));
  }
  if (!parts_.order.empty()) {
    details.emplace_back("orderBy", to_text(parts_.order, *input()->schema()));
  }
  std::string select;
  for (const NamedOverCall& named : parts_.calls) {
    select +=
        (select.empty() ? "" : ", ") + named.call.to_sql(*input()->schema()) + " AS " + named.name;
  }
  details.emplace_back("select", select);
  return details;
}

LogicalNodePtr OverNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<OverNode>(inputs[0], parts_);
}

Status OverNode::verify() const {
  const auto has = [&](int column) { return column >= 0 && column < input()->num_columns(); };
  for (const int column : parts_.partition) {
    if (!has(column)) return Status::UnknownError("partition column ", column);
  }
  for (const SortKey& key : parts_.order) {
    if (!has(key.column)) return Status::UnknownError("order column ", key.column);
  }
  std::vector<NamedAggregate> aggregates;
  for (const NamedOverCall& named : parts_.calls) {
    const OverCall& call = named.call;
    if (call.function == OverFunction::kAggregate) {
      aggregates.push_back({call.aggregate, named.name});
    } else if ((call.value >= 0 && !has(call.value)) ||
               (call.otherwise >= 0 && !has(call.otherwise))) {
      return Status::UnknownError(named.name, " reads column ", call.value);
    }
    if (call.framed() && call.frame.by_distance() && parts_.order.size() != 1) {
      return Status::UnknownError(named.name, " has a RANGE over ", parts_.order.size(),
                                  " columns");
    }
  }
  return verify_aggregates(aggregates, *input());
}

}  // namespace hw
