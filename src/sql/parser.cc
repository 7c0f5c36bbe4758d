// SPDX-License-Identifier: Apache-2.0

#include "sql/parser.h"

#include "sql/parser_core.h"

namespace hw {

Status Parser::expect_end() {
  if (at(TokenKind::kEnd)) return Status::OK();
  return expected("the end of the text");
}

Result<std::optional<ParsedStatement>> Parser::next_statement() {
  while (accept(TokenKind::kSemicolon)) {
  }
  if (at(TokenKind::kEnd)) return std::optional<ParsedStatement>();
  ParsedStatement parsed;
  parsed.begin = peek().begin;
  Result<ast::StatementPtr> result = statement();
  if (result.ok() && !at(TokenKind::kSemicolon) && !at(TokenKind::kEnd)) {
    result = expected("';' or the end of the statement");
  }
  parsed.end = last_end();
  const bool ok = result.ok();
  if (ok) {
    parsed.statement = *std::move(result);
    accept(TokenKind::kSemicolon);
    return std::optional<ParsedStatement>(std::move(parsed));
  }
  skip_statement();
  return result.status();
}

Result<ast::StatementPtr> Parser::only_statement() {
  HW_ASSIGN_OR_RETURN(std::optional<ParsedStatement> parsed, next_statement());
  if (!parsed) return expected("a statement");
  while (accept(TokenKind::kSemicolon)) {
  }
  HW_TRY(expect_end());
  return parsed->statement;
}

StatementReader::StatementReader(std::string_view script)
    : parser_(std::make_unique<Parser>(script)) {}

StatementReader::~StatementReader() = default;

Result<std::optional<ParsedStatement>> StatementReader::next() { return parser_->next_statement(); }

Result<std::vector<ast::StatementPtr>> parse_script(std::string_view script) {
  StatementReader reader(script);
  std::vector<ast::StatementPtr> statements;
  while (true) {
    HW_ASSIGN_OR_RETURN(std::optional<ParsedStatement> parsed, reader.next());
    if (!parsed) return statements;
    statements.push_back(std::move(parsed->statement));
  }
}

Result<ast::StatementPtr> parse_statement(std::string_view text) {
  return Parser(text).only_statement();
}

Result<ast::QueryPtr> parse_query(std::string_view text, SqlPosition place) {
  Parser parser(text);
  parser.place_at(place);
  HW_ASSIGN_OR_RETURN(ast::QueryPtr query, parser.query());
  HW_TRY(parser.expect_end());
  return query;
}

Result<ast::ExprPtr> parse_expression(std::string_view text, SqlPosition place) {
  Parser parser(text);
  parser.place_at(place);
  HW_ASSIGN_OR_RETURN(ast::ExprPtr expr, parser.expression());
  HW_TRY(parser.expect_end());
  return expr;
}

Result<ast::Type> parse_type(std::string_view text) {
  Parser parser(text);
  HW_ASSIGN_OR_RETURN(ast::Type type, parser.type());
  HW_TRY(parser.expect_end());
  return type;
}

}  // namespace hw
