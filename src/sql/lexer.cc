// SPDX-License-Identifier: Apache-2.0

#include "sql/lexer.h"

#include <array>
#include <utility>

#include "sql/utf8.h"

namespace hw {
namespace {

constexpr size_t kIdentifierLengthMax = 256;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

struct OperatorText {
  std::string_view text;
  TokenKind kind;
};

// Longer ones first.
constexpr auto kOperators = std::to_array<OperatorText>({
    {"=>", TokenKind::kArrow},        {"<>", TokenKind::kNotEqual},
    {"!=", TokenKind::kNotEqual},     {"<=", TokenKind::kLessEqual},
    {">=", TokenKind::kGreaterEqual}, {"||", TokenKind::kConcat},
    {"(", TokenKind::kLeftParen},     {")", TokenKind::kRightParen},
    {"[", TokenKind::kLeftBracket},   {"]", TokenKind::kRightBracket},
    {"{", TokenKind::kLeftBrace},     {"}", TokenKind::kRightBrace},
    {",", TokenKind::kComma},         {".", TokenKind::kDot},
    {";", TokenKind::kSemicolon},     {":", TokenKind::kColon},
    {"?", TokenKind::kQuestion},      {"+", TokenKind::kPlus},
    {"-", TokenKind::kMinus},         {"*", TokenKind::kStar},
    {"/", TokenKind::kSlash},         {"%", TokenKind::kPercent},
    {"|", TokenKind::kPipe},          {"^", TokenKind::kCaret},
    {"=", TokenKind::kEqual},         {"<", TokenKind::kLess},
    {">", TokenKind::kGreater},
});

std::string hex_of(char32_t value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string hex;
  for (int shift = 20; shift >= 0; shift -= 4) {
    const auto digit = (value >> shift) & 0xF;
    if (digit != 0 || !hex.empty() || shift < 16) hex += kDigits[digit];
  }
  return hex;
}

}  // namespace

Lexer::Lexer(std::string_view text, SqlPosition position) : text_(text), here_{0, position} {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text_.starts_with(kByteOrderMark)) here_.offset = kByteOrderMark.size();
}

char Lexer::peek(size_t ahead) const {
  return here_.offset + ahead < text_.size() ? text_[here_.offset + ahead] : '\0';
}

void Lexer::skip(size_t n) {
  for (const size_t end = std::min(here_.offset + n, text_.size()); here_.offset < end;
       ++here_.offset) {
    const char c = text_[here_.offset];
    if (c == '\n') {
      ++here_.position.line;
      here_.position.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++here_.position.column;
    }
  }
}

bool Lexer::fail(Token& token, SqlPosition position, std::string message) {
  token.kind = TokenKind::kError;
  token.position = position;
  token.text = std::move(message);
  token.end = here_.offset;
  return false;
}

Token Lexer::next() {
  Token token;
  if (!skip_blanks(token)) return token;
  token.begin = here_.offset;
  token.position = here_.position;
  if (at_end()) {
    token.kind = TokenKind::kEnd;
  } else if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) {
    lex_number(token);
  } else if (peek() == '`') {
    lex_quoted_identifier(token);
  } else if (!lex_prefixed_literal(token)) {
    if (starts_identifier(here_.offset)) {
      lex_word(token);
    } else {
      lex_operator(token);
    }
  }
  token.end = here_.offset;
  return token;
}

// Returns false when a comment is broken: `token` is then the error.
bool Lexer::skip_blanks(Token& token) {
  while (!at_end()) {
    const char c = peek();
    if (is_blank(c)) {
      skip(1);
    } else if ((c == '-' && peek(1) == '-') || (c == '/' && peek(1) == '/')) {
      skip(std::min(rest().find('\n'), rest().size()));
    } else if (c == '/' && peek(1) == '*') {
      if (!skip_block_comment(token)) return false;
    } else {
      break;
    }
  }
  return true;
}

