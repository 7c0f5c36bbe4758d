// SPDX-License-Identifier: Apache-2.0
//
// Queries inside expressions: EXISTS, IN, = ANY and queries as values. While a clause is bound each
// is a column that stands for its answer; then the clause's rows are joined with the queries
// (join_subqueries.h). A query that is the test of a WHERE or HAVING, alone or under NOT, becomes a
// semi or anti join, any other one a left join.

#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "plan/logical/node.h"
#include "sql/ast_query.h"
#include "sql/bind_session.h"
#include "sql/outer_column.h"

namespace hw {

enum class SubqueryForm : uint8_t {
  kExists,
  kCompared,  // with an operand: IN, ANY, ALL
  kValue,
};

struct BoundSubquery {
  SubqueryForm form = SubqueryForm::kExists;
  /// Without outer columns. kCompared: the compared columns come first. kValue: at most one row
  /// for each choice of what the conditions read.
  LogicalNodePtr plan;
  /// What rows of the outer query and rows of `plan` must fulfil; outer column i is outer[i].
  std::vector<BoundExprPtr> conditions;
  /// kCompared: the comparisons of operand and query, in the same terms.
  std::vector<BoundExprPtr> comparisons;
  /// The answer is TRUE when all rows compare, not when some do: ALL.
  bool all = false;
  /// kValue: not null where the rows of `plan` are to be aggregated for each choice of the outer
  /// columns first (aggregate_by_choice.h): an AggregateNode over such rows.
  LogicalNodePtr aggregate;
  /// kValue: the value, in the same terms; the plan's columns are NULL where there is no row.
  BoundExprPtr value;
  /// Over the rows of the clause.
  std::vector<BoundExprPtr> outer;
  SqlType type;
  SqlPosition position;
};

/// The sub-queries of the clauses of one query block that see the same rows.
class SubqueryCollector {
 public:
  /// Returns the column that stands for the answer.
  BoundExprPtr add(BoundSubquery query);
  const std::vector<BoundSubquery>& queries() const { return queries_; }
  /// Requires: is_subquery_column(column).
  const BoundSubquery& query_of(const BoundExpr& column) const {
    return queries_[static_cast<size_t>(column.column_index() - kSubqueryColumnFirst)];
  }
  /// Rewrites what the queries read of the rows: over the rows' groups.
  Status rewrite_outer(const std::function<Result<BoundExprPtr>(const BoundExprPtr&)>& rewrite);

 private:
  std::vector<BoundSubquery> queries_;
};

/// Columns of a query as another one sees them around it.
class OuterScope {
 public:
  OuterScope(BindSession& session, const Relation& relation);
  ~OuterScope();
  OuterScope(const OuterScope&) = delete;
  OuterScope& operator=(const OuterScope&) = delete;

 private:
  BindSession& session_;
};

/// The column of a surrounding query that `name` means, with the number of parts that it took; null
/// if there is none. Fails when only a query further out has it.
struct OuterColumn {
  BoundExprPtr column;
  size_t parts = 0;
};
/// `parts_min`: 2 looks only for columns that the name gives their table.
Result<OuterColumn> find_outer_column(const ast::Name& name, size_t parts_min,
                                      const BindSession& session);

/// An aggregation without GROUP BY below projections: one row, whatever is below.
struct OneRowQuery {
  LogicalNodePtr aggregate;
  /// The query's columns, over the aggregate's.
  std::vector<BoundExprPtr> exprs;
  /// May be null.
  BoundExprPtr having;
};
std::optional<OneRowQuery> one_row_query(LogicalNodePtr plan);
/// `exprs` over an aggregate's columns where its row may be missing, since no row was there to
/// aggregate: a count is 0 then, all else NULL.
Result<std::vector<BoundExprPtr>> over_missing_row(const LogicalNode& aggregate,
                                                   const std::vector<BoundExprPtr>& exprs,
                                                   SqlPosition position);

/// (SELECT ..), EXISTS (SELECT ..); the answer is what the collector's column stands for, or is
/// known at once. `rows` are those of the clause.
Result<BoundExprPtr> bind_exists(const ast::Query& query, SqlPosition position,
                                 const Relation& rows, BindSession& session,
                                 SubqueryCollector& collector);
Result<BoundExprPtr> bind_scalar_query(const ast::Query& query, SqlPosition position,
                                       const Relation& rows, BindSession& session,
                                       SubqueryCollector& collector);
/// operands op ANY (query); with `all` operands op ALL (query). `function` is the comparison's.
struct SubqueryComparison {
  std::string_view function;
  bool all = false;
  SqlPosition position;
};
Result<BoundExprPtr> bind_comparison(const SubqueryComparison& comparison,
                                     std::vector<BoundExprPtr> operands, const ast::Query& query,
                                     const Relation& rows, BindSession& session,
                                     SubqueryCollector& collector);

}  // namespace hw
