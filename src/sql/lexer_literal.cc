// SPDX-License-Identifier: Apache-2.0
//
// Strings, binary strings and numbers.

#include <array>
#include <utility>

#include "sql/lexer.h"
#include "sql/utf8.h"

namespace hw {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

// Returns the value of a hexadecimal digit or -1.
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads exactly `count` hexadecimal digits. Returns -1 where there are fewer.
int64_t read_hex(std::string_view text, size_t count) {
  if (text.size() < count) return -1;
  int64_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view upper) {
  if (text.size() < upper.size()) return false;
  for (size_t i = 0; i < upper.size(); ++i) {
    const char c = text[i];
    if ((c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) != upper[i]) return false;
  }
  return true;
}

// Resolves the escape behind a backslash of E'..'. Returns the bytes it takes, 0 when malformed.
size_t decode_c_escape(std::string_view text, std::string& out) {
  constexpr std::string_view kLetters = "bfnrt\\'\"";
  constexpr std::string_view kMeanings = "\b\f\n\r\t\\'\"";
  if (text.empty()) return 0;
  const size_t letter = kLetters.find(text[0]);
  if (letter != std::string_view::npos) {
    out += kMeanings[letter];
    return 1;
  }
  if (text[0] >= '0' && text[0] <= '7') {
    size_t size = 0;
    char32_t value = 0;
    while (size < 3 && size < text.size() && text[size] >= '0' && text[size] <= '7') {
      value = value * 8 + (text[size++] - '0');
    }
    return append_utf8(out, value) ? size : 0;
  }
  if (text[0] == 'x') {
    const size_t digits = read_hex(text.substr(1), 2) >= 0 ? 2 : 1;
    const int64_t value = read_hex(text.substr(1), digits);
    return value >= 0 && append_utf8(out, static_cast<char32_t>(value)) ? digits + 1 : 0;
  }
  const size_t digits = text[0] == 'u' ? 4 : text[0] == 'U' ? 8 : 0;
  if (digits == 0) return 0;
  const int64_t value = read_hex(text.substr(1), digits);
  if (value < 0 || value > 0x10FFFF) return 0;
  return append_utf8(out, static_cast<char32_t>(value)) ? digits + 1 : 0;
}

// Resolves what stands behind the escape character of U&'..'. Returns the bytes it takes or 0.
size_t decode_unicode_escape(std::string_view text, char escape, std::string& out) {
  if (text.empty()) return 0;
  if (text[0] == escape) {
    out += escape;
    return 1;
  }
  const bool wide = text[0] == '+';
  const size_t digits = wide ? 6 : 4;
  const int64_t value = read_hex(text.substr(wide ? 1 : 0), digits);
  if (value < 0 || value > 0x10FFFF) return 0;
  return append_utf8(out, static_cast<char32_t>(value)) ? digits + (wide ? 1 : 0) : 0;
}

}  // namespace

// Returns false, with nothing consumed, when no string or binary literal begins here.
bool Lexer::lex_prefixed_literal(Token& token) {
  if (peek() == '\'') {
    lex_plain_string(token, 0);
  } else if (starts_with_ignoring_case(rest(), "N'")) {
    lex_plain_string(token, 1);
  } else if (starts_with_ignoring_case(rest(), "_UTF8'")) {
    lex_plain_string(token, 5);
  } else if (starts_with_ignoring_case(rest(), "E'")) {
    lex_c_style_string(token);
  } else if (starts_with_ignoring_case(rest(), "U&'")) {
    lex_unicode_string(token);
  } else if (starts_with_ignoring_case(rest(), "X'")) {
    lex_binary(token);
  } else {
    return false;
  }
  return true;
}

// Reads one '..' into `raw`; '' becomes ', backslash pairs stay as they are.
bool Lexer::lex_string_body(Token& token, bool backslashes, std::string& raw) {
  skip(1);
  while (true) {
    const CodePoint point = decode_utf8(rest());
    if (at_end()) return fail(token, token.position, "a string must end with a single quote");
    if (point.size == 0) {
      const SqlPosition position = here_.position;
      skip(1);
      return fail(token, position, "the SQL text must be UTF-8, but this string is not");
    }
    if (backslashes && point.value == '\\' && here_.offset + 1 < text_.size()) {
      // The character behind it, when it is a quote, does not end the string.
      raw += '\\';
      skip(1);
      if (peek() != '\'' && peek() != '\\') continue;
      raw += peek();
      skip(1);
      continue;
    }
    if (point.value == '\'') {
      if (peek(1) != '\'') break;
      skip(1);
    }
    raw += rest().substr(0, point.size);
    skip(point.size);
  }
  skip(1);
  return true;
}

