// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/join.h"

#include "plan/logical/age_text.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/interval_bounds.h"

namespace hw {
namespace {

/// The time of a side's windows stays one, where the side is never padded.
void keep_window_time(const LogicalNode& side, int first, bool whole,
                      const std::vector<PlanColumn>& columns, std::vector<PlanColumn>& plain) {
  const auto time = static_cast<size_t>(first + side.window()->time);
  if (!whole || side.window()->time < 0 || time >= columns.size()) return;
  plain[time].time = columns[time].time;
}

/// The windows of the side that is never padded; of two the left's.
std::optional<WindowColumns> join_window(const LogicalNode& left, const LogicalNode& right,
                                         const JoinNode::Parts& parts) {
  if (!parts.windows || parts.kind == JoinKind::kFull) return std::nullopt;
  if (parts.kind != JoinKind::kRight || !right.window()) return left.window();
  WindowColumns window = *right.window();
  for (int* column : {&window.start, &window.end, &window.time}) {
    if (*column >= 0) *column += left.num_columns();
  }
  return window;
}

std::vector<PlanColumn> join_columns(const LogicalNode& left, const LogicalNode& right,
                                     const JoinNode::Parts& parts) {
  const JoinKind kind = parts.kind;
  std::vector<PlanColumn> columns = left.columns();
  const bool pads_left = kind == JoinKind::kRight || kind == JoinKind::kFull;
  const bool pads_right = kind == JoinKind::kLeft || kind == JoinKind::kFull;
  if (pads_left) {
    for (PlanColumn& column : columns) column.type = column.type.with_nullable(true);
  }
  if (kind != JoinKind::kSemi && kind != JoinKind::kAnti) {
    for (PlanColumn column : right.columns()) {
      if (pads_right) column.type = column.type.with_nullable(true);
      columns.push_back(std::move(column));
    }
  }
  if (parts.interval) return columns;
  std::vector<PlanColumn> plain = without_time(columns);
  if (parts.windows && left.window() && right.window()) {
    keep_window_time(left, 0, !pads_left, columns, plain);
    keep_window_time(right, left.num_columns(), !pads_right, columns, plain);
  }
  const bool left_times = parts.versions || parts.lookup;
  for (int i = 0; left_times && i < left.num_columns(); ++i) {
    plain[static_cast<size_t>(i)].time = columns[static_cast<size_t>(i)].time;
  }
  return plain;
}

Status verify_over_both(const BoundExpr& expr, const JoinNode& join) {
  if (expr.kind() == BoundExpr::Kind::kColumn) {
    const int n = join.left()->num_columns();
    const int i = expr.column_index();
    if (i < 0 || i >= n + join.right()->num_columns()) {
      return Status::UnknownError("a join condition reads column ", i);
    }
    const PlanColumn& column = i < n ? join.left()->column(i) : join.right()->column(i - n);
    if (!column.type.equals_ignoring_null(expr.type())) {
      return Status::UnknownError("a join condition reads ", column.name, " as ",
                                  expr.type().to_sql());
    }
  }
  for (const BoundExprPtr& arg : expr.args()) HW_TRY(verify_over_both(*arg, join));
  return Status::OK();
}

}  // namespace

std::string to_text(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner:
      return "InnerJoin";
    case JoinKind::kLeft:
      return "LeftOuterJoin";
    case JoinKind::kRight:
      return "RightOuterJoin";
    case JoinKind::kFull:
      return "FullOuterJoin";
    case JoinKind::kSemi:
      return "LeftSemiJoin";
    case JoinKind::kAnti:
      return "LeftAntiJoin";
  }
  return "";
}

JoinNode::JoinNode(LogicalNodePtr left, LogicalNodePtr right, Parts parts)
    : LogicalNode(kKind, {left, right}, join_columns(*left, *right, parts),
                  join_window(*left, *right, parts)),
      parts_(std::move(parts)) {}

Details JoinNode::details() const {
  Details details = {{"joinType", to_text(parts_.kind)}};
  if (!parts_.left_keys.empty()) {
    details.emplace_back("leftKeys", names_of(*left(), parts_.left_keys));
    details.emplace_back("rightKeys", names_of(*right(), parts_.right_keys));
  }
  if (parts_.nulls_equal) details.emplace_back("nulls", "equal");
  if (parts_.null_aware) details.emplace_back("nulls", "match all");
  if (parts_.interval) {
    details.emplace_back("interval",
                         hw::to_text(*parts_.interval, *left()->schema(), *right()->schema()));
  }
  if (parts_.windows) details.emplace_back("window", hw::to_text(parts_.windows->window));
  if (parts_.versions) {
    const VersionTimes& times = parts_.versions->times;
    details.emplace_back("asOf", right()->column(times.right_time).name +
                                     " <= " + left()->column(times.left_time).name);
  }
  if (parts_.lookup) {
    details.emplace_back("asOf", "processing time");
    if (parts_.lookup->shuffled) details.emplace_back("shuffle", "true");
  }
  std::string ttl;
  if (parts_.left_ttl_ms) ttl = "left " + age_text(*parts_.left_ttl_ms);
  if (parts_.right_ttl_ms) {
    ttl += (ttl.empty() ? "right " : ", right ") + age_text(*parts_.right_ttl_ms);
  }
  if (!ttl.empty()) details.emplace_back("stateTtl", ttl);
  if (parts_.as_one) details.emplace_back("hint", "MULTI_JOIN");
  if (parts_.condition != nullptr) {
    details.emplace_back("condition", parts_.condition->to_sql());
  }
  return details;
}

LogicalNodePtr JoinNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 2);
  return std::make_shared<JoinNode>(inputs[0], inputs[1], parts_);
}

Status JoinNode::verify() const {
  if (parts_.left_keys.size() != parts_.right_keys.size()) {
    return Status::UnknownError("a join has ", parts_.left_keys.size(), " and ",
                                parts_.right_keys.size(), " keys");
  }
  for (size_t i = 0; i < parts_.left_keys.size(); ++i) {
    const int l = parts_.left_keys[i], r = parts_.right_keys[i];
    if (l < 0 || l >= left()->num_columns() || r < 0 || r >= right()->num_columns() ||
        !left()->column(l).type.equals_ignoring_null(right()->column(r).type)) {
      return Status::UnknownError("join keys ", l, " and ", r, " do not fit");
    }
  }
  if (parts_.windows && (!left()->window() || !right()->window())) {
    return Status::UnknownError("a window join of inputs without windows");
  }
  return parts_.condition ? verify_over_both(*parts_.condition, *this) : Status::OK();
}

}  // namespace hw
