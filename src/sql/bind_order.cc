// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_order.h"

#include <charconv>
#include <utility>

#include "columnar/sql_type.h"

namespace hw {
namespace {

/// The number that an item is, if it is a bare integer.
const std::string* position_text(const ast::Expr& expr) {
  if (expr.kind != ast::ExprKind::kLiteral) return nullptr;
  const auto& literal = expr.as<ast::Literal>();
  return literal.type == ast::LiteralKind::kInteger ? &literal.text : nullptr;
}

}  // namespace

Result<std::vector<OrderExpr>> bind_order_exprs(const std::vector<ast::OrderItem>& items,
                                                int num_columns, ExprBinder& binder) {
  std::vector<OrderExpr> bound;
  for (const ast::OrderItem& item : items) {
    OrderExpr order;
    order.key.descending = item.direction == ast::SortDirection::kDescending;
    // NULL is the smallest value.
    order.key.nulls_first = item.nulls == ast::NullsOrder::kDefault
                                ? !order.key.descending
                                : item.nulls == ast::NullsOrder::kFirst;
    if (const std::string* text = position_text(*item.expr)) {
      int position = 0;
      const auto [end, error] =
          std::from_chars(text->data(), text->data() + text->size(), position);
      if (error != std::errc() || position < 1 || position > num_columns) {
        return at(item.expr->position, Status::Invalid("a position in ORDER BY is from 1 to ",
                                                       num_columns, ", but is ", *text));
      }
      order.key.column = position - 1;
    } else {
      HW_ASSIGN_OR_RETURN(order.expr, binder.bind(*item.expr));
      const SqlType& type = order.expr->type();
      if (!type.has_order()) {
        return at(item.expr->position,
                  Status::TypeError("ORDER BY needs values that have an order, but ",
                                    order.expr->to_sql(), " is ", type.to_sql_without_null()));
      }
    }
    bound.push_back(std::move(order));
  }
  return bound;
}

}  // namespace hw
