// SPDX-License-Identifier: Apache-2.0
//
// Filters go as near to the sources as they may. A test that can fail (a division, a cast) never
// goes below what might have kept a row from it; one that is not deterministic stays as well.

#include <algorithm>
#include <iterator>
#include <utility>

#include "plan/logical/aggregate.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/over.h"
#include "plan/logical/project.h"
#include "plan/logical/sort.h"
#include "plan/logical/union_all.h"
#include "plan/logical/unnest.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/rules/rule.h"
#include "plan/rules/substitution.h"

namespace hw {
namespace {

bool may_move(const BoundExpr& test) { return test.deterministic() && !test.can_fail(); }

/// A test and what every node on its way asks of it: a join of many tables is a way of many nodes.
struct Test {
  explicit Test(BoundExprPtr test) : expr(std::move(test)), moves(may_move(*expr)) {
    const std::vector<int> read = columns_read(*expr);
    reads = !read.empty();
    if (reads) first = read.front(), last = read.back();
  }

  bool reads_below(int column) const { return reads && last < column; }

  BoundExprPtr expr;
  bool moves;
  bool reads = false;  // columns, from the first to the last
  int first = 0;
  int last = 0;
};

using Tests = std::vector<Test>;

Tests tests_of(const BoundExprPtr& condition) {
  Tests tests;
  for (BoundExprPtr& part : conjuncts(condition)) tests.emplace_back(std::move(part));
  return tests;
}

std::vector<BoundExprPtr> exprs_of(Tests tests) {
  std::vector<BoundExprPtr> exprs;
  exprs.reserve(tests.size());
  for (Test& test : tests) exprs.push_back(std::move(test.expr));
  return exprs;
}

LogicalNodePtr push(const LogicalNodePtr& node, Tests tests);

LogicalNodePtr filtered(const LogicalNodePtr& node, Tests tests) {
  if (tests.empty()) return node;
  return std::make_shared<FilterNode>(node, conjunction(exprs_of(std::move(tests))));
}

void renumber(Tests& tests, const std::vector<int>& new_index) {
  for (Test& test : tests) test = Test(renumber_columns(test.expr, new_index));
}

/// Moves the tests that `goes_down` accepts from `tests` into the result, order kept.
template <typename GoesDown>
Tests take(Tests& tests, const GoesDown& goes_down) {
  Tests taken, kept;
  for (Test& test : tests) {
    (goes_down(test) ? taken : kept).push_back(std::move(test));
  }
  tests = std::move(kept);
  return taken;
}

LogicalNodePtr push_into(const LogicalNodePtr& node, Tests below) {
  std::vector<LogicalNodePtr> inputs = node->inputs();
  inputs[0] = push(inputs[0], std::move(below));
  return inputs[0] == node->input() ? node : node->with_inputs(std::move(inputs));
}

LogicalNodePtr push_below_project(const LogicalNodePtr& node, Tests tests) {
  const std::vector<BoundExprPtr>& exprs = node->as<ProjectNode>().exprs();
  Tests below;
  if (may_substitute(exprs_of(tests), exprs)) {
    below = std::move(tests);
    tests.clear();
  } else {
    below = take(tests, [&](const Test& test) {
      return may_substitute({test.expr}, exprs) && may_move(*substitute_columns(test.expr, exprs));
    });
  }
  for (Test& test : below) test = Test(substitute_columns(test.expr, exprs));
  return filtered(push_into(node, std::move(below)), std::move(tests));
}

/// Keys come first among an aggregate's columns; a test of keys alone keeps or drops whole groups.
LogicalNodePtr push_below_keys(const LogicalNodePtr& node, const std::vector<int>& keys,
                               Tests tests) {
  const int num_keys = static_cast<int>(keys.size());
  Tests below =
      take(tests, [&](const Test& test) { return test.moves && test.reads_below(num_keys); });
  renumber(below, keys);
  return filtered(push_into(node, std::move(below)), std::move(tests));
}

/// A test of partition columns alone keeps or drops whole partitions.
LogicalNodePtr push_below_partition(const LogicalNodePtr& node, const std::vector<int>& partition,
                                    Tests tests) {
  Tests below = take(tests, [&](const Test& test) {
    const std::vector<int> read = columns_read(*test.expr);
    return test.moves && !read.empty() && std::all_of(read.begin(), read.end(), [&](int column) {
             return std::find(partition.begin(), partition.end(), column) != partition.end();
           });
  });
  return filtered(push_into(node, std::move(below)), std::move(tests));
}

LogicalNodePtr push_below_tvf(const LogicalNodePtr& node, Tests tests) {
  const auto& tvf = node->as<WindowTvfNode>();
  // What a row's session is depends on all rows of its partition.
  if (tvf.is_session()) return push_below_partition(node, tvf.spec().partition, std::move(tests));
  const int columns = node->input()->num_columns();
  Tests below = take(tests, [&](const Test& test) {
    return test.moves && (!test.reads || test.reads_below(columns));
  });
  return filtered(push_into(node, std::move(below)), std::move(tests));
}

LogicalNodePtr push_below_unnest(const LogicalNodePtr& node, Tests tests) {
  const std::vector<int>& passed = node->as<UnnestNode>().parts().passed;
  Tests below = take(tests, [&](const Test& test) {
    return test.moves && test.reads_below(static_cast<int>(passed.size()));
  });
  renumber(below, passed);
  return filtered(push_into(node, std::move(below)), std::move(tests));
}

LogicalNodePtr push_below_union(const LogicalNodePtr& node, const Tests& tests) {
  std::vector<LogicalNodePtr> inputs;
  for (const LogicalNodePtr& input : node->inputs()) inputs.push_back(push(input, tests));
  return node->with_inputs(std::move(inputs));
}

/// Which sides of a join tests may go to.
struct Sides {
  bool left = false;
  bool right = false;
};

/// Moves tests that read columns of one side only, at least one, to that side's, order kept.
void move_to_sides(Tests& tests, Sides allowed, int left_columns, Tests& left, Tests& right) {
  if (!allowed.left && !allowed.right) return;
  Tests kept;
  for (Test& test : tests) {
    Tests* place = &kept;
    if (test.moves && test.reads) {
      if (allowed.left && test.last < left_columns) place = &left;
      if (allowed.right && test.first >= left_columns) place = &right;
    }
    place->push_back(std::move(test));
  }
  tests = std::move(kept);
}

LogicalNodePtr push_below_join(const LogicalNodePtr& node, Tests tests) {
  const auto& join = node->as<JoinNode>();
  const JoinKind kind = join.parts().kind;
  const int left_columns = join.left()->num_columns();
  // Above an outer join, tests may go to the side that is not padded; in ON, to the side that is.
  const bool left_only = kind == JoinKind::kSemi || kind == JoinKind::kAnti;
  const bool where_left = kind == JoinKind::kInner || kind == JoinKind::kLeft || left_only;
  // A version that fails a test hides the one before it all the same.
  const bool versions = join.parts().versions.has_value();
  const bool where_right = !versions && (kind == JoinKind::kInner || kind == JoinKind::kRight);
  const bool on_left =
      kind == JoinKind::kInner || kind == JoinKind::kRight || kind == JoinKind::kSemi;
  const bool on_right =
      !versions && (kind == JoinKind::kInner || kind == JoinKind::kLeft || left_only);
  JoinNode::Parts parts = join.parts();
  Tests on = parts.condition != nullptr ? tests_of(parts.condition) : Tests{};
  if (kind == JoinKind::kInner) {
    // WHERE over an inner join is as good as ON.
    Tests joined = take(tests, [](const Test& test) { return test.expr->deterministic(); });
    std::move(joined.begin(), joined.end(), std::back_inserter(on));
  }
  Tests left, right;
  move_to_sides(tests, {where_left, where_right}, left_columns, left, right);
  move_to_sides(on, {on_left, on_right}, left_columns, left, right);
  std::vector<int> right_index(static_cast<size_t>(left_columns), -1);
  for (int i = 0; i < join.right()->num_columns(); ++i) right_index.push_back(i);
  renumber(right, right_index);
  parts.condition = on.empty() ? nullptr : conjunction(exprs_of(std::move(on)));
  return filtered(
      std::make_shared<JoinNode>(push(join.left(), std::move(left)),
                                 push(join.right(), std::move(right)), std::move(parts)),
      std::move(tests));
}

/// Puts `tests`, over the node's columns, somewhere at or below it.
LogicalNodePtr push(const LogicalNodePtr& node, Tests tests) {
  switch (node->kind()) {
    case NodeKind::kFilter: {
      Tests all = tests_of(node->as<FilterNode>().condition());
      all.insert(all.end(), tests.begin(), tests.end());
      return push(node->input(), std::move(all));
    }
    case NodeKind::kProject:
      return push_below_project(node, std::move(tests));
    case NodeKind::kAggregate:
      return push_below_keys(node, node->as<AggregateNode>().keys(), std::move(tests));
    case NodeKind::kWindowAggregate:
      return push_below_keys(node, node->as<WindowAggregateNode>().parts().keys, std::move(tests));
    case NodeKind::kWindowTvf:
      return push_below_tvf(node, std::move(tests));
    case NodeKind::kUnnest:
      return push_below_unnest(node, std::move(tests));
    case NodeKind::kUnion:
      return push_below_union(node, tests);
    case NodeKind::kJoin:
      return push_below_join(node, std::move(tests));
    case NodeKind::kOver:
      return push_below_partition(node, node->as<OverNode>().parts().partition, std::move(tests));
    case NodeKind::kSort:
      return push_into(node, std::move(tests));
    case NodeKind::kTopN:
      return push_below_partition(node, node->as<TopNNode>().parts().partition, std::move(tests));
    case NodeKind::kLate:
    case NodeKind::kLimit:
    case NodeKind::kExpand:
      return filtered(push_into(node, {}), std::move(tests));
    case NodeKind::kScan:
    case NodeKind::kValues:
      return filtered(node, std::move(tests));
    case NodeKind::kSink:
      return push_into(node, {});
  }
  return filtered(node, std::move(tests));
}

}  // namespace

Result<LogicalNodePtr> push_filters_down(const LogicalNodePtr& plan, const RuleContext&) {
  return push(plan, {});
}

}  // namespace hw
