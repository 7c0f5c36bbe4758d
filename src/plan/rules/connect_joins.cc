// SPDX-License-Identifier: Apache-2.0
//
// Tables of a FROM list are joined in an order in which each has an equality with those before it,
// where there is one. Written `FROM part, supplier, lineitem WHERE ..`, parts and suppliers would
// be multiplied first although only lineitem connects them. A list that is connected as it is
// written stays as it is written.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "plan/rules/join_list.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

/// Whether an equality leads from the inputs in `joined` to the candidate.
bool connected(const JoinList& list, const std::vector<bool>& joined, size_t candidate) {
  std::vector<bool> alone(joined.size(), false);
  alone[candidate] = true;
  return std::any_of(list.tests.begin(), list.tests.end(),
                     [&](const BoundExprPtr& test) { return list.equates(*test, joined, alone); });
}

/// The order in which to join: the first input, then always the first that is connected, or the
/// first of the rest where none is.
std::vector<size_t> connected_order(const JoinList& list) {
  std::vector<bool> joined(list.inputs.size(), false);
  std::vector<size_t> order;
  while (order.size() < joined.size()) {
    std::optional<size_t> next;
    for (size_t i = 0; i < joined.size(); ++i) {
      if (joined[i]) continue;
      if (!next) next = i;
      if (!order.empty() && connected(list, joined, i)) {
        next = i;
        break;
      }
    }
    joined[*next] = true;
    order.push_back(*next);
  }
  return order;
}

/// From the root down, so that a list is seen as a whole.
LogicalNodePtr connect(const LogicalNodePtr& node) {
  if (const JoinNode* join = plain_join(node)) {
    JoinList list(node);
    const std::vector<size_t> order = connected_order(list);
    if (!std::is_sorted(order.begin(), order.end())) {
      for (LogicalNodePtr& input : list.inputs) input = connect(input);
      JoinedPart joined = JoinedPart::of_input(list, order[0]);
      for (size_t i = 1; i < order.size(); ++i) {
        const JoinedPart next = JoinedPart::of_input(list, order[i]);
        joined = join_parts(list, joined, next, join->parts().position);
      }
      return in_order_of_list(list, joined);
    }
  }
  std::vector<LogicalNodePtr> inputs;
  bool changed = false;
  for (const LogicalNodePtr& input : node->inputs()) {
    inputs.push_back(connect(input));
    changed = changed || inputs.back() != input;
  }
  return changed ? node->with_inputs(std::move(inputs)) : node;
}

}  // namespace

Result<LogicalNodePtr> connect_joins(const LogicalNodePtr& plan, const RuleContext&) {
  return connect(plan);
}

}  // namespace hw
