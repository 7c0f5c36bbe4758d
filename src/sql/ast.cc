// SPDX-License-Identifier: Apache-2.0

#include "sql/ast.h"

namespace hw::ast {
namespace {

using Visit = std::function<void(const ExprPtr&)>;

void visit_present(const ExprPtr& expr, const Visit& visit) {
  if (expr != nullptr) visit(expr);
}

void visit_all(const std::vector<ExprPtr>& exprs, const Visit& visit) {
  for (const ExprPtr& expr : exprs) visit(expr);
}

void visit_order(const std::vector<OrderItem>& items, const Visit& visit) {
  for (const OrderItem& item : items) visit(item.expr);
}

void visit_window(const WindowSpec& window, const Visit& visit) {
  visit_all(window.partition_by, visit);
  visit_order(window.order_by, visit);
  if (!window.frame) return;
  visit_present(window.frame->start.offset, visit);
  visit_present(window.frame->end.offset, visit);
}

void visit_call(const FunctionCall& call, const Visit& visit) {
  visit_all(call.args, visit);
  visit_order(call.order_by, visit);
  if (call.json != nullptr) {
    if (call.json->on_empty) visit_present(call.json->on_empty->value, visit);
    if (call.json->on_error) visit_present(call.json->on_error->value, visit);
  }
  visit_order(call.within_group, visit);
  visit_present(call.filter, visit);
  if (call.over != nullptr) visit_window(*call.over, visit);
}

void visit_case(const Case& expr, const Visit& visit) {
  visit_present(expr.operand, visit);
  for (const CaseBranch& branch : expr.branches) {
    visit(branch.when);
    visit(branch.then);
  }
  visit_present(expr.otherwise, visit);
}

}  // namespace

void for_each_child(const Expr& expr, const Visit& visit) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
    case ExprKind::kInterval:
    case ExprKind::kColumnRef:
    case ExprKind::kSubquery:
    case ExprKind::kSymbol:
    case ExprKind::kDescriptor:
    case ExprKind::kDefault:
      return;
    case ExprKind::kStar:
      return visit_present(expr.as<Star>().base, visit);
    case ExprKind::kFieldAccess:
      return visit(expr.as<FieldAccess>().base);
    case ExprKind::kIndexAccess:
      visit(expr.as<IndexAccess>().base);
      return visit(expr.as<IndexAccess>().index);
    case ExprKind::kOperator:
      return visit_all(expr.as<Operator>().operands, visit);
    case ExprKind::kFunctionCall:
      return visit_call(expr.as<FunctionCall>(), visit);
    case ExprKind::kCast:
      return visit(expr.as<Cast>().operand);
    case ExprKind::kCase:
      return visit_case(expr.as<Case>(), visit);
    case ExprKind::kIn:
      visit(expr.as<In>().operand);
      return visit_all(expr.as<In>().items, visit);
    case ExprKind::kQuantified:
      visit(expr.as<Quantified>().operand);
      return visit_all(expr.as<Quantified>().items, visit);
    case ExprKind::kConstructor:
      return visit_all(expr.as<Constructor>().elements, visit);
    case ExprKind::kNamedArgument:
      return visit(expr.as<NamedArgument>().value);
    case ExprKind::kTableArgument:
      visit_all(expr.as<TableArgument>().partition_by, visit);
      return visit_order(expr.as<TableArgument>().order_by, visit);
  }
}

QueryPtr subquery_of(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kSubquery:
      return expr.as<Subquery>().query;
    case ExprKind::kIn:
      return expr.as<In>().query;
    case ExprKind::kQuantified:
      return expr.as<Quantified>().query;
    case ExprKind::kTableArgument:
      return expr.as<TableArgument>().query;
    default:
      return nullptr;
  }
}

}  // namespace hw::ast
