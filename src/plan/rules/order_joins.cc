// SPDX-License-Identifier: Apache-2.0
//
// Batch mode: joins tables in the order that makes the fewest rows, as far as sources tell their
// sizes. Always the two parts are joined next whose join is smallest, among those that an equality
// connects; the smaller one becomes the right side, which is kept while the other passes it. What
// a stream keeps must not depend on what its files hold today, so a stream's joins stay in order.

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "plan/rules/join_list.h"
#include "plan/rules/row_estimate.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

/// Longer lists stay as they are: every pair of parts is looked at for every join.
constexpr size_t kListMax = 24;
/// Estimates end here, so that the product of two is a number.
constexpr double kRowsMax = 1e150;

double bounded(double rows) { return rows < kRowsMax ? rows : kRowsMax; }

struct Part {
  JoinedPart joined;
  RowEstimate estimate;
};

/// The tests that become possible where two parts meet, over their columns side by side.
std::vector<BoundExprPtr> tests_between(const JoinList& list, const JoinedPart& left,
                                        const JoinedPart& right) {
  std::vector<int> place(static_cast<size_t>(list.columns), -1);
  for (size_t i = 0; i < left.columns.size(); ++i) {
    place[static_cast<size_t>(left.columns[i])] = static_cast<int>(i);
  }
  for (size_t i = 0; i < right.columns.size(); ++i) {
    place[static_cast<size_t>(right.columns[i])] = static_cast<int>(left.columns.size() + i);
  }
  std::vector<bool> both = left.holds;
  for (size_t i = 0; i < both.size(); ++i) both[i] = both[i] || right.holds[i];
  std::vector<BoundExprPtr> tests;
  for (const BoundExprPtr& test : list.tests) {
    if (list.reads_only(*test, both)) tests.push_back(renumber_columns(test, place));
  }
  return tests;
}

/// Two parts, and about how many rows their join has.
struct Choice {
  size_t left = 0;
  size_t right = 0;
  bool connected = false;
  double rows = std::numeric_limits<double>::infinity();

  bool better_than(const Choice& other) const {
    return connected != other.connected ? connected : rows < other.rows;
  }
};

Choice choose(const JoinList& list, const std::vector<Part>& parts) {
  Choice best;
  for (size_t i = 0; i < parts.size(); ++i) {
    for (size_t k = i + 1; k < parts.size(); ++k) {
      const JoinedPart& left = parts[i].joined;
      const JoinedPart& right = parts[k].joined;
      Choice choice{.left = i, .right = k};
      choice.connected = std::any_of(
          list.tests.begin(), list.tests.end(),
          [&](const BoundExprPtr& test) { return list.equates(*test, left.holds, right.holds); });
      const double share =
          share_joined(tests_between(list, left, right), parts[i].estimate, parts[k].estimate);
      choice.rows = bounded(parts[i].estimate.rows) * bounded(parts[k].estimate.rows) * share;
      if (choice.better_than(best)) best = choice;
    }
  }
  return best;
}

Part join_two(JoinList& list, Part left, Part right, double rows, const SqlPosition& position) {
  // Equal sizes keep the order in which they are written.
  if (left.estimate.rows < right.estimate.rows) std::swap(left, right);
  Part made{.joined = join_parts(list, left.joined, right.joined, position),
            .estimate = std::move(left.estimate)};
  made.estimate.rows = std::max(rows, 1.0);
  made.estimate.unfiltered = std::max(made.estimate.unfiltered, right.estimate.unfiltered);
  made.estimate.columns.insert(made.estimate.columns.end(), right.estimate.columns.begin(),
                               right.estimate.columns.end());
  return made;
}

/// How many inputs a list has, counted without making it: that of a long list is asked for at each
/// of its joins.
size_t inputs_of_list(const LogicalNodePtr& node) {
  const JoinNode* join = plain_join(node);
  return join == nullptr ? 1 : inputs_of_list(join->left()) + inputs_of_list(join->right());
}

LogicalNodePtr order(const LogicalNodePtr& node, const TableEstimates& tables) {
  std::vector<LogicalNodePtr> inputs;
  bool changed = false;
  const JoinNode* join = plain_join(node);
  if (join == nullptr || inputs_of_list(node) > kListMax) {
    for (const LogicalNodePtr& input : node->inputs()) {
      inputs.push_back(order(input, tables));
      changed = changed || inputs.back() != input;
    }
    return changed ? node->with_inputs(std::move(inputs)) : node;
  }
  JoinList list(node);
  std::vector<Part> parts;
  for (size_t i = 0; i < list.inputs.size(); ++i) {
    list.inputs[i] = order(list.inputs[i], tables);
    parts.push_back({JoinedPart::of_input(list, i), estimate_rows(list.inputs[i], tables)});
  }
  while (parts.size() > 1) {
    const Choice next = choose(list, parts);
    Part made = join_two(list, std::move(parts[next.left]), std::move(parts[next.right]), next.rows,
                         join->parts().position);
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(next.right));
    parts[next.left] = std::move(made);
  }
  return in_order_of_list(list, parts[0].joined);
}

}  // namespace

Result<LogicalNodePtr> order_joins(const LogicalNodePtr& plan, const RuleContext& context) {
  if (!context.batch() || !context.tables) return plan;
  return order(plan, context.tables);
}

}  // namespace hw
