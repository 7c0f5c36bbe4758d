// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/sort.h"

namespace hw {
namespace {

Status verify_order(const std::vector<SortKey>& order, const LogicalNode& input) {
  for (const SortKey& key : order) {
    if (key.column < 0 || key.column >= input.num_columns()) {
      return Status::UnknownError("sort key ", key.column, " of ", input.num_columns());
    }
  }
  return Status::OK();
}

void add_bounds(int64_t limit, int64_t offset, Details& details) {
  if (limit != kAllRows) details.emplace_back("fetch", std::to_string(limit));
  if (offset != 0) details.emplace_back("offset", std::to_string(offset));
}

}  // namespace

SortNode::SortNode(LogicalNodePtr input, std::vector<SortKey> order, SqlPosition position)
    : LogicalNode(kKind, {input}, input->columns()),
      order_(std::move(order)),
      position_(position) {}

Details SortNode::details() const { return {{"orderBy", to_text(order_, *schema())}}; }

LogicalNodePtr SortNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<SortNode>(inputs[0], order_, position_);
}

Status SortNode::verify() const { return verify_order(order_, *input()); }

LimitNode::LimitNode(LogicalNodePtr input, int64_t limit, int64_t offset)
    : LogicalNode(kKind, {input}, input->columns()), limit_(limit), offset_(offset) {}

Details LimitNode::details() const {
  Details details;
  add_bounds(limit_, offset_, details);
  return details;
}

LogicalNodePtr LimitNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<LimitNode>(inputs[0], limit_, offset_);
}

TopNNode::TopNNode(LogicalNodePtr input, std::vector<SortKey> order, int64_t limit, int64_t offset)
    : LogicalNode(kKind, {input}, input->columns()),
      order_(std::move(order)),
      limit_(limit),
      offset_(offset) {}

Details TopNNode::details() const {
  Details details = {{"orderBy", to_text(order_, *schema())}};
  add_bounds(limit_, offset_, details);
  return details;
}

LogicalNodePtr TopNNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<TopNNode>(inputs[0], order_, limit_, offset_);
}

Status TopNNode::verify() const { return verify_order(order_, *input()); }

}  // namespace hw
