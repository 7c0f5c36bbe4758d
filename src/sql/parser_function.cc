// SPDX-License-Identifier: Apache-2.0
//
// Calls: arguments of every kind, the functions with a syntax of their own, and what may follow the
// closing parenthesis.

#include <array>

#include "base/letters.h"
#include "sql/parser_core.h"

namespace hw {

using ast::ExprPtr;
using ast::FunctionCall;

Result<ExprPtr> Parser::call(ast::Name function) {
  if (function.parts.size() == 1 && !function.last().quoted &&
      Keyword::find(function.last().text) == Keyword("DESCRIPTOR")) {
    return descriptor();
  }
  HW_ASSIGN_OR_RETURN(auto node, call_with_arguments(std::move(function)));
  return finish_expr(std::move(node));
}

Result<std::shared_ptr<FunctionCall>> Parser::call_with_arguments(ast::Name function) {
  auto node = make<FunctionCall>(function.position());
  node->name = std::move(function);
  HW_TRY(expect(TokenKind::kLeftParen));
  HW_TRY(arguments(*node));
  if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  HW_TRY(call_suffixes(*node));
  return node;
}

Status Parser::arguments(FunctionCall& call) {
  using Rule = Status (Parser::*)(FunctionCall&);
  struct Special {
    Keyword name;
    Rule rule;
  };
  static constexpr auto kSpecial = std::to_array<Special>({
      {"EXTRACT", &Parser::extract_arguments},
      {"TRIM", &Parser::trim_arguments},
      {"SUBSTRING", &Parser::substring_arguments},
      {"OVERLAY", &Parser::overlay_arguments},
      {"POSITION", &Parser::position_arguments},
      {"CEIL", &Parser::rounding_arguments},
      {"CEILING", &Parser::rounding_arguments},
      {"FLOOR", &Parser::rounding_arguments},
      {"TIMESTAMPADD", &Parser::timestamp_arguments},
      {"TIMESTAMPDIFF", &Parser::timestamp_arguments},
      {"JSON_EXISTS", &Parser::json_path_arguments},
      {"JSON_VALUE", &Parser::json_path_arguments},
      {"JSON_QUERY", &Parser::json_path_arguments},
      {"JSON_OBJECT", &Parser::json_object_arguments},
      {"JSON_OBJECTAGG", &Parser::json_object_arguments},
      {"JSON_ARRAY", &Parser::json_array_arguments},
      {"JSON_ARRAYAGG", &Parser::json_array_arguments},
  });
  if (call.name.parts.size() == 1 && !call.name.last().quoted) {
    const Keyword name = Keyword::find(call.name.last().text);
    for (const Special& special : kSpecial) {
      if (special.name == name) return (this->*special.rule)(call);
    }
  }
  return plain_arguments(call);
}

Status Parser::plain_arguments(FunctionCall& call) {
  if (accept("DISTINCT")) {
    call.quantifier = ast::SetQuantifier::kDistinct;
  } else if (accept("ALL")) {
    call.quantifier = ast::SetQuantifier::kAll;
  }
  const bool empty = at(TokenKind::kRightParen);
  if (empty && call.quantifier != ast::SetQuantifier::kDefault) return expected("an expression");
  if (empty) return Status::OK();
  HW_TRY(comma_separated([&] { return append_argument(call); }));
  HW_ASSIGN_OR_RETURN(call.order_by, optional_order_by());
  if (accept("IGNORE", "NULLS")) call.null_treatment = ast::NullTreatment::kIgnore;
  if (accept("RESPECT", "NULLS")) call.null_treatment = ast::NullTreatment::kRespect;
  return Status::OK();
}

Status Parser::append_argument(FunctionCall& call) {
  HW_ASSIGN_OR_RETURN(ExprPtr arg, argument());
  call.args.push_back(std::move(arg));
  return Status::OK();
}

Result<ExprPtr> Parser::argument() {
  const bool word = at(TokenKind::kIdentifier) || at(TokenKind::kQuotedIdentifier);
  if (!word || peek(1).kind != TokenKind::kArrow) return argument_value();
  auto node = make<ast::NamedArgument>(position());
  HW_ASSIGN_OR_RETURN(node->name, any_word("an argument name"));
  take();
  HW_ASSIGN_OR_RETURN(node->value, argument_value());
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::argument_value() {
  if (at(TokenKind::kStar)) return finish_expr(make<ast::Star>(take().position));
  if (at("TABLE")) return table_argument();
  HW_ASSIGN_OR_RETURN(ExprPtr value, expression());
  const auto* query = ast::expr_if<ast::Subquery>(value);
  const bool is_table = query != nullptr && query->type == ast::SubqueryKind::kScalar;
  if (!is_table || !(at("PARTITION", "BY") || at("ORDER", "BY"))) return value;
  auto table = make<ast::TableArgument>(value->position);
  table->query = query->query;
  HW_TRY(table_argument_clauses(*table));
  return finish_expr(std::move(table));
}

Result<ExprPtr> Parser::table_argument() {
  auto table = make<ast::TableArgument>(take().position);
  if (accept(TokenKind::kLeftParen)) {
    if (at_query() || at(TokenKind::kLeftParen)) {
      HW_ASSIGN_OR_RETURN(table->query, query());
    } else {
      HW_ASSIGN_OR_RETURN(table->table, name("a table name or a query"));
    }
    HW_TRY(expect(TokenKind::kRightParen));
  } else {
    HW_ASSIGN_OR_RETURN(table->table, name("a table name"));
  }
  HW_TRY(table_argument_clauses(*table));
  return finish_expr(std::move(table));
}

Status Parser::table_argument_clauses(ast::TableArgument& table) {
  if (accept("PARTITION", "BY")) {
    if (accept(TokenKind::kLeftParen)) {
      HW_ASSIGN_OR_RETURN(table.partition_by, expression_list());
      HW_TRY(expect(TokenKind::kRightParen));
    } else {
      // The comma belongs to the arguments: several keys without parentheses go on only where no
      // other kind of argument can begin.
      do {
        HW_ASSIGN_OR_RETURN(ExprPtr key, expression());
        table.partition_by.push_back(std::move(key));
      } while (at(TokenKind::kComma) && at_identifier(1) &&
               (peek(2).kind == TokenKind::kComma || peek(2).kind == TokenKind::kRightParen ||
                peek(2).keyword == Keyword("ORDER")) &&
               accept(TokenKind::kComma));
    }
  }
  if (!accept("ORDER", "BY")) return Status::OK();
  const bool listed = accept(TokenKind::kLeftParen);
  do {
    HW_ASSIGN_OR_RETURN(ast::OrderItem item, order_item());
    table.order_by.push_back(std::move(item));
  } while (listed && accept(TokenKind::kComma));
  return listed ? expect(TokenKind::kRightParen) : Status::OK();
}

Result<ExprPtr> Parser::descriptor() {
  auto node = make<ast::Descriptor>(position());
  HW_ASSIGN_OR_RETURN(node->columns, identifier_list("a column name"));
  return finish_expr(std::move(node));
}

Status Parser::call_suffixes(FunctionCall& call) {
  if (accept("WITHIN", "GROUP")) {
    HW_TRY(expect(TokenKind::kLeftParen));
    HW_ASSIGN_OR_RETURN(call.within_group, optional_order_by());
    if (call.within_group.empty()) return expected("ORDER BY");
    HW_TRY(expect(TokenKind::kRightParen));
  }
  const auto nulls = [&] {
    if (accept("IGNORE", "NULLS")) call.null_treatment = ast::NullTreatment::kIgnore;
    if (accept("RESPECT", "NULLS")) call.null_treatment = ast::NullTreatment::kRespect;
  };
  nulls();
  if (at("FILTER") && peek(1).kind == TokenKind::kLeftParen) {
    take();
    take();
    HW_TRY(expect("WHERE"));
    HW_ASSIGN_OR_RETURN(call.filter, expression());
    HW_TRY(expect(TokenKind::kRightParen));
  }
  nulls();
  if (accept("OVER")) {
    HW_ASSIGN_OR_RETURN(call.over, over());
  }
  return Status::OK();
}

ExprPtr Parser::make_symbol(std::string_view name, SqlPosition position) {
  auto node = make<ast::Symbol>(position);
  node->name = upper_case(name);
  return node;
}

Result<ExprPtr> Parser::symbol() {
  if (!at(TokenKind::kIdentifier)) return expected("a time unit, e.g. DAY");
  const Token token = take();
  return make_symbol(token.text, token.position);
}

// EXTRACT(unit FROM x)
Status Parser::extract_arguments(FunctionCall& call) {
  HW_ASSIGN_OR_RETURN(ExprPtr unit, symbol());
  call.args.push_back(std::move(unit));
  HW_TRY(expect("FROM"));
  return append_argument(call);
}

// TRIM([BOTH|LEADING|TRAILING] [characters] FROM s), TRIM(s)
Status Parser::trim_arguments(FunctionCall& call) {
  const SqlPosition start = position();
  std::string_view side;
  if (accept("BOTH")) side = "BOTH";
  if (side.empty() && accept("LEADING")) side = "LEADING";
  if (side.empty() && accept("TRAILING")) side = "TRAILING";
  ExprPtr characters;
  if (!at("FROM")) {
    HW_ASSIGN_OR_RETURN(characters, expression());
  }
  if (side.empty() && !at("FROM")) {
    call.args.push_back(std::move(characters));
    while (accept(TokenKind::kComma)) HW_TRY(append_argument(call));
    return Status::OK();
  }
  if (characters == nullptr) {
    auto blank = make<ast::Literal>(start);
    blank->type = ast::LiteralKind::kString;
    blank->text = " ";
    characters = std::move(blank);
  }
  HW_TRY(expect("FROM"));
  call.args.push_back(make_symbol(side.empty() ? "BOTH" : side, start));
  call.args.push_back(std::move(characters));
  return append_argument(call);
}

// SUBSTRING(s FROM i [FOR n]), SUBSTRING(s, i [, n])
Status Parser::substring_arguments(FunctionCall& call) {
  HW_TRY(append_argument(call));
  if (accept("FROM")) {
    HW_TRY(append_argument(call));
    if (accept("FOR")) HW_TRY(append_argument(call));
    return Status::OK();
  }
  while (accept(TokenKind::kComma)) HW_TRY(append_argument(call));
  return Status::OK();
}

// OVERLAY(s PLACING r FROM i [FOR n])
Status Parser::overlay_arguments(FunctionCall& call) {
  HW_TRY(append_argument(call));
  if (accept("PLACING")) {
    HW_TRY(append_argument(call));
    HW_TRY(expect("FROM"));
    HW_TRY(append_argument(call));
    if (accept("FOR")) HW_TRY(append_argument(call));
    return Status::OK();
  }
  while (accept(TokenKind::kComma)) HW_TRY(append_argument(call));
  return Status::OK();
}

// POSITION(x IN s): the operand of IN must not take the word for the operator.
Status Parser::position_arguments(FunctionCall& call) {
  HW_ASSIGN_OR_RETURN(ExprPtr needle, operators(tighter(Precedence::kRange)));
  call.args.push_back(std::move(needle));
  if (accept("IN")) return append_argument(call);
  while (accept(TokenKind::kComma)) HW_TRY(append_argument(call));
  return Status::OK();
}

// FLOOR(t TO unit), FLOOR(x)
Status Parser::rounding_arguments(FunctionCall& call) {
  HW_TRY(append_argument(call));
  if (accept("TO")) {
    HW_ASSIGN_OR_RETURN(ExprPtr unit, symbol());
    call.args.push_back(std::move(unit));
    return Status::OK();
  }
  while (accept(TokenKind::kComma)) HW_TRY(append_argument(call));
  return Status::OK();
}

// TIMESTAMPADD(unit, n, t)
Status Parser::timestamp_arguments(FunctionCall& call) {
  HW_ASSIGN_OR_RETURN(ExprPtr unit, symbol());
  call.args.push_back(std::move(unit));
  while (accept(TokenKind::kComma)) HW_TRY(append_argument(call));
  return Status::OK();
}

}  // namespace hw
