// SPDX-License-Identifier: Apache-2.0
//
// What a hand-written parser asks of its input: look ahead a few tokens, accept or expect words and
// signs, and word the error when something else is there.

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"
#include "sql/keywords.h"
#include "sql/lexer.h"
#include "sql/token.h"

namespace hw {

class TokenStream {
 public:
  explicit TokenStream(std::string_view text, SqlPosition position = {1, 1})
      : lexer_(text, position) {}

  /// From now on every token stands there: of a text that the reader of an error does not see.
  void place_at(SqlPosition position) { place_ = position; }
  SqlPosition place() const { return place_; }

  /// Returns the token `ahead` places behind the current one. Requires: ahead < kLookahead.
  const Token& peek(size_t ahead = 0);
  /// Returns the current token and goes on to the next one.
  Token take();
  SqlPosition position() { return peek().position; }
  std::string_view text() const { return lexer_.text(); }
  /// Returns the byte behind the last token taken.
  size_t last_end() const { return last_end_; }

  /// Whether the words or the sign come next.
  bool at(Keyword first, Keyword second = {}, Keyword third = {});
  bool at(TokenKind kind) { return peek().kind == kind; }
  /// Whether a word comes next that is not reserved, or a quoted identifier.
  bool at_identifier(size_t ahead = 0);

  /// Passes over the words or the sign if they come next; all or nothing.
  bool accept(Keyword first, Keyword second = {}, Keyword third = {});
  bool accept(TokenKind kind);

  /// Fails when something else comes next.
  Status expect(Keyword first, Keyword second = {}, Keyword third = {});
  Status expect(TokenKind kind);

  /// Returns "expected <what>, but found <the current token>" at the current token, or the lexical
  /// error that stands there, with a proposal where a word looks misspelt.
  Status expected(std::string_view what);
  /// Returns an error at the current token.
  Status invalid(std::string_view message) { return invalid_at(position(), message); }
  static Status invalid_at(SqlPosition position, std::string_view message);
  /// Returns the current token as it should be quoted in an error.
  std::string found();

  /// Passes over everything up to the semicolon, and over that. Clears errors of the lexer.
  void skip_statement();
  /// Takes the raw text from the last token taken up to a semicolon or the end, without comments
  /// that begin with -- or /*; SET without quotes needs it. The semicolon comes next.
  std::string take_raw();

 private:
  static constexpr size_t kLookahead = 8;

  std::string proposal();

  Lexer lexer_;
  SqlPosition place_;  // of all tokens, if known
  /// Ring of the tokens looked at but not taken.
  std::array<Token, kLookahead> ahead_;
  size_t first_ = 0;
  size_t count_ = 0;
  /// Behind the last token taken.
  Lexer::Place last_place_;
  size_t last_end_ = 0;
  /// The last token taken if it was a word that is no keyword.
  std::string last_word_;
  /// Where the lexer stands behind each token of the ring.
  std::array<Lexer::Place, kLookahead> places_;
};

/// Returns a sign as an error shows it: "'('".
std::string_view to_string(TokenKind kind);

}  // namespace hw
