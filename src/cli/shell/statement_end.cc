// SPDX-License-Identifier: Apache-2.0

#include "cli/shell/statement_end.h"

#include <optional>

#include "sql/lexer.h"

namespace hw {
namespace {

bool is_word(const Token& token, Keyword word) {
  return token.kind == TokenKind::kIdentifier && token.keyword == word;
}

/// Follows one statement token by token.
class Statement {
 public:
  /// True when the semicolon that `token` is ends the statement.
  bool ends_with(const Token& token) {
    const bool semicolon = token.kind == TokenKind::kSemicolon;
    // END of a set stands where a statement might begin; that of a CASE does not.
    if (in_set_ && is_word(token, "END") && may_begin_) in_set_ = false;
    if (is_word(token, "SET") && after_statement_word_ && count_ < kSetWordsMax) in_set_ = true;
    may_begin_ = semicolon || is_word(token, "BEGIN");
    after_statement_word_ = is_word(token, "STATEMENT");
    ++count_;
    return semicolon && !in_set_;
  }

 private:
  /// EXPLAIN PLAN FOR EXECUTE STATEMENT SET
  static constexpr int kSetWordsMax = 6;
  int count_ = 0;
  bool in_set_ = false;
  bool may_begin_ = false;
  bool after_statement_word_ = false;
};

}  // namespace

size_t statements_end(std::string_view text) {
  Lexer lexer(text);
  size_t end = 0;
  Statement statement;
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    if (!statement.ends_with(token)) continue;
    end = token.end;
    statement = Statement();
  }
  return end;
}

bool is_blank_sql(std::string_view text) {
  Lexer lexer(text);
  while (true) {
    const Token token = lexer.next();
    if (token.kind == TokenKind::kEnd) return true;
    if (token.kind != TokenKind::kSemicolon) return false;
  }
}

}  // namespace hw