bool Lexer::skip_block_comment(Token& token) {
  const Place start = here_;
  const size_t close = text_.find("*/", start.offset + 2);
  if (close == std::string_view::npos) {
    skip(rest().size());
    token.begin = start.offset;
    return fail(token, start.position, "a comment that begins with /* must end with */");
  }
  if (peek(2) == '+' && close > start.offset + 2 && !token.hint.present()) {
    skip(3);
    token.hint = {here_.offset, close, here_.position};
  }
  skip(close + 2 - here_.offset);
  return true;
}

bool Lexer::starts_identifier(size_t offset) const {
  const char c = text_[offset];
  if (is_ascii(c)) {
    if (c != '$') return is_ascii_letter(c) || c == '_';
    // A lone $ is the end of a row pattern.
    const std::string_view after = text_.substr(offset + 1);
    return !after.empty() && (is_ascii_letter(after[0]) || after[0] == '_' || after[0] == '$' ||
                              is_digit(after[0]) || is_wide_letter(decode_utf8(after).value));
  }
  return is_wide_letter(decode_utf8(text_.substr(offset)).value);
}

void Lexer::lex_word(Token& token) {
  size_t end = here_.offset;
  size_t length = 0;
  while (end < text_.size()) {
    const char c = text_[end];
    if (is_ascii(c)) {
      if (!is_ascii_letter(c) && !is_digit(c) && c != '_' && c != '$') break;
      ++end;
    } else {
      const CodePoint point = decode_utf8(text_.substr(end));
      if (!is_wide_letter(point.value)) break;
      end += point.size;
    }
    ++length;
  }
  token.kind = TokenKind::kIdentifier;
  token.text = text_.substr(here_.offset, end - here_.offset);
  token.keyword = Keyword::find(token.text);
  skip(end - here_.offset);
  if (length > kIdentifierLengthMax) {
    fail(token, token.position,
         "an identifier may have 256 characters, but this one has " + std::to_string(length));
  }
}

void Lexer::lex_quoted_identifier(Token& token) {
  token.kind = TokenKind::kQuotedIdentifier;
  skip(1);
  size_t length = 0;
  while (true) {
    const CodePoint point = decode_utf8(rest());
    if (at_end() || point.value == '\n' || point.value == '\r') {
      fail(token, token.position, "a quoted identifier must end with ` on the same line");
      return;
    }
    if (point.size == 0) {
      skip(1);
      fail(token, token.position, "the SQL text must be UTF-8, but this identifier is not");
      return;
    }
    if (point.value == '`') {
      if (peek(1) != '`') break;
      skip(1);
    }
    token.text += rest().substr(0, point.size);
    skip(point.size);
    ++length;
  }
  skip(1);
  if (length == 0) fail(token, token.position, "an identifier must not be empty");
  if (length > kIdentifierLengthMax) {
    fail(token, token.position,
         "an identifier may have 256 characters, but this one has " + std::to_string(length));
  }
}

void Lexer::lex_operator(Token& token) {
  for (const OperatorText& candidate : kOperators) {
    if (rest().starts_with(candidate.text)) {
      token.kind = candidate.kind;
      skip(candidate.text.size());
      return;
    }
  }
  if (peek() == '$') {
    token.kind = TokenKind::kDollar;
    skip(1);
    return;
  }
  const CodePoint point = decode_utf8(rest());
  const bool double_quote = peek() == '"';
  if (point.size == 0 || point.value < 0x20 || point.value == 0x7F) {
    const bool control = point.size != 0;
    skip(1);
    fail(token, token.position,
         control ? "the SQL text must not hold the control character U+" + hex_of(point.value)
                 : "the SQL text must be UTF-8, but here it is not");
    return;
  }
  const std::string found(rest().substr(0, point.size));
  skip(point.size);
  std::string message = "no SQL begins with the character " + found;
  if (point.value >= 0x80) message += " (U+" + hex_of(point.value) + ")";
  if (double_quote) {
    message += "; write strings in single quotes ('..') and identifiers in backticks (`..`)";
  }
  fail(token, token.position, std::move(message));
}

}  // namespace hw
