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

/// Which inputs the sides of an equality read, ascending: found out once for the whole list.
struct Equality {
  std::vector<int> sides[2];
};

std::vector<int> inputs_read(const JoinList& list, const BoundExpr& expr) {
  std::vector<int> inputs;
  for (const int column : columns_read(expr)) {
    const int input = list.input_of(column);
    if (inputs.empty() || inputs.back() != input) inputs.push_back(input);
  }
  return inputs;
}

std::vector<Equality> equalities_of(const JoinList& list) {
  std::vector<Equality> equalities;
  for (const BoundExprPtr& test : list.tests) {
    if (test->kind() != BoundExpr::Kind::kCall || test->function()->name != "=") continue;
    Equality& equality = equalities.emplace_back();
    for (size_t i = 0; i < 2; ++i) equality.sides[i] = inputs_read(list, *test->args()[i]);
  }
  return equalities;
}

/// Whether an equality leads from the inputs in `joined` to the candidate.
bool connected(const std::vector<Equality>& equalities, const std::vector<bool>& joined,
               size_t candidate) {
  return std::any_of(equalities.begin(), equalities.end(), [&](const Equality& equality) {
    for (size_t i = 0; i < 2; ++i) {
      const std::vector<int>& here = equality.sides[i];
      const std::vector<int>& there = equality.sides[1 - i];
      if (here.size() != 1 || static_cast<size_t>(here[0]) != candidate || there.empty()) continue;
      const bool all_joined = std::all_of(there.begin(), there.end(), [&](int input) {
        return joined[static_cast<size_t>(input)];
      });
      if (all_joined) return true;
    }
    return false;
  });
}

/// The order in which to join: the first input, then always the first that is connected, or the
/// first of the rest where none is.
std::vector<size_t> connected_order(const JoinList& list) {
  const std::vector<Equality> equalities = equalities_of(list);
  std::vector<bool> joined(list.inputs.size(), false);
  std::vector<size_t> order;
  while (order.size() < joined.size()) {
    std::optional<size_t> next;
    for (size_t i = 0; i < joined.size(); ++i) {
      if (joined[i]) continue;
      if (!next) next = i;
      if (!order.empty() && connected(equalities, joined, i)) {
        next = i;
        break;
      }
    }
    joined[*next] = true;
    order.push_back(*next);
  }
  return order;
}

/// From the root down, so that a list is seen as a whole. `in_order`: the node is the beginning of
/// a list that stays as it is written.
LogicalNodePtr connect(const LogicalNodePtr& node, bool in_order = false) {
  const JoinNode* join = plain_join(node);
  if (join != nullptr && !in_order) {
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
    inputs.push_back(connect(input, join != nullptr && inputs.empty()));
    changed = changed || inputs.back() != input;
  }
  return changed ? node->with_inputs(std::move(inputs)) : node;
}

}  // namespace

Result<LogicalNodePtr> connect_joins(const LogicalNodePtr& plan, const RuleContext&) {
  return connect(plan);
}

}  // namespace hw
