// SPDX-License-Identifier: Apache-2.0
//
// Joins as nested loops over all pairs.

#include "reference/operators.h"
#include "reference/scalar.h"

namespace hw::reference {
namespace {

Row joined(const Row& left, const Row& right) {
  Row row = left;
  row.insert(row.end(), right.begin(), right.end());
  return row;
}

Result<bool> matches(const JoinNode::Parts& parts, const Row& left, const Row& right) {
  for (size_t i = 0; i < parts.left_keys.size(); ++i) {
    const Value& a = left[static_cast<size_t>(parts.left_keys[i])];
    const Value& b = right[static_cast<size_t>(parts.right_keys[i])];
    if (a.is_null() || b.is_null()) {
      const bool equal = parts.null_aware || (parts.nulls_equal && a.is_null() && b.is_null());
      if (!equal) return false;
    } else if (compare(a, b) != 0) {
      return false;
    }
  }
  if (parts.condition == nullptr) return true;
  if (parts.null_aware) {
    // NOT IN: what might be equal is.
    HW_ASSIGN_OR_RETURN(const Value equal, evaluate(*parts.condition, joined(left, right)));
    if (equal.is_null()) return true;
  }
  return holds(*parts.condition, joined(left, right));
}

Row nulls(const LogicalNode& node) { return Row(static_cast<size_t>(node.num_columns())); }

}  // namespace

Result<Relation> join(const JoinNode& node, const Relation& left, const Relation& right) {
  if (node.parts().versions) {
    return Status::NotImplemented("the reference does not know FOR SYSTEM_TIME AS OF");
  }
  const JoinKind kind = node.parts().kind;
  const bool pairs = kind != JoinKind::kSemi && kind != JoinKind::kAnti;
  std::vector<bool> right_matched(right.size(), false);
  Relation rows;
  for (const Arrival& one : left) {
    bool left_matched = false;
    for (size_t i = 0; i < right.size(); ++i) {
      HW_ASSIGN_OR_RETURN(const bool match, matches(node.parts(), one.row, right[i].row));
      if (!match) continue;
      left_matched = right_matched[i] = true;
      if (pairs) rows.push_back({joined(one.row, right[i].row)});
    }
    const bool keeps_left = kind == JoinKind::kLeft || kind == JoinKind::kFull;
    if (keeps_left && !left_matched) rows.push_back({joined(one.row, nulls(*node.right()))});
    if (kind == JoinKind::kSemi && left_matched) rows.push_back({one.row});
    if (kind == JoinKind::kAnti && !left_matched) rows.push_back({one.row});
  }
  if (kind == JoinKind::kRight || kind == JoinKind::kFull) {
    for (size_t i = 0; i < right.size(); ++i) {
      if (!right_matched[i]) rows.push_back({joined(nulls(*node.left()), right[i].row)});
    }
  }
  return rows;
}

}  // namespace hw::reference
