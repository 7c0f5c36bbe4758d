// SPDX-License-Identifier: Apache-2.0
//
// Inner joins upon joins as one list of inputs and one list of tests, so that a rule may join them
// in another order.

#pragma once

#include <vector>

#include "plan/logical/join.h"

namespace hw {

/// An inner join that says nothing of times, windows, versions or how long rows of its sides are
/// kept, and all of whose tests may be done earlier or later; else null. Keys have not been made
/// yet.
const JoinNode* plain_join(const LogicalNodePtr& node);

/// The inputs from left to right, and what must hold of all their columns.
struct JoinList {
  std::vector<LogicalNodePtr> inputs;
  /// The place of each input's first column.
  std::vector<int> first;
  int columns = 0;
  std::vector<BoundExprPtr> tests;

  /// By input: whether a hint asks for one operator for it and others.
  std::vector<bool> as_one;

  /// Requires: plain_join(node).
  explicit JoinList(const LogicalNodePtr& node) { collect(node, false); }

  int input_of(int column) const;
  /// Whether all columns of `expr` are of inputs that `in` names, and there is one.
  bool reads_only(const BoundExpr& expr, const std::vector<bool>& in) const;
  /// Whether the test is an equality between an expression over `a` and one over `b`.
  bool equates(const BoundExpr& test, const std::vector<bool>& a, const std::vector<bool>& b) const;

 private:
  void collect(const LogicalNodePtr& node, bool hinted);
};

/// Some inputs of a list, joined. Each test is done as soon as its columns are there.
struct JoinedPart {
  LogicalNodePtr plan;
  std::vector<bool> holds;   // by input
  std::vector<int> columns;  // of the plan, numbered as in the list

  static JoinedPart of_input(const JoinList& list, size_t input);
};

/// The tests of the list that can be done on both parts together and on neither alone are taken
/// out of it; the result's columns are the left's, then the right's.
JoinedPart join_parts(JoinList& list, const JoinedPart& left, const JoinedPart& right,
                      const SqlPosition& position);

/// The columns of the list's joins, in their order. Requires: `part` holds all inputs.
LogicalNodePtr in_order_of_list(const JoinList& list, const JoinedPart& part);

}  // namespace hw
