// SPDX-License-Identifier: Apache-2.0
//
// Frees the plan of a sub-query from the columns of the query around it: conditions that read them
// leave the plan and become conditions of the join between the two. What a condition reads of the
// sub-query stays a column of it; an aggregation groups by what is compared with an outer column,
// and LIMIT is of each value of that.

#pragma once

#include <vector>

#include "plan/logical/node.h"
#include "sql/outer_column.h"

namespace hw {

struct Decorrelated {
  /// The query's columns come first, in its order.
  LogicalNodePtr plan;
  /// Over outer columns and the plan's columns.
  std::vector<BoundExprPtr> conditions;
};

/// Fails (not supported yet) where an outer column stands elsewhere than in WHERE, HAVING or the ON
/// of an inner join, or below a set operation, a window.
Result<Decorrelated> decorrelate(const LogicalNodePtr& plan);

/// The expressions of a node that may hold outer columns.
std::vector<BoundExprPtr> correlated_exprs(const LogicalNode& node);

/// True when an expression somewhere in the plan reads an outer column.
bool reads_outer(const LogicalNode& plan);
bool reads_outer(const BoundExprPtr& expr);

/// Of the first outer column in the plan.
SqlPosition place_of_outer(const LogicalNode& plan);

/// Renumbers the plan's own columns and leaves the outer ones.
BoundExprPtr renumber_own(const BoundExprPtr& expr, const std::vector<int>& new_index);

/// Replaces the plan's own column i by replacements[i].
BoundExprPtr substitute_own(const BoundExprPtr& expr,
                            const std::vector<BoundExprPtr>& replacements);

/// An equality between outer columns and own ones, = or IS NOT DISTINCT FROM.
struct OuterEquality {
  BoundExprPtr outer;
  BoundExprPtr own;
};
/// Fails when the condition is of another form.
Result<OuterEquality> outer_equality(const BoundExprPtr& condition);
bool are_equalities(const std::vector<BoundExprPtr>& conditions);

}  // namespace hw
