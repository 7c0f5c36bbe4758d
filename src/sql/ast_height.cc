// SPDX-License-Identifier: Apache-2.0

#include "sql/ast_height.h"

#include <algorithm>

namespace hw::ast {
namespace {

// The greatest height of what it was shown.
struct Highest {
  int height = 0;

  template <typename Node>
  void see(const std::shared_ptr<const Node>& node) {
    if (node != nullptr) height = std::max(height, node->height);
  }
  void see(const std::vector<ExprPtr>& exprs) {
    for (const ExprPtr& expr : exprs) see(expr);
  }
  void see(const std::vector<OrderItem>& items) {
    for (const OrderItem& item : items) see(item.expr);
  }
  void see(const WindowSpec& window) {
    see(window.partition_by);
    see(window.order_by);
    if (!window.frame) return;
    see(window.frame->start.offset);
    see(window.frame->end.offset);
  }
  void see(const GroupingElement& element) {
    see(element.exprs);
    for (const GroupingElement& inner : element.elements) see(inner);
  }
  void see(const std::vector<NamedExpr>& exprs) {
    for (const NamedExpr& named : exprs) see(named.expr);
  }
};

void see_select(const Select& select, Highest& highest) {
  for (const SelectItem& item : select.items) highest.see(item.expr);
  highest.see(select.from);
  highest.see(select.where);
  if (select.group_by) {
    for (const GroupingElement& element : *select.group_by) highest.see(element);
  }
  highest.see(select.having);
  for (const NamedWindow& window : select.windows) highest.see(*window.spec);
  highest.see(select.qualify);
}

void see_match(const MatchRecognize& match, Highest& highest) {
  highest.see(match.input);
  highest.see(match.partition_by);
  highest.see(match.order_by);
  highest.see(match.measures);
  highest.see(match.within);
  highest.see(match.defines);
}

}  // namespace

int height_over_children(const Expr& expr) {
  Highest highest;
  for_each_child(expr, [&](const ExprPtr& child) { highest.see(child); });
  highest.see(subquery_of(expr));
  return highest.height + 1;
}

int height_over_children(const Query& query) {
  Highest highest;
  for (const CommonTable& table : query.with) highest.see(table.query);
  highest.see(query.body);
  highest.see(query.order_by);
  highest.see(query.limit);
  highest.see(query.offset);
  return highest.height + 1;
}

int height_over_children(const QueryBody& body) {
  Highest highest;
  switch (body.kind) {
    case QueryBodyKind::kSelect:
      see_select(body.as<Select>(), highest);
      break;
    case QueryBodyKind::kValues:
      for (const auto& row : body.as<Values>().rows) highest.see(row);
      break;
    case QueryBodyKind::kSetOperation:
      for (const QueryBodyPtr& input : body.as<SetOperation>().inputs) highest.see(input);
      break;
    case QueryBodyKind::kTable:
      break;
    case QueryBodyKind::kNested:
      highest.see(body.as<NestedQuery>().query);
      break;
  }
  return highest.height + 1;
}

int height_over_children(const TableRef& table) {
  Highest highest;
  switch (table.kind) {
    case TableRefKind::kNamed:
      highest.see(table.as<NamedTable>().as_of);
      break;
    case TableRefKind::kDerived:
      highest.see(table.as<DerivedTable>().query);
      break;
    case TableRefKind::kFunction:
      highest.see(table.as<TableFunction>().call);
      break;
    case TableRefKind::kUnnest:
      highest.see(table.as<Unnest>().collection);
      break;
    case TableRefKind::kJoin:
      highest.see(table.as<Join>().left);
      highest.see(table.as<Join>().right);
      highest.see(table.as<Join>().condition);
      break;
    case TableRefKind::kMatchRecognize:
      see_match(table.as<MatchRecognize>(), highest);
      break;
  }
  return highest.height + 1;
}

}  // namespace hw::ast
