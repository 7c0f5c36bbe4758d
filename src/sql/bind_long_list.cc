// SPDX-License-Identifier: Apache-2.0
//
// The items of IN. Literals of a long list go straight into columns, never through an expression
// for each: that is what keeps a list of 100,000 within the memory of a statement.

#include <charconv>
#include <optional>
#include <utility>

#include "expr/evaluator.h"
#include "expr/literal_list.h"
#include "sql/bind_expr.h"

namespace hw {
namespace {

/// Shorter lists stay as they are written: their places are named in errors.
constexpr size_t kPackedItemsMin = 64;

/// Items that are computed for each row.
constexpr size_t kComputedItemsMax = 20'000;

/// The literals that long lists are made of: `7`, `-7` as INT and BIGINT have them.
std::optional<int64_t> small_integer(const ast::Expr& item) {
  const ast::Expr* digits = &item;
  bool negative = false;
  if (item.kind == ast::ExprKind::kOperator && item.as<ast::Operator>().op == ast::Op::kMinus) {
    digits = item.as<ast::Operator>().operands[0].get();
    negative = true;
  }
  if (digits->kind != ast::ExprKind::kLiteral) return {};
  const auto& literal = digits->as<ast::Literal>();
  if (literal.type != ast::LiteralKind::kInteger) return {};
  int64_t value = 0;
  const char* const end = literal.text.data() + literal.text.size();
  const auto [read, error] = std::from_chars(literal.text.data(), end, value);
  if (error != std::errc() || read != end) return {};
  return negative ? -value : value;
}

const std::string* text_of(const ast::Expr& item) {
  if (item.kind != ast::ExprKind::kLiteral) return nullptr;
  const auto& literal = item.as<ast::Literal>();
  return literal.type == ast::LiteralKind::kString ? &literal.text : nullptr;
}

}  // namespace

Result<std::vector<BoundExprPtr>> ExprBinder::bind_items(const BoundExprPtr& operand,
                                                         const std::vector<ast::ExprPtr>& items) {
  const bool constructed = operand->type().is_constructed();
  if (items.size() < kPackedItemsMin || constructed) {
    HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> bound, bind_args(items));
    for (size_t i = 0; i < bound.size() && !constructed; ++i) {
      HW_TRY(check_item(operand, bound[i], items[i]->position));
    }
    return bound;
  }
  LiteralList literals;
  std::vector<BoundExprPtr> others;
  for (const ast::ExprPtr& item : items) {
    if (const std::string* text = text_of(*item)) {
      HW_TRY(literals.add_text(*text));
      continue;
    }
    if (const std::optional<int64_t> value = small_integer(*item)) {
      const bool narrow = *value >= -INT32_MAX && *value <= INT32_MAX;
      HW_TRY(literals.add_integer(*value, narrow ? SqlType::integer() : SqlType::bigint()));
      continue;
    }
    HW_ASSIGN_OR_RETURN(BoundExprPtr bound, bind_any(*item));
    HW_TRY(check_item(operand, bound, item->position));
    if (!bound->reads_columns() && !bound->is_literal()) {
      bound = fold_constants(bound, session_.expr);
    }
    if (bound->is_literal() && !bound->type().is_constructed()) {
      HW_TRY(literals.add(*bound));
    } else {
      others.push_back(std::move(bound));
    }
    if (others.size() > kComputedItemsMax) {
      return at(item->position,
                Status::Invalid("a list has at most ", kComputedItemsMax,
                                " items that are computed for each row; put them into a table and "
                                "write IN (SELECT ..)"));
    }
  }
  HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> bound, literals.take());
  for (BoundExprPtr& other : others) bound.push_back(std::move(other));
  return bound;
}

Status ExprBinder::check_item(const BoundExprPtr& operand, const BoundExprPtr& item,
                              SqlPosition position) {
  if (!item->type().is_constructed()) return Status::OK();
  return call("=", {operand, item}, position).status();
}

}  // namespace hw
