// SPDX-License-Identifier: Apache-2.0
//
// Cuts SQL text into tokens, one at a time. Comments and white space vanish, escapes are resolved,
// neighbouring string literals are joined. A lexical error is a token of kind kError, so that what
// stands before it can still be used; the lexer goes on behind it.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"
#include "sql/token.h"

namespace hw {

class Lexer {
 public:
  /// A byte offset together with its line and column.
  struct Place {
    size_t offset = 0;
    SqlPosition position{1, 1};
  };

  /// Requires: `text` outlives the lexer. `position` is that of the first character.
  explicit Lexer(std::string_view text, SqlPosition position = {1, 1});

  /// Returns the next token; at the end kEnd for ever.
  Token next();

  std::string_view text() const { return text_; }
  Place place() const { return here_; }
  /// Goes on at `place`.
  void seek(Place place) { here_ = place; }

  /// Passes over `n` bytes, counting lines and columns.
  void skip(size_t n);

 private:
  // lexer.cc
  bool skip_blanks(Token& token);
  bool skip_block_comment(Token& token);
  void lex_word(Token& token);
  void lex_quoted_identifier(Token& token);
  void lex_operator(Token& token);
  bool starts_identifier(size_t offset) const;

  // lexer_literal.cc
  bool lex_prefixed_literal(Token& token);
  bool lex_string_fragments(Token& token, bool backslashes, std::string& raw);
  bool lex_string_body(Token& token, bool backslashes, std::string& raw);
  bool join_next_fragment();
  void lex_plain_string(Token& token, size_t prefix_length);
  void lex_c_style_string(Token& token);
  void lex_unicode_string(Token& token);
  bool lex_uescape(Token& token, char& escape);
  void lex_binary(Token& token);
  void lex_number(Token& token);

  char peek(size_t ahead = 0) const;
  bool at_end() const { return here_.offset >= text_.size(); }
  std::string_view rest() const { return text_.substr(here_.offset); }
  /// Turns `token` into an error at `position` and returns false.
  bool fail(Token& token, SqlPosition position, std::string message);

  const std::string_view text_;
  Place here_;
};

}  // namespace hw
