// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/window_join.h"

#include "expr/scalar_function.h"
#include "plan/logical/expr_rewrite.h"

namespace hw {
namespace {

bool same_windows(const WindowSpec& a, const WindowSpec& b) {
  return a.kind == b.kind && a.size_ms == b.size_ms && a.step_ms == b.step_ms &&
         a.offset_ms == b.offset_ms && a.event_time == b.event_time &&
         a.time_type.kind() == b.time_type.kind() && a.time_zone == b.time_zone;
}

}  // namespace

std::optional<JoinedWindows> find_windows(const std::vector<int>& left_keys,
                                          const std::vector<int>& right_keys,
                                          const LogicalNode& left, const LogicalNode& right) {
  if (!left.window() || !right.window()) return std::nullopt;
  const WindowColumns& l = *left.window();
  const WindowColumns& r = *right.window();
  if (!l.complete() || !r.complete() || !same_windows(l.window, r.window)) return std::nullopt;
  bool start = false, end = false;
  for (size_t i = 0; i < left_keys.size(); ++i) {
    start = start || (left_keys[i] == l.start && right_keys[i] == r.start);
    end = end || (left_keys[i] == l.end && right_keys[i] == r.end);
  }
  if (!start || !end) return std::nullopt;
  return JoinedWindows{.left_start = l.start,
                       .left_end = l.end,
                       .right_start = r.start,
                       .right_end = r.end,
                       .window = l.window};
}

std::optional<JoinedWindows> find_windows(const BoundExprPtr& condition, const LogicalNode& left,
                                          const LogicalNode& right) {
  if (condition == nullptr) return std::nullopt;
  std::vector<int> left_keys, right_keys;
  for (const BoundExprPtr& test : conjuncts(condition)) {
    if (test->kind() != BoundExpr::Kind::kCall || test->function()->name != "=") continue;
    const BoundExpr& a = *test->args()[0];
    const BoundExpr& b = *test->args()[1];
    if (a.kind() != BoundExpr::Kind::kColumn || b.kind() != BoundExpr::Kind::kColumn) continue;
    const bool in_order = a.column_index() < b.column_index();
    left_keys.push_back(in_order ? a.column_index() : b.column_index());
    right_keys.push_back((in_order ? b.column_index() : a.column_index()) - left.num_columns());
  }
  return find_windows(left_keys, right_keys, left, right);
}

}  // namespace hw
