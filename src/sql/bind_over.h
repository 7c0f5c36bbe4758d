// SPDX-License-Identifier: Apache-2.0
//
// Functions with OVER: what a query block calls, and the nodes that compute it. While expressions
// are bound, a column far behind the others stands for a call's result; once the rows below are
// known, the calls become nodes and these columns theirs.

#pragma once

#include <functional>
#include <vector>

#include "expr/aggregate_function.h"
#include "expr/bound_expr.h"
#include "operators/over_call.h"
#include "sql/ast_query.h"
#include "sql/bind_scope.h"
#include "sql/bind_session.h"

namespace hw {

class OverCollector {
 public:
  /// Number of the column that stands for the first call.
  static constexpr int kFirst = 1 << 23;

  struct Order {
    BoundExprPtr expr;
    bool descending = false;
    bool nulls_first = true;
  };
  struct Call {
    OverFunction function = OverFunction::kAggregate;
    /// kAggregate only.
    const AggregateFunction* aggregate = nullptr;
    std::vector<BoundExprPtr> args;
    /// May be null.
    BoundExprPtr filter;
    int64_t n = 1;
    bool ignore_nulls = false;
    /// kAggregate only.
    bool distinct = false;
    OverFrame frame;
    SqlType type;
    std::vector<BoundExprPtr> partition;
    std::vector<Order> order;
    SqlPosition position;
  };
  using Rewrite = std::function<Result<BoundExprPtr>(const BoundExprPtr&)>;

  /// The windows that the block names. They outlive the collector.
  explicit OverCollector(const std::vector<ast::NamedWindow>& windows) : windows_(windows) {}

  const std::vector<ast::NamedWindow>& windows() const { return windows_; }
  /// Returns the column that stands for the result.
  BoundExprPtr add(Call call, std::string_view name);
  bool empty() const { return calls_.empty(); }
  /// Writes all that the calls read anew: over groups instead of rows.
  Status rewrite(const Rewrite& rewrite);

  /// Puts the calls on top of `plan`, whose columns stay the first ones.
  LogicalNodePtr plan_over(const LogicalNodePtr& plan);
  /// The expression with the calls' columns of the plan made by plan_over().
  BoundExprPtr over_results(const BoundExprPtr& expr) const;

 private:
  const std::vector<ast::NamedWindow>& windows_;
  std::vector<Call> calls_;
  LogicalNodePtr plan_;
  std::vector<int> columns_;  // of plan_, by call
};

/// PARTITION BY, ORDER BY and frame of an OVER, what it takes from named windows put in.
Result<ast::WindowSpec> resolved_window(const ast::WindowSpec& spec,
                                        const std::vector<ast::NamedWindow>& windows);

/// The frame of a call. `order` is that of its window.
Result<OverFrame> bind_frame(const ast::WindowSpec& spec,
                             const std::vector<OverCollector::Order>& order, BindSession& session);

/// The function that a name means with OVER, unless it is an aggregate function.
bool is_over_function(std::string_view name, OverFunction* function);

}  // namespace hw
