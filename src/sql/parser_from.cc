// SPDX-License-Identifier: Apache-2.0
//
// FROM: table references, joins, table functions, UNNEST, hints.

#include "base/letters.h"
#include "sql/parser_core.h"

namespace hw {

using ast::JoinKind;
using ast::TableRef;
using ast::TableRefPtr;

Result<TableRefPtr> Parser::from() {
  HW_ASSIGN_OR_RETURN(TableRefPtr left, joined_table());
  while (at(TokenKind::kComma)) {
    auto join = make<ast::Join>(take().position);
    join->type = JoinKind::kCross;
    join->left = std::move(left);
    HW_ASSIGN_OR_RETURN(join->right, joined_table());
    HW_ASSIGN_OR_RETURN(left, finish<TableRef>(std::move(join)));
  }
  return left;
}

Result<TableRefPtr> Parser::joined_table() {
  HW_ASSIGN_OR_RETURN(TableRefPtr left, table_ref());
  while (true) {
    const bool natural = accept("NATURAL");
    HW_ASSIGN_OR_RETURN(const std::optional<JoinKind> kind, join_kind());
    if (!kind && natural) return expected("JOIN");
    if (!kind) return left;
    HW_ASSIGN_OR_RETURN(left, join_with(std::move(left), *kind, natural));
  }
}

// Passes over everything up to JOIN itself.
Result<std::optional<JoinKind>> Parser::join_kind() {
  std::optional<JoinKind> kind;
  if (at("JOIN")) return std::optional(JoinKind::kInner);
  if (accept("INNER")) {
    kind = JoinKind::kInner;
  } else if (accept("CROSS")) {
    kind = JoinKind::kCross;
  } else if (accept("LEFT")) {
    kind = JoinKind::kLeft;
  } else if (accept("RIGHT")) {
    kind = JoinKind::kRight;
  } else if (accept("FULL")) {
    kind = JoinKind::kFull;
  } else {
    return kind;
  }
  if (*kind != JoinKind::kInner && *kind != JoinKind::kCross) accept("OUTER");
  if (!at("JOIN")) return expected("JOIN");
  return kind;
}

Result<TableRefPtr> Parser::join_with(TableRefPtr left, JoinKind kind, bool natural) {
  auto join = make<ast::Join>(position());
  HW_TRY(expect("JOIN"));
  join->type = kind;
  join->natural = natural;
  join->left = std::move(left);
  HW_ASSIGN_OR_RETURN(join->right, table_ref());
  if (natural && kind == JoinKind::kCross) {
    return invalid_at(join->position, "a join is NATURAL or CROSS, not both");
  }
  if (natural || kind == JoinKind::kCross) {
    // ON CONFLICT is the INSERT's.
    const bool has_condition = at("ON") && !at("ON", "CONFLICT", "DO");
    if (has_condition || at("USING")) {
      return invalid("NATURAL JOIN and CROSS JOIN take no condition; write JOIN .. ON");
    }
  } else if (accept("ON")) {
    HW_ASSIGN_OR_RETURN(join->condition, expression());
  } else if (accept("USING")) {
    HW_ASSIGN_OR_RETURN(join->using_columns, identifier_list("a column name"));
  } else {
    return expected("ON or USING");
  }
  return finish<TableRef>(std::move(join));
}

Result<TableRefPtr> Parser::table_ref() {
  const Nesting nesting(*this);
  HW_TRY(nesting.check());
  HW_ASSIGN_OR_RETURN(TableRefPtr table, table_primary());
  if (at("MATCH_RECOGNIZE")) return match_recognize(std::move(table));
  if (at("TABLESAMPLE") && peek(1).kind != TokenKind::kComma) {
    return not_supported_yet("TABLESAMPLE", position());
  }
  return table;
}

Result<TableRefPtr> Parser::table_primary() {
  const SqlPosition start = position();
  const bool lateral = accept("LATERAL");
  if (at(TokenKind::kLeftParen)) return parenthesised_table(lateral);
  if (at("UNNEST")) return unnest();
  if (at("TABLE") && peek(1).kind == TokenKind::kLeftParen) return table_function(lateral, start);
  if (!at_identifier()) {
    if (at("VALUES")) {
      return expected("a table; VALUES stands in parentheses here: (VALUES ..) AS t (c, ..)");
    }
    return lateral ? expected("TABLE (function) or a query in parentheses")
                   : expected("a table, a query in parentheses or a table function");
  }
  if (lateral) return table_function(lateral, start);
  return named_table();
}

Result<TableRefPtr> Parser::named_table() {
  const SqlPosition start = position();
  HW_ASSIGN_OR_RETURN(ast::Name table_name, name("a table name"));
  if (at(TokenKind::kLeftParen)) {
    auto node = make<ast::TableFunction>(start);
    HW_ASSIGN_OR_RETURN(auto function, call_with_arguments(std::move(table_name)));
    HW_ASSIGN_OR_RETURN(ast::ExprPtr finished, finish_expr(function));
    node->call = std::move(function);
    HW_ASSIGN_OR_RETURN(node->alias, table_alias());
    return finish<TableRef>(std::move(node));
  }
  auto node = make<ast::NamedTable>(start);
  node->name = std::move(table_name);
  HW_ASSIGN_OR_RETURN(node->hints, optional_hints());
  if (accept("FOR")) {
    HW_TRY(expect("SYSTEM_TIME", "AS", "OF"));
    HW_ASSIGN_OR_RETURN(node->as_of, operators(Precedence::kAdditive));
  }
  for (const Keyword word : {Keyword("TABLESAMPLE"), Keyword("PIVOT"), Keyword("UNPIVOT")}) {
    const bool clause = peek(1).kind == TokenKind::kLeftParen || at_identifier(1);
    if (at(word) && clause) return not_supported_yet(word.text(), position());
  }
  HW_ASSIGN_OR_RETURN(node->alias, table_alias());
  return finish<TableRef>(std::move(node));
}

Result<TableRefPtr> Parser::parenthesised_table(bool lateral) {
  const SqlPosition start = position();
  HW_TRY(expect(TokenKind::kLeftParen));
  ast::QueryPtr query;
  if (at_query() || lateral) {
    HW_ASSIGN_OR_RETURN(query, this->query());
    HW_TRY(expect(TokenKind::kRightParen));
    return derived_table(std::move(query), lateral, start);
  }
  HW_ASSIGN_OR_RETURN(TableRefPtr inner, joined_table());
  const bool bare_query = inner->kind == ast::TableRefKind::kDerived &&
                          !inner->as<ast::DerivedTable>().alias.given() &&
                          !inner->as<ast::DerivedTable>().lateral;
  if (bare_query) {
    query = inner->as<ast::DerivedTable>().query;
    if (at_query_continuation()) {
      HW_ASSIGN_OR_RETURN(ast::QueryBodyPtr first, nested(query));
      HW_ASSIGN_OR_RETURN(query, query_from(std::move(first)));
    }
  }
  HW_TRY(expect(TokenKind::kRightParen));
  if (!bare_query) return inner;
  return derived_table(std::move(query), lateral, start);
}

Result<TableRefPtr> Parser::derived_table(ast::QueryPtr query, bool lateral, SqlPosition position) {
  auto node = make<ast::DerivedTable>(position);
  node->query = std::move(query);
  node->lateral = lateral;
  HW_ASSIGN_OR_RETURN(node->alias, table_alias());
  return finish<TableRef>(std::move(node));
}

// [TABLE (] f(..) [)], behind an optional LATERAL
Result<TableRefPtr> Parser::table_function(bool lateral, SqlPosition position) {
  auto node = make<ast::TableFunction>(position);
  node->lateral = lateral;
  const bool wrapped = accept("TABLE");
  if (wrapped) HW_TRY(expect(TokenKind::kLeftParen));
  HW_ASSIGN_OR_RETURN(ast::Name function, name("a table function"));
  HW_ASSIGN_OR_RETURN(auto call, call_with_arguments(std::move(function)));
  HW_ASSIGN_OR_RETURN(ast::ExprPtr finished, finish_expr(call));
  node->call = std::move(call);
  if (wrapped) HW_TRY(expect(TokenKind::kRightParen));
  HW_ASSIGN_OR_RETURN(node->alias, table_alias());
  return finish<TableRef>(std::move(node));
}

Result<TableRefPtr> Parser::unnest() {
  auto node = make<ast::Unnest>(take().position);
  HW_TRY(expect(TokenKind::kLeftParen));
  HW_ASSIGN_OR_RETURN(node->collection, expression());
  if (at(TokenKind::kComma)) return not_supported_yet("UNNEST of several collections", position());
  HW_TRY(expect(TokenKind::kRightParen));
  node->ordinality = accept("WITH", "ORDINALITY");
  HW_ASSIGN_OR_RETURN(node->alias, table_alias());
  return finish<TableRef>(std::move(node));
}

// ---- hints --------------------------------------------------------------------------------------

Result<std::vector<ast::Hint>> Parser::optional_hints() {
  const HintComment comment = peek().hint;
  if (!comment.present()) return std::vector<ast::Hint>();
  Parser inner(text().substr(comment.begin, comment.end - comment.begin), comment.position);
  inner.place_at(place());
  return inner.hint_list();
}

Result<std::vector<ast::Hint>> Parser::hint_list() {
  std::vector<ast::Hint> hints;
  while (!at(TokenKind::kEnd)) {
    HW_ASSIGN_OR_RETURN(ast::Hint one, hint());
    hints.push_back(std::move(one));
    accept(TokenKind::kComma);
  }
  return hints;
}

Result<ast::Hint> Parser::hint() {
  ast::Hint hint;
  hint.position = position();
  HW_ASSIGN_OR_RETURN(const ast::Identifier hint_name, any_word("the name of a hint"));
  hint.name = upper_case(hint_name.text);
  if (!accept(TokenKind::kLeftParen) || accept(TokenKind::kRightParen)) return hint;
  HW_TRY(comma_separated([&]() -> Status {
    HW_ASSIGN_OR_RETURN(ast::HintArgument argument, hint_argument());
    hint.args.push_back(std::move(argument));
    return Status::OK();
  }));
  if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  return hint;
}

Result<ast::HintArgument> Parser::hint_argument() {
  const auto part = [this]() -> Result<std::string> {
    std::string text;
    if (at(TokenKind::kString) || at(TokenKind::kInteger) || at(TokenKind::kDecimal)) {
      return take().text;
    }
    do {
      HW_ASSIGN_OR_RETURN(ast::Identifier word, any_word("a hint argument"));
      text += (text.empty() ? "" : ".") + word.text;
    } while (accept(TokenKind::kDot));
    return text;
  };
  ast::HintArgument argument;
  argument.position = position();
  HW_ASSIGN_OR_RETURN(argument.value, part());
  if (!accept(TokenKind::kEqual)) return argument;
  argument.key = std::move(argument.value);
  HW_ASSIGN_OR_RETURN(argument.value, part());
  return argument;
}

}  // namespace hw
