// SPDX-License-Identifier: Apache-2.0
//
// Queries: WITH, set operations, SELECT and its clauses, VALUES, ORDER BY, LIMIT.

#include "sql/parser_core.h"

namespace hw {

using ast::ExprPtr;
using ast::GroupingElement;
using ast::GroupingKind;
using ast::QueryBodyPtr;
using ast::QueryPtr;

bool Parser::at_query() {
  if (at("SELECT") || at("WITH") || at("VALUES")) return true;
  return at("TABLE") && at_identifier(1);
}

bool Parser::at_set_operator() { return at("UNION") || at("EXCEPT") || at("INTERSECT"); }

bool Parser::at_query_continuation() {
  return at_set_operator() || at("ORDER", "BY") || at("LIMIT") || at("OFFSET") || at("FETCH");
}

Result<QueryPtr> Parser::query() {
  const Nesting nesting(*this);
  HW_TRY(nesting.check());
  if (!at("WITH")) {
    HW_ASSIGN_OR_RETURN(QueryPtr plain, query_from(nullptr));
    // Parentheses around a whole query mean nothing.
    const bool only_nested = plain->body->kind == ast::QueryBodyKind::kNested &&
                             plain->order_by.empty() && plain->limit == nullptr &&
                             plain->offset == nullptr;
    return only_nested ? plain->body->as<ast::NestedQuery>().query : plain;
  }
  auto with = make<ast::Query>(position());
  HW_TRY(with_clause(*with));
  HW_ASSIGN_OR_RETURN(QueryPtr rest, query_from(nullptr));
  with->body = rest->body;
  with->order_by = rest->order_by;
  with->limit = rest->limit;
  with->offset = rest->offset;
  return finish<ast::Query>(std::move(with));
}

Status Parser::with_clause(ast::Query& query) {
  HW_TRY(expect("WITH"));
  if (at("RECURSIVE") && at_identifier(1)) {
    return not_supported_yet("WITH RECURSIVE", position());
  }
  return comma_separated([&]() -> Status {
    ast::CommonTable table;
    HW_ASSIGN_OR_RETURN(table.name, identifier("the name of a common table expression"));
    if (at(TokenKind::kLeftParen)) {
      HW_ASSIGN_OR_RETURN(table.columns, identifier_list("a column name"));
    }
    HW_TRY(expect("AS"));
    HW_TRY(expect(TokenKind::kLeftParen));
    HW_ASSIGN_OR_RETURN(table.query, this->query());
    HW_TRY(expect(TokenKind::kRightParen));
    query.with.push_back(std::move(table));
    return Status::OK();
  });
}

Result<QueryPtr> Parser::query_from(QueryBodyPtr first) {
  auto query = make<ast::Query>(first == nullptr ? position() : first->position);
  HW_ASSIGN_OR_RETURN(query->body, set_operations(std::move(first)));
  HW_ASSIGN_OR_RETURN(query->order_by, optional_order_by());
  HW_TRY(row_limits(*query));
  return finish<ast::Query>(std::move(query));
}

Status Parser::row_limits(ast::Query& query) {
  bool limited = false;
  while (true) {
    const SqlPosition start = position();
    if (accept("OFFSET")) {
      if (query.offset != nullptr) return invalid_at(start, "OFFSET is written only once");
      HW_ASSIGN_OR_RETURN(query.offset, row_count("OFFSET"));
      if (!accept("ROWS")) accept("ROW");
      continue;
    }
    const bool limit = at("LIMIT");
    if (!limit && !at("FETCH")) return Status::OK();
    if (limited) return invalid_at(start, "LIMIT or FETCH is written only once");
    limited = true;
    take();
    if (limit) {
      if (accept("ALL")) continue;
      HW_ASSIGN_OR_RETURN(query.limit, row_count("LIMIT"));
      if (!at(TokenKind::kComma)) continue;
      return invalid_at(position(), "LIMIT takes one number; write LIMIT count OFFSET start");
    }
    if (!accept("FIRST") && !accept("NEXT")) return expected("FIRST or NEXT");
    HW_ASSIGN_OR_RETURN(query.limit, row_count("FETCH"));
    if (!accept("ROWS") && !accept("ROW")) return expected("ROWS");
    HW_TRY(expect("ONLY"));
  }
}

Result<ExprPtr> Parser::row_count(std::string_view clause) {
  if (!at(TokenKind::kInteger)) {
    return expected("a whole number of rows behind " + std::string(clause));
  }
  return literal();
}

Result<QueryBodyPtr> Parser::set_operations(QueryBodyPtr first) {
  HW_ASSIGN_OR_RETURN(QueryBodyPtr left, intersections(std::move(first)));
  std::shared_ptr<ast::SetOperation> open;
  while (at("UNION") || at("EXCEPT")) {
    const SqlPosition start = position();
    const auto op = take().keyword == Keyword("UNION") ? ast::SetOp::kUnion : ast::SetOp::kExcept;
    const bool all = accept("ALL");
    if (!all) accept("DISTINCT");
    HW_ASSIGN_OR_RETURN(QueryBodyPtr right, intersections(nullptr));
    if (open != nullptr && (open->op != op || open->all != all)) {
      HW_ASSIGN_OR_RETURN(left, finish<ast::QueryBody>(std::move(open)));
      open = nullptr;
    }
    if (open == nullptr) {
      open = make<ast::SetOperation>(start);
      open->op = op;
      open->all = all;
      open->inputs.push_back(std::move(left));
    }
    open->inputs.push_back(std::move(right));
  }
  if (open == nullptr) return left;
  return finish<ast::QueryBody>(std::move(open));
}

Result<QueryBodyPtr> Parser::intersections(QueryBodyPtr first) {
  QueryBodyPtr left = std::move(first);
  if (left == nullptr) {
    HW_ASSIGN_OR_RETURN(left, query_primary());
  }
  std::shared_ptr<ast::SetOperation> open;
  while (at("INTERSECT")) {
    const SqlPosition start = take().position;
    const bool all = accept("ALL");
    if (!all) accept("DISTINCT");
    HW_ASSIGN_OR_RETURN(QueryBodyPtr right, query_primary());
    if (open != nullptr && open->all != all) {
      HW_ASSIGN_OR_RETURN(left, finish<ast::QueryBody>(std::move(open)));
      open = nullptr;
    }
    if (open == nullptr) {
      open = make<ast::SetOperation>(start);
      open->op = ast::SetOp::kIntersect;
      open->all = all;
      open->inputs.push_back(std::move(left));
    }
    open->inputs.push_back(std::move(right));
  }
  if (open == nullptr) return left;
  return finish<ast::QueryBody>(std::move(open));
}

Result<QueryBodyPtr> Parser::query_primary() {
  if (at("SELECT")) return select();
  if (at("VALUES")) return values();
  if (accept(TokenKind::kLeftParen)) {
    HW_ASSIGN_OR_RETURN(QueryPtr inner, query());
    HW_TRY(expect(TokenKind::kRightParen));
    return nested(std::move(inner));
  }
  if (at("TABLE") && at_identifier(1)) {
    auto table = make<ast::ExplicitTable>(take().position);
    HW_ASSIGN_OR_RETURN(table->name, name("a table name"));
    return finish<ast::QueryBody>(std::move(table));
  }
  return expected("a query (SELECT, VALUES, WITH or a query in parentheses)");
}

Result<QueryBodyPtr> Parser::nested(QueryPtr query) {
  const bool plain = query->with.empty() && query->order_by.empty() && query->limit == nullptr &&
                     query->offset == nullptr;
  if (plain) return query->body;
  auto body = make<ast::NestedQuery>(query->position);
  body->query = std::move(query);
  return finish<ast::QueryBody>(std::move(body));
}

Result<QueryBodyPtr> Parser::values() {
  auto values = make<ast::Values>(take().position);
  HW_TRY(comma_separated([&]() -> Status {
    values->row_positions.push_back(position());
    HW_ASSIGN_OR_RETURN(std::vector<ExprPtr> row, values_row());
    values->rows.push_back(std::move(row));
    return Status::OK();
  }));
  return finish<ast::QueryBody>(std::move(values));
}

// (a, b), ROW(a, b), (ROW(a, b)): the columns; anything else is a row of one column.
Result<std::vector<ExprPtr>> Parser::values_row() {
  std::vector<ExprPtr> row;
  const bool listed = at(TokenKind::kLeftParen) && peek(1).keyword != Keyword("SELECT") &&
                      peek(1).keyword != Keyword("WITH") && peek(1).keyword != Keyword("VALUES");
  const bool constructor = peek(listed ? 1 : 0).keyword == Keyword("ROW");
  if (listed) {
    take();
    HW_ASSIGN_OR_RETURN(row, expression_list());
    if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  } else {
    HW_ASSIGN_OR_RETURN(ExprPtr value, expression());
    row.push_back(std::move(value));
  }
  const auto* inner = row.size() == 1 ? ast::expr_if<ast::Constructor>(row[0]) : nullptr;
  if (!constructor || inner == nullptr || inner->elements.empty()) return row;
  return std::vector<ExprPtr>(inner->elements);
}

Result<QueryBodyPtr> Parser::select() {
  auto select = make<ast::Select>(take().position);
  HW_ASSIGN_OR_RETURN(select->hints, optional_hints());
  select->distinct = accept("DISTINCT");
  if (!select->distinct) accept("ALL");
  HW_TRY(select_items(*select));
  if (accept("FROM")) {
    HW_ASSIGN_OR_RETURN(select->from, from());
  }
  if (accept("WHERE")) {
    HW_ASSIGN_OR_RETURN(select->where, expression());
  }
  if (accept("GROUP")) {
    HW_TRY(expect("BY"));
    HW_ASSIGN_OR_RETURN(select->group_by, group_by());
  }
  if (accept("HAVING")) {
    HW_ASSIGN_OR_RETURN(select->having, expression());
  }
  if (accept("WINDOW")) HW_TRY(windows(*select));
  if (accept("QUALIFY")) {
    HW_ASSIGN_OR_RETURN(select->qualify, expression());
  }
  return finish<ast::QueryBody>(std::move(select));
}

Status Parser::select_items(ast::Select& select) {
  return comma_separated([&]() -> Status {
    ast::SelectItem item;
    if (at(TokenKind::kStar)) {
      item.expr = make<ast::Star>(take().position);
    } else {
      HW_ASSIGN_OR_RETURN(item.expr, expression());
    }
    if (item.expr->kind != ast::ExprKind::kStar) {
      HW_ASSIGN_OR_RETURN(item.alias, optional_alias());
    }
    select.items.push_back(std::move(item));
    return Status::OK();
  });
}

Status Parser::windows(ast::Select& select) {
  return comma_separated([&]() -> Status {
    ast::NamedWindow window;
    HW_ASSIGN_OR_RETURN(window.name, identifier("a window name"));
    HW_TRY(expect("AS"));
    HW_ASSIGN_OR_RETURN(window.spec, window_spec());
    select.windows.push_back(std::move(window));
    return Status::OK();
  });
}

Result<std::vector<GroupingElement>> Parser::group_by() {
  std::vector<GroupingElement> elements;
  HW_TRY(comma_separated([&]() -> Status {
    HW_ASSIGN_OR_RETURN(GroupingElement element, grouping_element());
    elements.push_back(std::move(element));
    return Status::OK();
  }));
  return elements;
}

Result<GroupingElement> Parser::grouping_element() {
  const Nesting nesting(*this);
  HW_TRY(nesting.check());
  const SqlPosition start = position();
  if (accept("GROUPING", "SETS")) return grouping_list(GroupingKind::kGroupingSets, start);
  if (peek(1).kind == TokenKind::kLeftParen) {
    if (accept("ROLLUP")) return grouping_list(GroupingKind::kRollup, start);
    if (accept("CUBE")) return grouping_list(GroupingKind::kCube, start);
  }
  GroupingElement element;
  element.position = start;
  const bool listed = at(TokenKind::kLeftParen);
  if (listed && peek(1).kind == TokenKind::kRightParen) {
    take();
    take();
    return element;
  }
  HW_ASSIGN_OR_RETURN(ExprPtr expr, expression());
  const auto* row = ast::expr_if<ast::Constructor>(expr);
  if (listed && row != nullptr && row->type == ast::ConstructorKind::kRow) {
    element.exprs = row->elements;
  } else {
    element.exprs.push_back(std::move(expr));
  }
  return element;
}

Result<GroupingElement> Parser::grouping_list(GroupingKind kind, SqlPosition position) {
  GroupingElement list;
  list.kind = kind;
  list.position = position;
  HW_TRY(expect(TokenKind::kLeftParen));
  HW_TRY(comma_separated([&]() -> Status {
    HW_ASSIGN_OR_RETURN(GroupingElement element, grouping_element());
    if (kind != GroupingKind::kGroupingSets && element.kind != GroupingKind::kExprs) {
      return invalid_at(element.position,
                        "ROLLUP and CUBE hold expressions only; nest them in GROUPING SETS");
    }
    list.elements.push_back(std::move(element));
    return Status::OK();
  }));
  if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  return list;
}

}  // namespace hw
