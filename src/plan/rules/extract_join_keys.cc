// SPDX-License-Identifier: Apache-2.0
//
// Equalities between the two sides of a join become its keys, or where there are none, IS NOT
// DISTINCT FROM does; a side that is computed is put into a column of its input first.

#include <algorithm>
#include <optional>

#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

enum class Side : uint8_t { kNone, kLeft, kRight, kBoth };

Side side_of(const BoundExpr& expr, int left_columns) {
  bool left = false, right = false;
  for (const int column : columns_read(expr)) {
    (column < left_columns ? left : right) = true;
  }
  if (left && right) return Side::kBoth;
  return left ? Side::kLeft : right ? Side::kRight : Side::kNone;
}

/// One input of the join with the key columns that are computed behind its own.
class KeyedInput {
 public:
  KeyedInput(const LogicalNodePtr& input, int first)
      : input_(input), first_(first), exprs_(columns_of(*input)) {
    for (const PlanColumn& column : input->columns()) names_.push_back(column.name);
  }

  /// `key` is over both inputs' columns. Returns its column in this input.
  int add(const BoundExprPtr& key) {
    std::vector<int> own(static_cast<size_t>(first_), -1);
    for (int i = 0; i < input_->num_columns(); ++i) own.push_back(i);
    const BoundExprPtr expr = renumber_columns(key, own);
    for (size_t i = 0; i < exprs_.size(); ++i) {
      if (exprs_[i]->equals(*expr)) return static_cast<int>(i);
    }
    exprs_.push_back(expr);
    names_.push_back("$key" + std::to_string(exprs_.size() - 1));
    return static_cast<int>(exprs_.size()) - 1;
  }

  int added() const { return static_cast<int>(exprs_.size()) - input_->num_columns(); }
  LogicalNodePtr plan() const {
    return added() == 0 ? input_ : std::make_shared<ProjectNode>(input_, exprs_, names_);
  }

 private:
  const LogicalNodePtr& input_;
  const int first_;
  std::vector<BoundExprPtr> exprs_;
  std::vector<std::string> names_;
};

struct KeyPair {
  BoundExprPtr left;
  BoundExprPtr right;
};

std::optional<KeyPair> key_pair(const BoundExpr& test, const char* function, int left_columns) {
  if (test.kind() != BoundExpr::Kind::kCall || test.function()->name != function ||
      !test.deterministic()) {
    return std::nullopt;
  }
  const BoundExprPtr& a = test.args()[0];
  const BoundExprPtr& b = test.args()[1];
  if (!a->type().equals_ignoring_null(b->type())) return std::nullopt;
  const Side side_a = side_of(*a, left_columns), side_b = side_of(*b, left_columns);
  if (side_a == Side::kLeft && side_b == Side::kRight) return KeyPair{a, b};
  if (side_a == Side::kRight && side_b == Side::kLeft) return KeyPair{b, a};
  return std::nullopt;
}

/// Versions of a row are those of its PRIMARY KEY; other equalities are tested on the one found.
bool may_be_key(const BoundExpr& right, const JoinNode::Parts& parts, int left_columns) {
  if (!parts.versions) return true;
  const std::vector<int>& key = parts.versions->key;
  return right.kind() == BoundExpr::Kind::kColumn &&
         std::find(key.begin(), key.end(), right.column_index() - left_columns) != key.end();
}

/// The join's own columns out of the wider inputs.
LogicalNodePtr original_columns(const LogicalNodePtr& join, const JoinNode& before,
                                int added_left) {
  const int left_columns = before.left()->num_columns();
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (int i = 0; i < before.num_columns(); ++i) {
    const int column = i < left_columns ? i : i + added_left;
    exprs.push_back(column_of(*join, column));
    names.push_back(before.column(i).name);
  }
  return std::make_shared<ProjectNode>(join, std::move(exprs), std::move(names));
}

/// A join on its way to keys.
class Extraction {
 public:
  explicit Extraction(const JoinNode& join)
      : join_(join),
        left_columns_(join.left()->num_columns()),
        left_(join.left(), 0),
        right_(join.right(), left_columns_),
        parts_(join.parts()),
        tests_(conjuncts(parts_.condition)) {}

  /// Takes the tests by that function that can be keys.
  void take(const char* function) {
    std::vector<BoundExprPtr> rest;
    for (const BoundExprPtr& test : tests_) {
      const std::optional<KeyPair> pair = key_pair(*test, function, left_columns_);
      if (pair && may_be_key(*pair->right, parts_, left_columns_)) {
        add(*pair);
      } else {
        rest.push_back(test);
      }
    }
    tests_ = std::move(rest);
  }

  /// Where nothing else is a key, NULL may be one, too.
  void take_with_nulls() {
    if (!parts_.left_keys.empty() || parts_.versions || parts_.lookup || parts_.interval ||
        parts_.windows || parts_.null_aware) {
      return;
    }
    take("IS NOT DISTINCT FROM");
    parts_.nulls_equal = !parts_.left_keys.empty();
  }

  bool found() const { return parts_.left_keys.size() != join_.parts().left_keys.size(); }

  LogicalNodePtr plan() && {
    parts_.condition = nullptr;
    if (!tests_.empty()) {
      std::vector<int> new_index;
      for (int i = 0; i < left_columns_ + join_.right()->num_columns(); ++i) {
        new_index.push_back(i < left_columns_ ? i : i + left_.added());
      }
      parts_.condition = renumber_columns(conjunction(std::move(tests_)), new_index);
    }
    const LogicalNodePtr left = left_.plan(), right = right_.plan();
    // Conditions that came down from WHERE may say that it joins windows.
    const bool may_join_windows = !parts_.windows && !parts_.interval && !parts_.versions;
    if (may_join_windows) {
      parts_.windows = find_windows(parts_.left_keys, parts_.right_keys, *left, *right);
    }
    const LogicalNodePtr keyed = std::make_shared<JoinNode>(left, right, std::move(parts_));
    if (left_.added() == 0 && right_.added() == 0) return keyed;
    return original_columns(keyed, join_, left_.added());
  }

 private:
  void add(const KeyPair& pair) {
    const int l = left_.add(pair.left), r = right_.add(pair.right);
    for (size_t i = 0; i < parts_.left_keys.size(); ++i) {
      if (parts_.left_keys[i] == l && parts_.right_keys[i] == r) return;
    }
    parts_.left_keys.push_back(l);
    parts_.right_keys.push_back(r);
  }

  const JoinNode& join_;
  const int left_columns_;
  KeyedInput left_, right_;
  JoinNode::Parts parts_;
  std::vector<BoundExprPtr> tests_;
};

LogicalNodePtr extract(const LogicalNodePtr& node) {
  const auto* join = node_if<JoinNode>(node);
  if (join == nullptr || join->parts().condition == nullptr) return node;
  Extraction keys(*join);
  keys.take("=");
  keys.take_with_nulls();
  return keys.found() ? std::move(keys).plan() : node;
}

}  // namespace

Result<LogicalNodePtr> extract_join_keys(const LogicalNodePtr& plan, const RuleContext&) {
  return transform_up(
      plan, [](const LogicalNodePtr& node) -> Result<LogicalNodePtr> { return extract(node); });
}

}  // namespace hw
