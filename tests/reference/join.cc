// SPDX-License-Identifier: Apache-2.0
//
// Joins as nested loops over all pairs. Tables that rows are looked up in never change, so they are
// joined like any other.

#include <algorithm>
#include <vector>

#include "expr/scalar_function.h"
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

namespace {

/// The tests of a condition that pin the right's key: equalities that read nothing else of it.
void add_key_tests(const BoundExpr& condition, const JoinNode& node,
                   std::vector<const BoundExpr*>& tests) {
  if (condition.kind() == BoundExpr::Kind::kAnd) {
    for (const BoundExprPtr& arg : condition.args()) add_key_tests(*arg, node, tests);
    return;
  }
  if (condition.kind() != BoundExpr::Kind::kCall || condition.function()->name != "=") return;
  const std::vector<int>& key = node.parts().versions->key;
  bool reads_key = false;
  for (const int column : columns_read(condition)) {
    const int i = column - node.left()->num_columns();
    if (i < 0) continue;
    if (std::find(key.begin(), key.end(), i) == key.end()) return;
    reads_key = true;
  }
  if (reads_key) tests.push_back(&condition);
}

/// For each row of the left the last of the right's rows of its key that is not younger. Generated
/// versions of one key have different times, and no row is late.
Result<Relation> join_versions(const JoinNode& node, const Relation& left, const Relation& right) {
  const JoinNode::Parts& parts = node.parts();
  const JoinNode::Versions& versions = *parts.versions;
  const auto left_time = static_cast<size_t>(versions.times.left_time);
  const auto right_time = static_cast<size_t>(versions.times.right_time);
  std::vector<const BoundExpr*> keys;
  if (parts.condition != nullptr) add_key_tests(*parts.condition, node, keys);
  Relation rows;
  for (const Arrival& one : left) {
    if (one.row[left_time].is_null()) continue;
    const Arrival* version = nullptr;
    for (const Arrival& other : right) {
      bool is_key = true;
      for (const BoundExpr* test : keys) {
        HW_ASSIGN_OR_RETURN(const bool equal, holds(*test, joined(one.row, other.row)));
        is_key = is_key && equal;
      }
      if (!is_key || compare(other.row[right_time], one.row[left_time]) > 0) continue;
      if (version == nullptr || compare(other.row[right_time], version->row[right_time]) >= 0) {
        version = &other;
      }
    }
    bool found = version != nullptr;
    if (found) {
      HW_ASSIGN_OR_RETURN(found, matches(parts, one.row, version->row));
    }
    if (found) rows.push_back({joined(one.row, version->row)});
    if (!found && parts.kind == JoinKind::kLeft) {
      rows.push_back({joined(one.row, nulls(*node.right()))});
    }
  }
  return rows;
}

}  // namespace

Result<Relation> join(const JoinNode& node, const Relation& left, const Relation& right) {
  if (node.parts().versions) return join_versions(node, left, right);
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
