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

/// An equality leads from the inputs that one side of it reads to the single one that the other
/// reads.
struct Lead {
  size_t to = 0;
  size_t missing = 0;  // inputs that are not joined yet
};

std::vector<int> inputs_read(const JoinList& list, const BoundExpr& expr) {
  std::vector<int> inputs;
  for (const int column : columns_read(expr)) {
    const int input = list.input_of(column);
    if (inputs.empty() || inputs.back() != input) inputs.push_back(input);
  }
  return inputs;
}

/// The leads of a list, and which of them wait for each input: as inputs are joined, each lead is
/// looked at once for each input that it comes from.
class Leads {
 public:
  explicit Leads(const JoinList& list)
      : waiting_(list.inputs.size()), reached_(list.inputs.size(), false) {
    for (const BoundExprPtr& test : list.tests) {
      if (test->kind() != BoundExpr::Kind::kCall || test->function()->name != "=") continue;
      const std::vector<int> a = inputs_read(list, *test->args()[0]);
      const std::vector<int> b = inputs_read(list, *test->args()[1]);
      add(a, b);
      add(b, a);
    }
  }

  void join(size_t input) {
    for (const size_t lead : waiting_[input]) {
      if (--leads_[lead].missing == 0) reached_[leads_[lead].to] = true;
    }
  }
  /// Whether an equality leads from the joined inputs to this one.
  bool reach(size_t input) const { return reached_[input]; }

 private:
  void add(const std::vector<int>& from, const std::vector<int>& to) {
    if (from.empty() || to.size() != 1) return;
    for (const int input : from) waiting_[static_cast<size_t>(input)].push_back(leads_.size());
    leads_.push_back({static_cast<size_t>(to[0]), from.size()});
  }

  std::vector<Lead> leads_;
  std::vector<std::vector<size_t>> waiting_;  // by input
  std::vector<bool> reached_;                 // by input
};

/// The order in which to join: the first input, then always the first that is connected, or the
/// first of the rest where none is.
std::vector<size_t> connected_order(const JoinList& list) {
  Leads leads(list);
  std::vector<bool> joined(list.inputs.size(), false);
  std::vector<size_t> order;
  while (order.size() < joined.size()) {
    std::optional<size_t> next;
    for (size_t i = 0; i < joined.size(); ++i) {
      if (joined[i]) continue;
      if (!next) next = i;
      if (leads.reach(i)) {
        next = i;
        break;
      }
    }
    joined[*next] = true;
    leads.join(*next);
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
