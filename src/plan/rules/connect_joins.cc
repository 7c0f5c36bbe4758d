// SPDX-License-Identifier: Apache-2.0
//
// Tables of a FROM list are joined in an order in which each has an equality with those before it,
// where there is one. Written `FROM part, supplier, lineitem WHERE ..`, parts and suppliers would
// be multiplied first although only lineitem connects them. A list that is connected as it is
// written stays as it is written.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

using Tests = std::vector<BoundExprPtr>;

/// An inner join that says nothing of times, windows or versions, and all of whose tests may be
/// done earlier or later.
const JoinNode* plain_join(const LogicalNodePtr& node) {
  const auto* join = node_if<JoinNode>(node);
  if (join == nullptr) return nullptr;
  const JoinNode::Parts& parts = join->parts();
  const bool plain = parts.kind == JoinKind::kInner && parts.left_keys.empty() &&
                     !parts.nulls_equal && !parts.null_aware && !parts.interval && !parts.windows &&
                     !parts.versions && !parts.lookup;
  if (!plain) return nullptr;
  if (parts.condition == nullptr) return join;
  return parts.condition->deterministic() && !parts.condition->can_fail() ? join : nullptr;
}

/// The inputs of joins upon joins, from left to right, and what must hold of all their columns.
struct JoinList {
  std::vector<LogicalNodePtr> inputs;
  /// The place of each input's first column.
  std::vector<int> first;
  int columns = 0;
  Tests tests;

  int input_of(int column) const {
    const auto after = std::upper_bound(first.begin(), first.end(), column);
    return static_cast<int>(after - first.begin()) - 1;
  }
};

void collect(const LogicalNodePtr& node, JoinList& list) {
  const JoinNode* join = plain_join(node);
  if (join == nullptr) {
    list.inputs.push_back(node);
    list.first.push_back(list.columns);
    list.columns += node->num_columns();
    return;
  }
  const int begin = list.columns;
  collect(join->left(), list);
  collect(join->right(), list);
  if (join->parts().condition == nullptr) return;
  std::vector<int> place;
  for (int i = begin; i < list.columns; ++i) place.push_back(i);
  for (const BoundExprPtr& test : conjuncts(join->parts().condition)) {
    list.tests.push_back(renumber_columns(test, place));
  }
}

/// Whether all columns of `expr` are of inputs that `in` names, and there is one.
bool reads_only(const BoundExpr& expr, const JoinList& list, const std::vector<bool>& in) {
  const std::vector<int> read = columns_read(expr);
  return !read.empty() && std::all_of(read.begin(), read.end(), [&](int column) {
    return in[static_cast<size_t>(list.input_of(column))];
  });
}

/// Whether an equality leads from the inputs in `joined` to the candidate.
bool connected(const JoinList& list, const std::vector<bool>& joined, size_t candidate) {
  std::vector<bool> alone(joined.size(), false);
  alone[candidate] = true;
  return std::any_of(list.tests.begin(), list.tests.end(), [&](const BoundExprPtr& test) {
    if (test->kind() != BoundExpr::Kind::kCall || test->function()->name != "=") return false;
    const BoundExpr& a = *test->args()[0];
    const BoundExpr& b = *test->args()[1];
    return (reads_only(a, list, joined) && reads_only(b, list, alone)) ||
           (reads_only(a, list, alone) && reads_only(b, list, joined));
  });
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

/// Joins in that order; each test is done as soon as its columns are there.
LogicalNodePtr joined_in(const std::vector<size_t>& order, JoinList list,
                         const SqlPosition& position) {
  std::vector<bool> joined(list.inputs.size(), false);
  std::vector<int> place(static_cast<size_t>(list.columns), -1);
  LogicalNodePtr plan;
  for (const size_t input : order) {
    const LogicalNodePtr& next = list.inputs[input];
    const int before = plan == nullptr ? 0 : plan->num_columns();
    for (int i = 0; i < next->num_columns(); ++i) {
      place[static_cast<size_t>(list.first[input] + i)] = before + i;
    }
    joined[input] = true;
    if (plan == nullptr) {
      plan = next;
      continue;
    }
    Tests now;
    std::erase_if(list.tests, [&](const BoundExprPtr& test) {
      const bool there = columns_read(*test).empty() || reads_only(*test, list, joined);
      if (there) now.push_back(renumber_columns(test, place));
      return there;
    });
    JoinNode::Parts parts;
    parts.condition = now.empty() ? nullptr : conjunction(std::move(now));
    parts.position = position;
    plan = std::make_shared<JoinNode>(plan, next, std::move(parts));
  }
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (size_t input = 0; input < list.inputs.size(); ++input) {
    for (int i = 0; i < list.inputs[input]->num_columns(); ++i) {
      exprs.push_back(column_of(*plan, place[static_cast<size_t>(list.first[input] + i)]));
      names.push_back(list.inputs[input]->column(i).name);
    }
  }
  return std::make_shared<ProjectNode>(plan, std::move(exprs), std::move(names));
}

/// From the root down, so that a list is seen as a whole.
LogicalNodePtr connect(const LogicalNodePtr& node) {
  JoinList list;
  if (const JoinNode* join = plain_join(node)) {
    collect(node, list);
    const std::vector<size_t> order = connected_order(list);
    if (!std::is_sorted(order.begin(), order.end())) {
      for (LogicalNodePtr& input : list.inputs) input = connect(input);
      return joined_in(order, std::move(list), join->parts().position);
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
