// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/interval_bounds.h"

#include <algorithm>

#include "expr/literal.h"

namespace hw {
namespace {

/// A column, moved by a constant.
struct MovedColumn {
  int column = -1;
  int64_t by_ms = 0;
};

/// left column - right column, and what it must be.
struct Difference {
  int left = -1;
  int right = -1;  // counted in its own side
  std::optional<int64_t> least_ms;
  std::optional<int64_t> most_ms;
};

std::optional<int64_t> milliseconds(const BoundExpr& expr) {
  if (!expr.is_literal() || !expr.type().is(TypeKind::kIntervalDay)) return std::nullopt;
  if (expr.literal_value()->is_null(0)) return std::nullopt;
  return literal_integer(*expr.literal_value());
}

std::optional<MovedColumn> moved_column(const BoundExpr& expr) {
  if (expr.kind() == BoundExpr::Kind::kColumn) return MovedColumn{expr.column_index(), 0};
  if (expr.kind() == BoundExpr::Kind::kCast) {
    const BoundExpr& arg = *expr.args()[0];
    // More digits leave the instant as it is.
    if (!expr.type().is_timestamp() || arg.type().kind() != expr.type().kind() ||
        arg.type().precision() > expr.type().precision()) {
      return std::nullopt;
    }
    return moved_column(arg);
  }
  if (expr.kind() != BoundExpr::Kind::kCall || expr.args().size() != 2) return std::nullopt;
  const std::string& name = expr.function()->name;
  if (name != "+" && name != "-") return std::nullopt;
  const std::optional<int64_t> second = milliseconds(*expr.args()[1]);
  if (second) {
    std::optional<MovedColumn> moved = moved_column(*expr.args()[0]);
    if (moved &&
        __builtin_add_overflow(moved->by_ms, name == "+" ? *second : -*second, &moved->by_ms)) {
      return std::nullopt;
    }
    return moved;
  }
  const std::optional<int64_t> first = milliseconds(*expr.args()[0]);
  if (!first || name != "+") return std::nullopt;
  std::optional<MovedColumn> moved = moved_column(*expr.args()[1]);
  if (moved && __builtin_add_overflow(moved->by_ms, *first, &moved->by_ms)) return std::nullopt;
  return moved;
}

std::optional<Difference> difference(const BoundExpr& test, int num_left) {
  if (test.kind() != BoundExpr::Kind::kCall || test.args().size() != 2) return std::nullopt;
  std::string op = test.function()->name;
  std::optional<MovedColumn> a = moved_column(*test.args()[0]);
  std::optional<MovedColumn> b = moved_column(*test.args()[1]);
  if (!a || !b) return std::nullopt;
  if (a->column >= num_left && b->column < num_left) {
    std::swap(a, b);
    if (op[0] == '<' && op != "<>") {
      op[0] = '>';
    } else if (op[0] == '>') {
      op[0] = '<';
    }
  }
  if (a->column >= num_left || b->column < num_left) return std::nullopt;
  // a + x op b + y: a - b op y - x
  Difference found{.left = a->column, .right = b->column - num_left, .least_ms = {}, .most_ms = {}};
  int64_t apart = 0;
  if (__builtin_sub_overflow(b->by_ms, a->by_ms, &apart)) return std::nullopt;
  if (op == "=" || op == "<=") found.most_ms = apart;
  if (op == "=" || op == ">=") found.least_ms = apart;
  if (op == "<") found.most_ms = apart - 1;
  if (op == ">") found.least_ms = apart + 1;
  if (!found.least_ms && !found.most_ms) return std::nullopt;
  return found;
}

bool are_times(const PlanColumn& left, const PlanColumn& right) {
  return left.time != TimeAttribute::kNone && left.time == right.time &&
         left.type.kind() == right.type.kind() && left.type.precision() <= 3 &&
         right.type.precision() <= 3;
}

}  // namespace

std::optional<IntervalBounds> find_interval(const BoundExprPtr& condition,
                                            const std::vector<PlanColumn>& left,
                                            const std::vector<PlanColumn>& right) {
  if (condition == nullptr) return std::nullopt;
  std::vector<Difference> found;
  for (const BoundExprPtr& test : conjuncts(condition)) {
    const std::optional<Difference> next = difference(*test, static_cast<int>(left.size()));
    // While a sub-query is bound a condition may read columns of the query around it.
    if (!next || static_cast<size_t>(next->right) >= right.size() ||
        !are_times(left[static_cast<size_t>(next->left)],
                   right[static_cast<size_t>(next->right)])) {
      continue;
    }
    auto known = std::find_if(found.begin(), found.end(), [&](const Difference& other) {
      return other.left == next->left && other.right == next->right;
    });
    if (known == found.end())
      known = found.insert(found.end(), Difference{next->left, next->right, {}, {}});
    if (next->least_ms) {
      known->least_ms = std::max(*next->least_ms, known->least_ms.value_or(*next->least_ms));
    }
    if (next->most_ms) {
      known->most_ms = std::min(*next->most_ms, known->most_ms.value_or(*next->most_ms));
    }
  }
  for (const Difference& difference : found) {
    if (!difference.least_ms || !difference.most_ms) continue;
    IntervalBounds bounds;
    bounds.left_time = difference.left;
    bounds.right_time = difference.right;
    bounds.lower_ms = *difference.least_ms;
    bounds.upper_ms = *difference.most_ms;
    bounds.event_time =
        left[static_cast<size_t>(difference.left)].time == TimeAttribute::kEventTime;
    return bounds;
  }
  return std::nullopt;
}

BoundExprPtr without_interval(const BoundExprPtr& condition, const IntervalBounds& bounds,
                              int num_left_columns) {
  if (condition == nullptr) return nullptr;
  std::vector<BoundExprPtr> rest;
  for (const BoundExprPtr& test : conjuncts(condition)) {
    const std::optional<Difference> known = difference(*test, num_left_columns);
    const bool implied = known && known->left == bounds.left_time &&
                         known->right == bounds.right_time &&
                         known->least_ms.value_or(bounds.lower_ms) <= bounds.lower_ms &&
                         known->most_ms.value_or(bounds.upper_ms) >= bounds.upper_ms;
    if (!implied) rest.push_back(test);
  }
  return rest.empty() ? nullptr : conjunction(std::move(rest));
}

std::string to_text(const IntervalBounds& bounds, const Schema& left, const Schema& right) {
  return left.name(bounds.left_time) + " - " + right.name(bounds.right_time) + " BETWEEN " +
         std::to_string(bounds.lower_ms) + " AND " + std::to_string(bounds.upper_ms) + " ms" +
         (bounds.event_time ? "" : ", processing time");
}

}  // namespace hw
