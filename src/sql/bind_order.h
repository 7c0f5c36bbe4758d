// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY: by position, by the name of a shown column, or by an expression.

#pragma once

#include <vector>

#include "operators/sort_key.h"
#include "sql/bind_expr.h"

namespace hw {

struct OrderExpr {
  /// Its column is set when `expr` is null: a position in the list.
  SortKey key;
  /// May be null.
  BoundExprPtr expr;
};

/// `num_columns` bounds positions: ORDER BY 2.
Result<std::vector<OrderExpr>> bind_order_exprs(const std::vector<ast::OrderItem>& items,
                                                int num_columns, ExprBinder& binder);

}  // namespace hw
