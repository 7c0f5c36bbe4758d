// SPDX-License-Identifier: Apache-2.0

#include "sql/token_stream.h"

#include <utility>

#include "base/assert.h"
#include "sql/spelling.h"

namespace hw {
namespace {

// Words that a statement is built around: what a misspelt word is compared with.
constexpr auto kFrameWords = std::to_array<std::string_view>({
    "ALTER",  "BETWEEN",   "CREATE",   "CROSS",  "DESCRIBE",  "DISTINCT", "DROP",    "EXECUTE",
    "EXISTS", "EXPLAIN",   "EXCEPT",   "FETCH",  "FROM",      "GROUP",    "HAVING",  "INNER",
    "INSERT", "INTO",      "INTERVAL", "JOIN",   "LATERAL",   "LEFT",     "LIKE",    "LIMIT",
    "OFFSET", "ORDER",     "OVER",     "OUTER",  "PARTITION", "PRIMARY",  "QUALIFY", "RESET",
    "RIGHT",  "SELECT",    "SHOW",     "TABLE",  "TEMPORARY", "UNION",    "UNNEST",  "VALUES",
    "VIEW",   "WATERMARK", "WHERE",    "WINDOW", "WITH",
});

constexpr auto kSigns = std::to_array<std::pair<TokenKind, std::string_view>>({
    {TokenKind::kEnd, "the end of the text"},
    {TokenKind::kLeftParen, "'('"},
    {TokenKind::kRightParen, "')'"},
    {TokenKind::kLeftBracket, "'['"},
    {TokenKind::kRightBracket, "']'"},
    {TokenKind::kLeftBrace, "'{'"},
    {TokenKind::kRightBrace, "'}'"},
    {TokenKind::kComma, "','"},
    {TokenKind::kDot, "'.'"},
    {TokenKind::kSemicolon, "';'"},
    {TokenKind::kMinus, "'-'"},
    {TokenKind::kEqual, "'='"},
    {TokenKind::kLess, "'<'"},
    {TokenKind::kGreater, "'>'"},
    {TokenKind::kArrow, "'=>'"},
    {TokenKind::kString, "a string in single quotes"},
    {TokenKind::kInteger, "a whole number"},
});

constexpr size_t kFoundBytesMax = 40;

// Cuts long text between characters.
std::string shortened(std::string_view text) {
  if (text.size() <= kFoundBytesMax) return std::string(text);
  size_t size = kFoundBytesMax;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return std::string(text.substr(0, size)) + "..";
}

}  // namespace

std::string_view to_string(TokenKind kind) {
  for (const auto& [sign, text] : kSigns) {
    if (sign == kind) return text;
  }
  return "a token";
}

const Token& TokenStream::peek(size_t ahead) {
  HW_DCHECK(ahead < kLookahead);
  while (count_ <= ahead) {
    const size_t slot = (first_ + count_) % kLookahead;
    ahead_[slot] = lexer_.next();
    if (place_.known()) ahead_[slot].position = place_;
    places_[slot] = lexer_.place();
    ++count_;
  }
  return ahead_[(first_ + ahead) % kLookahead];
}

Token TokenStream::take() {
  peek();
  Token token = std::move(ahead_[first_]);
  last_place_ = places_[first_];
  last_end_ = token.end;
  const bool unknown_word = token.kind == TokenKind::kIdentifier && !token.keyword.known();
  last_word_ = unknown_word ? token.text : std::string();
  first_ = (first_ + 1) % kLookahead;
  --count_;
  return token;
}

bool TokenStream::at(Keyword first, Keyword second, Keyword third) {
  if (peek().keyword != first) return false;
  if (second.known() && peek(1).keyword != second) return false;
  return !third.known() || peek(2).keyword == third;
}

bool TokenStream::at_identifier(size_t ahead) {
  const Token& token = peek(ahead);
  if (token.kind == TokenKind::kQuotedIdentifier) return true;
  return token.kind == TokenKind::kIdentifier && !token.keyword.reserved();
}

bool TokenStream::accept(Keyword first, Keyword second, Keyword third) {
  if (!at(first, second, third)) return false;
  take();
  if (second.known()) take();
  if (third.known()) take();
  return true;
}

bool TokenStream::accept(TokenKind kind) {
  if (!at(kind)) return false;
  take();
  return true;
}

Status TokenStream::expect(Keyword first, Keyword second, Keyword third) {
  for (const Keyword word : {first, second, third}) {
    if (word.known() && !accept(word)) return expected(word.text());
  }
  return Status::OK();
}

Status TokenStream::expect(TokenKind kind) {
  if (!accept(kind)) return expected(to_string(kind));
  return Status::OK();
}

Status TokenStream::invalid_at(SqlPosition position, std::string_view message) {
  return hw::at(position, Status::Invalid(message));
}

std::string TokenStream::found() {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::kEnd:
      return "the end of the text";
    case TokenKind::kString:
      return "the string '" + shortened(token.text) + "'";
    case TokenKind::kIdentifier:
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kDouble:
      return shortened(token.text);
    default:
      break;
  }
  const std::string_view raw = text().substr(token.begin, token.end - token.begin);
  return token.kind == TokenKind::kQuotedIdentifier ? shortened(raw) : "'" + shortened(raw) + "'";
}

std::string TokenStream::proposal() {
  const Token& token = peek();
  const bool unknown_word = token.kind == TokenKind::kIdentifier && !token.keyword.known();
  if (unknown_word) {
    const std::string_view nearest = nearest_word(token.text, kFrameWords);
    if (!nearest.empty()) return "; did you mean " + std::string(nearest) + "?";
  }
  const std::string_view nearest = nearest_word(last_word_, kFrameWords);
  if (!nearest.empty()) {
    return "; did you mean " + std::string(nearest) + " instead of " + last_word_ + "?";
  }
  return "";
}

Status TokenStream::expected(std::string_view what) {
  const Token& token = peek();
  if (token.kind == TokenKind::kError) return invalid_at(token.position, token.text);
  std::string message = "expected ";
  message.append(what).append(", but found ").append(found());
  return invalid_at(token.position, message + proposal());
}

void TokenStream::skip_statement() {
  while (!at(TokenKind::kSemicolon) && !at(TokenKind::kEnd)) take();
  accept(TokenKind::kSemicolon);
}

std::string TokenStream::take_raw() {
  lexer_.seek(last_place_);
  first_ = 0;
  count_ = 0;
  const std::string_view rest = text().substr(last_place_.offset);
  std::string raw;
  size_t i = 0;
  char quote = '\0';
  for (; i < rest.size() && (quote != '\0' || rest[i] != ';'); ++i) {
    const char c = rest[i];
    const bool gap = i == 0 || rest[i - 1] == ' ' || rest[i - 1] == '\t' || rest[i - 1] == '\n';
    if (quote == '\0' && gap && rest.substr(i).starts_with("--")) {
      i = std::min(rest.find('\n', i), rest.size()) - 1;
      continue;
    }
    if (quote == '\0' && gap && rest.substr(i).starts_with("/*")) {
      const size_t close = rest.find("*/", i + 2);
      i = close == std::string_view::npos ? rest.size() - 1 : close + 1;
      continue;
    }
    if (c == '\'') quote = quote == '\0' ? c : '\0';
    raw += c;
  }
  lexer_.skip(i);
  last_place_ = lexer_.place();
  while (!raw.empty() && std::string_view(" \t\r\n\f\v").find(raw.back()) != std::string::npos) {
    raw.pop_back();
  }
  last_end_ = last_place_.offset;
  last_word_.clear();
  return raw;
}

}  // namespace hw
