// SPDX-License-Identifier: Apache-2.0
//
// Queries: WITH, SELECT, VALUES, set operations, ORDER BY and LIMIT become logical plans.

#pragma once

#include "sql/ast_query.h"
#include "sql/bind_expr.h"
#include "sql/bind_scope.h"
#include "sql/bind_session.h"

namespace hw {

/// Where a query stands decides whether its order means something.
enum class QueryPlace : uint8_t {
  kOutermost,  // of a statement
  kNested,     // derived table, view, common table expression: ORDER BY counts only with LIMIT
};

/// The plan's columns are the query's, with names that differ from each other.
Result<LogicalNodePtr> bind_query(const ast::Query& query, QueryPlace place, BindSession& session);

/// One body without the clauses around it. `query` gives ORDER BY and LIMIT to SELECT, which sorts
/// by columns that it does not show.
Result<LogicalNodePtr> bind_select(const ast::Select& select, const ast::Query* query,
                                   BindSession& session);
Result<LogicalNodePtr> bind_values(const ast::Values& values, BindSession& session);
Result<LogicalNodePtr> bind_set_operation(const ast::SetOperation& operation, BindSession& session);
/// All rows of the inputs, which have equally many columns, in the types that they have in common.
Result<LogicalNodePtr> union_all(std::vector<LogicalNodePtr> inputs, SqlPosition position);

/// The value of LIMIT or OFFSET.
Result<int64_t> bind_row_count(const ast::ExprPtr& expr, std::string_view clause);
/// Puts LIMIT and OFFSET of `query` on top of `plan`.
Result<LogicalNodePtr> with_limit(LogicalNodePtr plan, const ast::Query& query);

/// Columns that hold nothing but NULL get the wanted types; null where none is wanted: STRING.
LogicalNodePtr with_null_types(const LogicalNodePtr& plan, const std::vector<SqlType>& wanted);
/// No column is left without a type.
LogicalNodePtr with_null_types(const LogicalNodePtr& plan);

}  // namespace hw
