// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/late.h"

#include "plan/logical/aggregate.h"

namespace hw {
namespace {

std::vector<PlanColumn> late_columns(const LogicalNode& input) {
  std::vector<PlanColumn> columns = without_time(input.columns());
  columns.push_back({"late_by", SqlType::bigint().not_null()});
  columns.push_back({"watermark", SqlType::timestamp(3).not_null()});
  columns.push_back({"operator", SqlType::string().not_null()});
  return columns;
}

}  // namespace

LateNode::LateNode(LogicalNodePtr input, Parts parts)
    : LogicalNode(kKind, {input}, late_columns(*input)), parts_(std::move(parts)) {}

Details LateNode::details() const {
  Details details = {{"of", parts_.operator_name}};
  if (computes_windows()) details.emplace_back("window", to_text(parts_.window));
  details.emplace_back("time", input()->column(time_column()).name);
  if (!parts_.keys.empty()) details.emplace_back("keys", names_of(*input(), parts_.keys));
  return details;
}

LogicalNodePtr LateNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<LateNode>(inputs[0], parts_);
}

Status LateNode::verify() const {
  const int n = input()->num_columns();
  const int time = time_column();
  if (time < 0 || time >= n || !input()->column(time).type.is_timestamp()) {
    return Status::UnknownError("late rows by column ", time, " of ", n);
  }
  for (const int key : parts_.keys) {
    if (key < 0 || key >= n) return Status::UnknownError("key ", key, " of ", n);
  }
  return Status::OK();
}

}  // namespace hw
