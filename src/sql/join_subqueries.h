// SPDX-License-Identifier: Apache-2.0
//
// Joins the rows of a clause with the queries inside its expressions (bind_subquery.h).

#pragma once

#include <vector>

#include "sql/ast_expr.h"
#include "sql/bind_subquery.h"

namespace hw {

/// The rows for which `condition` is TRUE. Columns may be added behind those of the rows.
Result<LogicalNodePtr> with_condition(LogicalNodePtr rows, const BoundExprPtr& condition,
                                      const SubqueryCollector& queries, BindSession& session);

/// Joins what `exprs` need behind the rows' columns, and writes them over the result.
Result<LogicalNodePtr> with_subquery_values(LogicalNodePtr rows,
                                            const std::vector<BoundExprPtr*>& exprs,
                                            const SubqueryCollector& queries, BindSession& session);

/// WHERE over the rows of FROM.
Result<LogicalNodePtr> filtered_rows(const Relation& rows, const ast::Expr& where,
                                     BindSession& session);

}  // namespace hw
