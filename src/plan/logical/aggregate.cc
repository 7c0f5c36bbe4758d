// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/aggregate.h"

#include "plan/logical/age_text.h"

namespace hw {
namespace {

std::vector<PlanColumn> aggregate_columns(const LogicalNode& input, const std::vector<int>& keys,
                                          const std::vector<NamedAggregate>& aggregates) {
  std::vector<PlanColumn> columns;
  for (const int key : keys) columns.push_back(input.column(key));
  for (const NamedAggregate& aggregate : aggregates) {
    columns.push_back({aggregate.name, aggregate.call.result_type});
  }
  return without_time(std::move(columns));
}

}  // namespace

std::string to_text(const std::vector<NamedAggregate>& aggregates, const Schema& input) {
  std::string text;
  for (const NamedAggregate& aggregate : aggregates) {
    text += (text.empty() ? "" : ", ") + aggregate.call.to_sql(input) + " AS " + aggregate.name;
  }
  return text;
}

std::string names_of(const LogicalNode& node, const std::vector<int>& columns) {
  std::string text;
  for (const int i : columns) text += (text.empty() ? "" : ", ") + node.column(i).name;
  return text;
}

AggregateNode::AggregateNode(LogicalNodePtr input, std::vector<int> keys,
                             std::vector<NamedAggregate> aggregates, std::optional<int64_t> ttl_ms)
    : LogicalNode(kKind, {input}, aggregate_columns(*input, keys, aggregates)),
      keys_(std::move(keys)),
      aggregates_(std::move(aggregates)),
      ttl_ms_(ttl_ms) {}

Details AggregateNode::details() const {
  Details details;
  if (!keys_.empty()) details.emplace_back("groupBy", names_of(*input(), keys_));
  details.emplace_back("select", to_text(aggregates_, *input()->schema()));
  if (ttl_ms_) details.emplace_back("stateTtl", age_text(*ttl_ms_));
  return details;
}

LogicalNodePtr AggregateNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<AggregateNode>(inputs[0], keys_, aggregates_, ttl_ms_);
}

Status AggregateNode::verify() const {
  for (const int key : keys_) {
    if (key < 0 || key >= input()->num_columns()) {
      return Status::UnknownError("key ", key, " of ", input()->num_columns());
    }
  }
  return verify_aggregates(aggregates_, *input());
}

Status verify_aggregates(const std::vector<NamedAggregate>& aggregates, const LogicalNode& input) {
  for (const NamedAggregate& aggregate : aggregates) {
    if (aggregate.call.function == nullptr) {
      return Status::UnknownError(aggregate.name, " has no function");
    }
    for (const int arg : aggregate.call.args) {
      if (arg < 0 || arg >= input.num_columns()) {
        return Status::UnknownError(aggregate.name, " reads column ", arg, " of ",
                                    input.num_columns());
      }
    }
    const int filter = aggregate.call.filter;
    if (filter >= input.num_columns() ||
        (filter >= 0 && !input.column(filter).type.is(TypeKind::kBoolean))) {
      return Status::UnknownError(aggregate.name, " is filtered by column ", filter);
    }
  }
  return Status::OK();
}

}  // namespace hw
