// SPDX-License-Identifier: Apache-2.0
//
// The whole syntax tree, and walks over it.

#pragma once

#include <functional>

#include "sql/ast_expr.h"
#include "sql/ast_name.h"
#include "sql/ast_query.h"
#include "sql/ast_statement.h"
#include "sql/ast_table.h"
#include "sql/ast_type.h"

namespace hw::ast {

/// Calls `visit` with every direct child expression of `expr` in the order written, window
/// specification, filter and JSON defaults included; does not enter sub-queries.
void for_each_child(const Expr& expr, const std::function<void(const ExprPtr&)>& visit);

/// Returns the sub-query that `expr` itself holds (IN, ANY, EXISTS, scalar, table argument) or
/// null.
QueryPtr subquery_of(const Expr& expr);

}  // namespace hw::ast
