// SPDX-License-Identifier: Apache-2.0
//
// Expressions without operators: literals, names, constructors, CASE, CAST, what stands in
// parentheses, and field and element access behind them.

#include <array>

#include "sql/parser_core.h"
#include "sql/unparse.h"

namespace hw {
namespace {

using ast::ExprPtr;
using ast::LiteralKind;
using ast::TimeUnit;

struct UnitWord {
  Keyword singular;
  Keyword plural;
  TimeUnit unit;
};

constexpr auto kUnits = std::to_array<UnitWord>({
    {"YEAR", "YEARS", TimeUnit::kYear},
    {"QUARTER", "QUARTERS", TimeUnit::kQuarter},
    {"MONTH", "MONTHS", TimeUnit::kMonth},
    {"WEEK", "WEEKS", TimeUnit::kWeek},
    {"DAY", "DAYS", TimeUnit::kDay},
    {"HOUR", "HOURS", TimeUnit::kHour},
    {"MINUTE", "MINUTES", TimeUnit::kMinute},
    {"SECOND", "SECONDS", TimeUnit::kSecond},
});

// Functions that stand without parentheses; unquoted they are never columns.
constexpr auto kBareFunctions = std::to_array<Keyword>({
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "LOCALTIME",
    "LOCALTIMESTAMP",
});

bool is_bare_function(Keyword word) {
  for (const Keyword function : kBareFunctions) {
    if (function == word) return true;
  }
  return false;
}

}  // namespace

Result<ExprPtr> Parser::postfix() {
  HW_ASSIGN_OR_RETURN(ExprPtr base, primary());
  while (true) {
    const SqlPosition start = position();
    if (accept(TokenKind::kLeftBracket)) {
      auto node = make<ast::IndexAccess>(start);
      node->base = std::move(base);
      HW_ASSIGN_OR_RETURN(node->index, expression());
      HW_TRY(expect(TokenKind::kRightBracket));
      HW_ASSIGN_OR_RETURN(base, finish_expr(std::move(node)));
    } else if (at(TokenKind::kColon) && peek(1).kind == TokenKind::kColon) {
      return invalid_at(start,
                        "there is no operator '::'; write CAST(" + to_sql(*base) + " AS ..)");
    } else if (!at(TokenKind::kDot)) {
      return base;
    } else if (peek(1).kind == TokenKind::kStar) {
      take();
      take();
      auto node = make<ast::Star>(base->position);
      node->base = std::move(base);
      return finish_expr(std::move(node));
    } else {
      take();
      auto node = make<ast::FieldAccess>(start);
      node->base = std::move(base);
      HW_ASSIGN_OR_RETURN(node->field, any_word("a field name"));
      HW_ASSIGN_OR_RETURN(base, finish_expr(std::move(node)));
    }
  }
}

Result<ExprPtr> Parser::primary() {
  switch (peek().kind) {
    case TokenKind::kString:
    case TokenKind::kBinary:
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kDouble:
      return literal();
    case TokenKind::kLeftParen:
      return parenthesised();
    case TokenKind::kQuotedIdentifier:
      return name_or_call();
    case TokenKind::kIdentifier:
      return keyword_primary();
    case TokenKind::kStar:
      return invalid("* stands only as an item of SELECT or as an argument, as in COUNT(*)");
    case TokenKind::kQuestion:
      return not_supported_yet("parameters (?)", position());
    default:
      return expected("an expression");
  }
}

Result<ExprPtr> Parser::keyword_primary() {
  const TokenKind behind = peek(1).kind;
  if (!peek().keyword.known()) return name_or_call();
  if (at("NULL") || at("TRUE") || at("FALSE")) return literal();
  if (at("UNKNOWN") && behind != TokenKind::kDot && behind != TokenKind::kLeftParen) {
    return literal();
  }
  if (behind == TokenKind::kString) {
    if (at("DATE")) return typed_literal(LiteralKind::kDate);
    if (at("TIME")) return typed_literal(LiteralKind::kTime);
    if (at("TIMESTAMP")) return typed_literal(LiteralKind::kTimestamp);
  }
  if (at("INTERVAL")) return interval_literal();
  if (at("CASE")) return case_expression();
  if (at("CAST")) return cast(false);
  if (at("EXISTS")) return exists();
  if (at("DEFAULT")) {
    return finish_expr(make<ast::Default>(take().position));
  }
  if (behind == TokenKind::kLeftBracket) {
    if (at("ARRAY")) return bracket_constructor(ast::ConstructorKind::kArray);
    if (at("MAP")) return bracket_constructor(ast::ConstructorKind::kMap);
  }
  if (behind == TokenKind::kLeftParen) {
    if (at("TRY_CAST")) return cast(true);
    if (at("ROW")) return row_constructor();
    if (at("ARRAY")) return not_supported_yet("ARRAY(query)", position());
    if (at("LEFT") || at("RIGHT")) return name_or_call();
  }
  return name_or_call();
}

Result<ExprPtr> Parser::literal() {
  Token token = take();
  auto node = make<ast::Literal>(token.position);
  switch (token.kind) {
    case TokenKind::kString:
      node->type = LiteralKind::kString;
      break;
    case TokenKind::kBinary:
      node->type = LiteralKind::kBinary;
      break;
    case TokenKind::kInteger:
      node->type = LiteralKind::kInteger;
      break;
    case TokenKind::kDecimal:
      node->type = LiteralKind::kDecimal;
      break;
    case TokenKind::kDouble:
      node->type = LiteralKind::kDouble;
      break;
    default:
      node->type = token.keyword == Keyword("TRUE")    ? LiteralKind::kTrue
                   : token.keyword == Keyword("FALSE") ? LiteralKind::kFalse
                   : token.keyword == Keyword("NULL")  ? LiteralKind::kNull
                                                       : LiteralKind::kUnknown;
      return finish_expr(std::move(node));
  }
  node->text = std::move(token.text);
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::typed_literal(LiteralKind type) {
  auto node = make<ast::Literal>(take().position);
  node->type = type;
  node->text = take().text;
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::interval_literal() {
  auto node = make<ast::IntervalLiteral>(take().position);
  if (accept(TokenKind::kMinus)) {
    node->negative = true;
  } else {
    accept(TokenKind::kPlus);
  }
  if (!at(TokenKind::kString)) {
    return expected("the value of the interval in single quotes, e.g. INTERVAL '5' MINUTE");
  }
  node->text = take().text;
  HW_ASSIGN_OR_RETURN(node->qualifier, interval_qualifier());
  return finish_expr(std::move(node));
}

std::optional<TimeUnit> Parser::time_unit_at() {
  const Keyword word = peek().keyword;
  for (const UnitWord& unit : kUnits) {
    if (word == unit.singular || word == unit.plural) return unit.unit;
  }
  return std::nullopt;
}

Result<TimeUnit> Parser::time_unit() {
  const std::optional<TimeUnit> unit = time_unit_at();
  if (!unit) return expected("a time unit (YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND)");
  take();
  return *unit;
}

Result<ast::IntervalQualifier> Parser::interval_qualifier() {
  ast::IntervalQualifier qualifier;
  const SqlPosition start = position();
  HW_ASSIGN_OR_RETURN(qualifier.from, time_unit());
  qualifier.to = qualifier.from;
  const auto precision = [&](std::optional<int>& value) -> Status {
    const SqlPosition at = position();
    HW_ASSIGN_OR_RETURN(const int64_t number, whole_number("a precision"));
    if (number > 9) return invalid_at(at, "the precision of an interval is 0 to 9");
    value = static_cast<int>(number);
    return Status::OK();
  };
  if (accept(TokenKind::kLeftParen)) {
    HW_TRY(precision(qualifier.leading_precision));
    if (qualifier.from == TimeUnit::kSecond && accept(TokenKind::kComma)) {
      HW_TRY(precision(qualifier.fraction_precision));
    }
    HW_TRY(expect(TokenKind::kRightParen));
  }
  if (!at("TO")) return qualifier;
  take();
  HW_ASSIGN_OR_RETURN(qualifier.to, time_unit());
  const bool months = qualifier.from == TimeUnit::kYear && qualifier.to == TimeUnit::kMonth;
  const bool millis = qualifier.from >= TimeUnit::kDay && qualifier.from < qualifier.to;
  if (!months && !millis) {
    return invalid_at(start,
                      "an interval range is YEAR TO MONTH or goes from DAY, HOUR or MINUTE to a "
                      "smaller unit down to SECOND");
  }
  if (qualifier.to == TimeUnit::kSecond && accept(TokenKind::kLeftParen)) {
    HW_TRY(precision(qualifier.fraction_precision));
    HW_TRY(expect(TokenKind::kRightParen));
  }
  return qualifier;
}

Result<ExprPtr> Parser::parenthesised() {
  const SqlPosition start = position();
  HW_TRY(expect(TokenKind::kLeftParen));
  ast::QueryPtr query;
  std::vector<ExprPtr> items;
  if (at_query()) {
    HW_ASSIGN_OR_RETURN(query, this->query());
  } else {
    HW_ASSIGN_OR_RETURN(items, expression_list());
    const auto* only = items.size() == 1 ? ast::expr_if<ast::Subquery>(items[0]) : nullptr;
    if (only != nullptr && only->type == ast::SubqueryKind::kScalar && at_query_continuation()) {
      HW_ASSIGN_OR_RETURN(ast::QueryBodyPtr first, nested(only->query));
      HW_ASSIGN_OR_RETURN(query, query_from(std::move(first)));
    }
  }
  HW_TRY(expect(TokenKind::kRightParen));
  if (query != nullptr) {
    auto node = make<ast::Subquery>(start);
    node->query = std::move(query);
    return finish_expr(std::move(node));
  }
  if (items.size() == 1) return std::move(items[0]);
  auto node = make<ast::Constructor>(start);
  node->type = ast::ConstructorKind::kRow;
  node->elements = std::move(items);
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::bracket_constructor(ast::ConstructorKind type) {
  Token word = take();
  auto node = make<ast::Constructor>(word.position);
  node->type = type;
  HW_TRY(expect(TokenKind::kLeftBracket));
  if (!at(TokenKind::kRightBracket)) {
    HW_ASSIGN_OR_RETURN(node->elements, expression_list());
  }
  HW_TRY(expect(TokenKind::kRightBracket));
  if (type == ast::ConstructorKind::kMap && node->elements.size() == 1) {
    return element_of_column(std::move(word), std::move(node->elements[0]));
  }
  if (type == ast::ConstructorKind::kMap && node->elements.size() % 2 != 0) {
    return invalid_at(node->position, "MAP[..] takes keys and values in turn, but found " +
                                          std::to_string(node->elements.size()) + " items");
  }
  return finish_expr(std::move(node));
}

// map['k']: no constructor, but an element of a column of that name.
Result<ExprPtr> Parser::element_of_column(Token word, ExprPtr index) {
  auto column = make<ast::ColumnRef>(word.position);
  column->name.parts.push_back({std::move(word.text), false, word.position});
  auto node = make<ast::IndexAccess>(word.position);
  HW_ASSIGN_OR_RETURN(node->base, finish_expr(std::move(column)));
  node->index = std::move(index);
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::row_constructor() {
  auto node = make<ast::Constructor>(take().position);
  node->type = ast::ConstructorKind::kRow;
  HW_TRY(expect(TokenKind::kLeftParen));
  if (!at(TokenKind::kRightParen)) {
    HW_ASSIGN_OR_RETURN(node->elements, expression_list());
  }
  HW_TRY(expect(TokenKind::kRightParen));
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::case_expression() {
  auto node = make<ast::Case>(take().position);
  if (!at("WHEN")) {
    HW_ASSIGN_OR_RETURN(node->operand, expression());
  }
  if (!at("WHEN")) return expected("WHEN");
  while (accept("WHEN")) {
    ast::CaseBranch branch;
    HW_ASSIGN_OR_RETURN(branch.when, expression());
    HW_TRY(expect("THEN"));
    HW_ASSIGN_OR_RETURN(branch.then, expression());
    node->branches.push_back(std::move(branch));
  }
  if (accept("ELSE")) {
    HW_ASSIGN_OR_RETURN(node->otherwise, expression());
  }
  if (!accept("END")) return expected("WHEN, ELSE or END");
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::cast(bool is_try) {
  auto node = make<ast::Cast>(take().position);
  node->is_try = is_try;
  HW_TRY(expect(TokenKind::kLeftParen));
  HW_ASSIGN_OR_RETURN(node->operand, expression());
  HW_TRY(expect("AS"));
  HW_ASSIGN_OR_RETURN(node->type, type());
  if (at("FORMAT")) return not_supported_yet("CAST .. FORMAT", position());
  HW_TRY(expect(TokenKind::kRightParen));
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::exists() {
  auto node = make<ast::Subquery>(take().position);
  node->type = ast::SubqueryKind::kExists;
  HW_TRY(expect(TokenKind::kLeftParen));
  HW_ASSIGN_OR_RETURN(node->query, query());
  HW_TRY(expect(TokenKind::kRightParen));
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::name_or_call() {
  const bool called = peek(1).kind == TokenKind::kLeftParen;
  if (is_bare_function(peek().keyword) && !called && peek(1).kind != TokenKind::kDot) {
    auto node = make<ast::FunctionCall>(position());
    const Token token = take();
    node->name.parts.push_back({std::string(token.keyword.text()), false, token.position});
    node->parenthesised = false;
    return finish_expr(std::move(node));
  }
  const bool running =
      (at("RUNNING") || at("FINAL")) && at_identifier(1) && peek(2).kind == TokenKind::kLeftParen;
  if (running) {
    const auto semantics = take().keyword == Keyword("FINAL") ? ast::MatchSemantics::kFinal
                                                              : ast::MatchSemantics::kRunning;
    HW_ASSIGN_OR_RETURN(ast::Name function, name("a function name"));
    HW_ASSIGN_OR_RETURN(auto node, call_with_arguments(std::move(function)));
    node->semantics = semantics;
    return finish_expr(std::move(node));
  }
  ast::Name parts;
  if (called && (at("LEFT") || at("RIGHT"))) {
    HW_ASSIGN_OR_RETURN(ast::Identifier word, any_word("a function name"));
    parts.parts.push_back(std::move(word));
    return call(std::move(parts));
  }
  if (peek().keyword.reserved()) {
    // What may stand behind a name tells that the word was meant as one.
    const Token& behind = peek(1);
    const bool as_name = behind.kind == TokenKind::kComma || behind.kind == TokenKind::kDot ||
                         behind.kind == TokenKind::kRightParen ||
                         behind.kind == TokenKind::kEqual || behind.keyword == Keyword("FROM") ||
                         behind.keyword == Keyword("AS");
    if (!as_name) return expected("an expression");
  }
  HW_ASSIGN_OR_RETURN(parts, name("an expression"));
  if (at(TokenKind::kLeftParen)) return call(std::move(parts));
  if (at(TokenKind::kDot) && peek(1).kind == TokenKind::kStar) {
    auto star = make<ast::Star>(parts.position());
    star->qualifier = std::move(parts);
    take();
    take();
    return finish_expr(std::move(star));
  }
  auto node = make<ast::ColumnRef>(parts.position());
  node->name = std::move(parts);
  return finish_expr(std::move(node));
}

}  // namespace hw
