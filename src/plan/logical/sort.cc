// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/sort.h"

#include <algorithm>

#include "plan/logical/aggregate.h"

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

std::vector<PlanColumn> ranked_columns(const LogicalNode& input, const TopNNode::Parts& parts) {
  std::vector<PlanColumn> columns = input.columns();
  if (!parts.rank_name.empty()) columns.push_back({parts.rank_name, rank_type()});
  return columns;
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

TopNNode::TopNNode(LogicalNodePtr input, Parts parts)
    : LogicalNode(kKind, {input}, ranked_columns(*input, parts),
                  parts.pattern ? input->window() : std::nullopt),
      parts_(std::move(parts)) {}

bool TopNNode::is_deduplication() const {
  return parts_.pattern && parts_.rank == RankKind::kRowNumber && !shows_rank() &&
         parts_.limit == 1 && parts_.offset == 0 && parts_.order.size() == 1 &&
         input()->column(parts_.order[0].column).time != TimeAttribute::kNone;
}

bool TopNNode::is_in_window() const {
  if (!parts_.pattern || !input()->window() || !input()->window()->complete()) return false;
  const auto partitioned_by = [&](int column) {
    return std::find(parts_.partition.begin(), parts_.partition.end(), column) !=
           parts_.partition.end();
  };
  return partitioned_by(input()->window()->start) && partitioned_by(input()->window()->end);
}

Details TopNNode::details() const {
  Details details;
  if (!parts_.partition.empty()) {
    details.emplace_back("partitionBy", names_of(*input(), parts_.partition));
  }
  details.emplace_back("orderBy", to_text(parts_.order, *input()->schema()));
  if (parts_.pattern && parts_.rank != RankKind::kRowNumber) {
    details.emplace_back("rankType", to_text(parts_.rank));
  }
  add_bounds(parts_.limit, parts_.offset, details);
  if (shows_rank()) details.emplace_back("rank", parts_.rank_name);
  return details;
}

LogicalNodePtr TopNNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<TopNNode>(inputs[0], parts_);
}

Status TopNNode::verify() const {
  for (const int column : parts_.partition) {
    if (column < 0 || column >= input()->num_columns()) {
      return Status::UnknownError("partition column ", column, " of ", input()->num_columns());
    }
  }
  return verify_order(parts_.order, *input());
}

}  // namespace hw
