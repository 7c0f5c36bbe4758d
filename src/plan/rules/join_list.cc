// SPDX-License-Identifier: Apache-2.0

#include "plan/rules/join_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "plan/logical/project.h"

namespace hw {

const JoinNode* plain_join(const LogicalNodePtr& node) {
  const auto* join = node_if<JoinNode>(node);
  if (join == nullptr) return nullptr;
  const JoinNode::Parts& parts = join->parts();
  const bool plain = parts.kind == JoinKind::kInner && parts.left_keys.empty() &&
                     !parts.nulls_equal && !parts.null_aware && !parts.interval && !parts.windows &&
                     !parts.versions && !parts.lookup && !parts.left_ttl_ms && !parts.right_ttl_ms;
  if (!plain) return nullptr;
  if (parts.condition == nullptr) return join;
  return parts.condition->deterministic() && !parts.condition->can_fail() ? join : nullptr;
}

void JoinList::collect(const LogicalNodePtr& node, bool hinted) {
  const JoinNode* join = plain_join(node);
  if (join == nullptr) {
    inputs.push_back(node);
    first.push_back(columns);
    columns += node->num_columns();
    as_one.push_back(hinted);
    return;
  }
  const int begin = columns;
  hinted = hinted || join->parts().as_one;
  collect(join->left(), hinted);
  collect(join->right(), hinted);
  if (join->parts().condition == nullptr) return;
  std::vector<int> place;
  for (int i = begin; i < columns; ++i) place.push_back(i);
  for (const BoundExprPtr& test : conjuncts(join->parts().condition)) {
    tests.push_back(renumber_columns(test, place));
  }
}

int JoinList::input_of(int column) const {
  const auto after = std::upper_bound(first.begin(), first.end(), column);
  return static_cast<int>(after - first.begin()) - 1;
}

bool JoinList::reads_only(const BoundExpr& expr, const std::vector<bool>& in) const {
  const std::vector<int> read = columns_read(expr);
  return !read.empty() && std::all_of(read.begin(), read.end(), [&](int column) {
    return in[static_cast<size_t>(input_of(column))];
  });
}

bool JoinList::equates(const BoundExpr& test, const std::vector<bool>& a,
                       const std::vector<bool>& b) const {
  if (test.kind() != BoundExpr::Kind::kCall || test.function()->name != "=") return false;
  const BoundExpr& left = *test.args()[0];
  const BoundExpr& right = *test.args()[1];
  return (reads_only(left, a) && reads_only(right, b)) ||
         (reads_only(left, b) && reads_only(right, a));
}

JoinedPart JoinedPart::of_input(const JoinList& list, size_t input) {
  JoinedPart part{.plan = list.inputs[input], .holds = {}, .columns = {}};
  part.holds.assign(list.inputs.size(), false);
  part.holds[input] = true;
  for (int i = 0; i < part.plan->num_columns(); ++i) part.columns.push_back(list.first[input] + i);
  return part;
}

JoinedPart join_parts(JoinList& list, const JoinedPart& left, const JoinedPart& right,
                      const SqlPosition& position) {
  JoinedPart joined = left;
  for (size_t i = 0; i < joined.holds.size(); ++i) {
    joined.holds[i] = joined.holds[i] || right.holds[i];
  }
  joined.columns.insert(joined.columns.end(), right.columns.begin(), right.columns.end());
  std::vector<int> place(static_cast<size_t>(list.columns), -1);
  for (size_t i = 0; i < joined.columns.size(); ++i) {
    place[static_cast<size_t>(joined.columns[i])] = static_cast<int>(i);
  }
  std::vector<BoundExprPtr> now;
  std::erase_if(list.tests, [&](const BoundExprPtr& test) {
    const bool there = columns_read(*test).empty() || list.reads_only(*test, joined.holds);
    if (there) now.push_back(renumber_columns(test, place));
    return there;
  });
  JoinNode::Parts parts;
  parts.condition = now.empty() ? nullptr : conjunction(std::move(now));
  parts.as_one = true;
  for (size_t i = 0; i < joined.holds.size(); ++i) {
    if (joined.holds[i] && !list.as_one[i]) parts.as_one = false;
  }
  parts.position = position;
  joined.plan = std::make_shared<JoinNode>(left.plan, right.plan, std::move(parts));
  return joined;
}

LogicalNodePtr in_order_of_list(const JoinList& list, const JoinedPart& part) {
  std::vector<int> place(static_cast<size_t>(list.columns), -1);
  for (size_t i = 0; i < part.columns.size(); ++i) {
    place[static_cast<size_t>(part.columns[i])] = static_cast<int>(i);
  }
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (const LogicalNodePtr& input : list.inputs) {
    for (int i = 0; i < input->num_columns(); ++i) {
      exprs.push_back(column_of(*part.plan, place[exprs.size()]));
      names.push_back(input->column(i).name);
    }
  }
  return std::make_shared<ProjectNode>(part.plan, std::move(exprs), std::move(names));
}

}  // namespace hw