// Goes to the next quote if only white space with a line break is between; else stays.
bool Lexer::join_next_fragment() {
  size_t offset = here_.offset;
  bool line_break = false;
  while (offset < text_.size() &&
         std::string_view(" \n\t\r\f\v").find(text_[offset]) != std::string_view::npos) {
    line_break = line_break || text_[offset] == '\n' || text_[offset] == '\r';
    ++offset;
  }
  if (!line_break || offset >= text_.size() || text_[offset] != '\'') return false;
  skip(offset - here_.offset);
  return true;
}

bool Lexer::lex_string_fragments(Token& token, bool backslashes, std::string& raw) {
  do {
    if (!lex_string_body(token, backslashes, raw)) return false;
  } while (join_next_fragment());
  return true;
}

void Lexer::lex_plain_string(Token& token, size_t prefix_length) {
  skip(prefix_length);
  token.kind = TokenKind::kString;
  std::string raw;
  if (lex_string_fragments(token, false, raw)) token.text = std::move(raw);
}

void Lexer::lex_c_style_string(Token& token) {
  skip(1);
  token.kind = TokenKind::kString;
  std::string raw;
  if (!lex_string_fragments(token, true, raw)) return;
  const std::string_view text = raw;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      token.text += text[i++];
      continue;
    }
    const size_t size = decode_c_escape(text.substr(i + 1), token.text);
    if (size == 0) {
      fail(token, token.position,
           "an escape in E'..' is one of \\b \\f \\n \\r \\t \\\\ \\' \\\" \\ooo \\xhh \\uXXXX "
           "\\UXXXXXXXX, but found \"" +
               std::string(text.substr(i, 2)) + "\"");
      return;
    }
    i += 1 + size;
  }
}

// Reads UESCAPE 'c' behind U&'..' where it is written.
bool Lexer::lex_uescape(Token& token, char& escape) {
  const Place before = here_;
  const Token word = next();
  if (word.kind != TokenKind::kIdentifier || word.keyword != Keyword("UESCAPE")) {
    here_ = before;
    return true;
  }
  const Token character = next();
  constexpr std::string_view kForbidden = "+'\" \t\n";
  if (character.kind != TokenKind::kString || character.text.size() != 1 ||
      hex_digit(character.text[0]) >= 0 || kForbidden.find(character.text[0]) != kForbidden.npos) {
    return fail(token, character.position,
                "UESCAPE takes one ASCII character that is no hexadecimal digit, plus sign, quote "
                "or space, e.g. UESCAPE '!'");
  }
  escape = character.text[0];
  return true;
}

void Lexer::lex_unicode_string(Token& token) {
  skip(2);
  token.kind = TokenKind::kString;
  std::string raw;
  char escape = '\\';
  if (!lex_string_fragments(token, false, raw) || !lex_uescape(token, escape)) return;
  const std::string_view text = raw;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != escape) {
      token.text += text[i++];
      continue;
    }
    const size_t size = decode_unicode_escape(text.substr(i + 1), escape, token.text);
    if (size == 0) {
      fail(token, token.position,
           std::string("an escape in U&'..' is ") + escape + "XXXX or " + escape +
               "+XXXXXX with hexadecimal digits of a Unicode character, or " + escape + escape);
      return;
    }
    i += 1 + size;
  }
}

void Lexer::lex_binary(Token& token) {
  skip(1);
  token.kind = TokenKind::kBinary;
  std::string raw;
  if (!lex_string_fragments(token, false, raw)) return;
  for (size_t i = 0; i < raw.size(); i += 2) {
    const int64_t value = read_hex(std::string_view(raw).substr(i), 2);
    if (value < 0) {
      fail(token, token.position,
           "a binary literal x'..' takes an even number of hexadecimal digits");
      return;
    }
    token.text += static_cast<char>(value);
  }
}

void Lexer::lex_number(Token& token) {
  const size_t begin = here_.offset;
  const auto digits = [this] {
    while (is_digit(peek())) skip(1);
  };
  token.kind = TokenKind::kInteger;
  digits();
  if (peek() == '.' && peek(1) != '.') {
    token.kind = TokenKind::kDecimal;
    skip(1);
    digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    const size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (is_digit(peek(1 + sign))) {
      token.kind = TokenKind::kDouble;
      skip(1 + sign);
      digits();
    }
  }
  if (is_word_character(peek())) {
    while (is_word_character(peek())) skip(1);
    fail(token, token.position,
         "a number is decimal and has no suffix, but found " +
             std::string(text_.substr(begin, std::min<size_t>(here_.offset - begin, 40))));
    return;
  }
  token.text = text_.substr(begin, here_.offset - begin);
}

}  // namespace hw
