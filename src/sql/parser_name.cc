// SPDX-License-Identifier: Apache-2.0
//
// Names, lists of names, options and other small parts that many clauses share.

#include <charconv>

#include "sql/parser_core.h"

namespace hw {

using ast::Identifier;
using ast::Name;

Result<Identifier> Parser::identifier(std::string_view what) {
  if (at_identifier()) {
    const bool quoted = at(TokenKind::kQuotedIdentifier);
    Token token = take();
    return Identifier{std::move(token.text), quoted, token.position};
  }
  const Token& token = peek();
  if (!token.keyword.reserved()) return expected(what);
  return invalid("expected " + std::string(what) + ", but found the reserved word " + token.text +
                 "; a name that is a reserved word stands in backticks: `" + token.text + "`");
}

Result<Identifier> Parser::any_word(std::string_view what) {
  if (!at(TokenKind::kIdentifier)) return identifier(what);
  Token token = take();
  return Identifier{std::move(token.text), false, token.position};
}

Result<Name> Parser::name(std::string_view what) {
  Name name;
  HW_ASSIGN_OR_RETURN(Identifier first, identifier(what));
  name.parts.push_back(std::move(first));
  while (at(TokenKind::kDot) && peek(1).kind != TokenKind::kStar) {
    take();
    HW_ASSIGN_OR_RETURN(Identifier part, any_word("a name behind the dot"));
    name.parts.push_back(std::move(part));
  }
  return name;
}

Result<std::vector<Identifier>> Parser::identifier_list(std::string_view what) {
  std::vector<Identifier> names;
  HW_TRY(expect(TokenKind::kLeftParen));
  HW_TRY(comma_separated([&]() -> Status {
    HW_ASSIGN_OR_RETURN(Identifier name, identifier(what));
    names.push_back(std::move(name));
    return Status::OK();
  }));
  if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  return names;
}

Result<std::string> Parser::string_literal(std::string_view what) {
  if (!at(TokenKind::kString)) return expected(what);
  return take().text;
}

Result<int64_t> Parser::whole_number(std::string_view what) {
  if (!at(TokenKind::kInteger)) return expected(what);
  const Token token = take();
  int64_t value = 0;
  const char* end = token.text.data() + token.text.size();
  if (std::from_chars(token.text.data(), end, value).ec != std::errc()) {
    return invalid_at(token.position,
                      std::string(what) + " must fit 64 bits, but found " + token.text);
  }
  return value;
}

Result<Identifier> Parser::optional_alias() {
  if (accept("AS")) return identifier("an alias");
  if (at_identifier()) return identifier("an alias");
  return Identifier{};
}

Result<ast::TableAlias> Parser::table_alias() {
  ast::TableAlias alias;
  HW_ASSIGN_OR_RETURN(alias.name, optional_alias());
  if (alias.given() && at(TokenKind::kLeftParen)) {
    HW_ASSIGN_OR_RETURN(alias.columns, identifier_list("a column name"));
  }
  return alias;
}

Result<std::vector<ast::Property>> Parser::property_list() {
  std::vector<ast::Property> properties;
  HW_TRY(expect(TokenKind::kLeftParen));
  if (accept(TokenKind::kRightParen)) return properties;
  HW_TRY(comma_separated([&]() -> Status {
    ast::Property property;
    property.position = position();
    HW_ASSIGN_OR_RETURN(property.key, string_literal("an option key in single quotes"));
    HW_TRY(expect(TokenKind::kEqual));
    HW_ASSIGN_OR_RETURN(property.value, string_literal("an option value in single quotes"));
    properties.push_back(std::move(property));
    return Status::OK();
  }));
  if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  return properties;
}

Result<std::vector<ast::PropertyKey>> Parser::property_keys() {
  std::vector<ast::PropertyKey> keys;
  HW_TRY(expect(TokenKind::kLeftParen));
  if (accept(TokenKind::kRightParen)) return keys;
  HW_TRY(comma_separated([&]() -> Status {
    ast::PropertyKey key;
    key.position = position();
    HW_ASSIGN_OR_RETURN(key.key, string_literal("an option key in single quotes"));
    keys.push_back(std::move(key));
    return Status::OK();
  }));
  if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  return keys;
}

Result<std::optional<std::string>> Parser::optional_comment() {
  std::optional<std::string> comment;
  if (accept("COMMENT")) {
    HW_ASSIGN_OR_RETURN(comment, string_literal("a comment in single quotes"));
  }
  return comment;
}

Result<bool> Parser::if_not_exists() {
  if (!accept("IF")) return false;
  HW_TRY(expect("NOT", "EXISTS"));
  return true;
}

Result<bool> Parser::if_exists() {
  if (!accept("IF")) return false;
  HW_TRY(expect("EXISTS"));
  return true;
}

Result<std::vector<ast::Assignment>> Parser::partition_spec() {
  std::vector<ast::Assignment> spec;
  HW_TRY(expect(TokenKind::kLeftParen));
  HW_TRY(comma_separated([&]() -> Status {
    ast::Assignment assignment;
    HW_ASSIGN_OR_RETURN(assignment.column, identifier("a partition column"));
    if (accept(TokenKind::kEqual)) {
      HW_ASSIGN_OR_RETURN(assignment.value, expression());
    }
    spec.push_back(std::move(assignment));
    return Status::OK();
  }));
  if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  return spec;
}

}  // namespace hw
