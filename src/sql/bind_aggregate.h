// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY and aggregate functions. Expressions of an aggregating query are first bound over the
// rows that are grouped, with each aggregate call as a column numbered behind them; then what
// equals a grouping expression is replaced by its key, and whatever column is left is an error.

#pragma once

#include <string>
#include <vector>

#include "expr/aggregate_function.h"
#include "expr/bound_expr.h"
#include "sql/ast_query.h"
#include "sql/bind_scope.h"
#include "sql/bind_session.h"

namespace hw {

struct GroupWindow;

/// The aggregate calls of one query block, each once.
class AggregateCollector {
 public:
  struct Call {
    /// Null: GROUPING(args), or GROUP_ID() without arguments.
    const AggregateFunction* function = nullptr;
    std::vector<BoundExprPtr> args;
    /// May be null.
    BoundExprPtr filter;
    bool distinct = false;
    SqlType type;
  };

  /// `first` is the number of columns of the rows that are grouped.
  explicit AggregateCollector(int first) : first_(first) {}

  /// Returns the column that stands for the call's result.
  BoundExprPtr add(Call call);
  const std::vector<Call>& calls() const { return calls_; }
  int first() const { return first_; }

 private:
  const int first_;
  std::vector<Call> calls_;
};

/// The expressions of GROUP BY, and by which of them each grouping set groups.
struct GroupKeys {
  std::vector<BoundExprPtr> exprs;
  /// Empty: by all of them. Else a flag for each expression, a list for each set.
  std::vector<std::vector<bool>> sets;
};

/// A query block that aggregates: its plan and the way from bound expressions to its columns.
class Grouping {
 public:
  /// `keys` and the collector's calls are over the columns of `ungrouped`.
  static Result<Grouping> make(const LogicalNodePtr& ungrouped, GroupKeys keys,
                               const AggregateCollector& aggregates, BindSession& session);

  const LogicalNodePtr& plan() const { return plan_; }
  /// Returns the expression over plan()'s columns.
  /// Fails (Invalid) when it reads a column that is neither grouped nor inside an aggregate.
  Result<BoundExprPtr> over_groups(const BoundExprPtr& expr) const;

 private:
  static Result<Grouping> make_plain(const LogicalNodePtr& input, std::vector<BoundExprPtr> keys,
                                     const AggregateCollector& aggregates,
                                     const std::vector<int>& key_of_call, BindSession& session);

  LogicalNodePtr plan_;
  std::vector<BoundExprPtr> keys_;
  /// Column of plan() for each key, and for each aggregate call.
  std::vector<int> key_columns_;
  std::vector<int> call_columns_;
  int first_aggregate_ = 0;
};

/// An argument that may fail is not computed for rows that FILTER drops; `filter` may be null.
BoundExprPtr only_where(const BoundExprPtr& filter, const BoundExprPtr& arg);

/// SELECT DISTINCT, UNION: each row once.
Result<LogicalNodePtr> distinct_rows(const LogicalNodePtr& input, BindSession& session);

/// The expressions of GROUP BY with ROLLUP, CUBE and GROUPING SETS written out as sets.
/// `window` is the one among them, or null.
Result<GroupKeys> bind_group_by(const std::vector<ast::GroupingElement>& elements,
                                const GroupWindow* window, const Relation& relation,
                                BindSession& session);

/// Processing-time columns read from the clock: in front of what stores rows.
Result<LogicalNodePtr> with_clock_read(const LogicalNodePtr& input, BindSession& session);

/// Rows once for each grouping set, with NULL in what the set does not group by.
struct ExpandedRows {
  LogicalNodePtr plan;
  /// What to group by: the expressions, then columns that tell the sets apart and hold the values
  /// of GROUPING and GROUP_ID.
  std::vector<BoundExprPtr> keys;
  /// For each call of the collector the key that it is, or -1.
  std::vector<int> key_of_call;
};
/// Fails (Invalid) when GROUPING is asked for what is not in GROUP BY.
Result<ExpandedRows> expand_grouping_sets(const LogicalNodePtr& input, const GroupKeys& keys,
                                          const AggregateCollector& aggregates);

}  // namespace hw
