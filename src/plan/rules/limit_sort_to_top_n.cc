// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY with LIMIT keeps the first rows only.

#include <utility>

#include "plan/logical/sort.h"
#include "plan/rules/rule.h"

namespace hw {

Result<LogicalNodePtr> limit_sort_to_top_n(const LogicalNodePtr& plan, const RuleContext&) {
  return transform_up(plan, [](const LogicalNodePtr& node) -> Result<LogicalNodePtr> {
    const auto* limit = node_if<LimitNode>(node);
    if (limit == nullptr) return node;
    const auto* sort = node_if<SortNode>(limit->input());
    if (sort == nullptr) return node;
    TopNNode::Parts parts;
    parts.order = sort->order();
    parts.limit = limit->limit();
    parts.offset = limit->offset();
    return std::make_shared<TopNNode>(sort->input(), std::move(parts));
  });
}

}  // namespace hw
