// SPDX-License-Identifier: Apache-2.0

#include "sql/lexer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hw {
namespace {

std::vector<Token> all_tokens(std::string_view text) {
  Lexer lexer(text);
  std::vector<Token> tokens;
  do {
    tokens.push_back(lexer.next());
  } while (tokens.back().kind != TokenKind::kEnd);
  tokens.pop_back();
  return tokens;
}

std::string texts(std::string_view text) {
  std::string joined;
  for (const Token& token : all_tokens(text)) {
    if (!joined.empty()) joined += '|';
    joined += token.text.empty() ? text.substr(token.begin, token.end - token.begin) : token.text;
  }
  return joined;
}

// Returns the text of the single string or binary literal.
std::string string_of(std::string_view text) {
  const std::vector<Token> tokens = all_tokens(text);
  if (tokens.size() != 1) return "<" + std::to_string(tokens.size()) + " tokens>";
  if (tokens[0].kind == TokenKind::kError) return "error: " + tokens[0].text;
  return tokens[0].text;
}

// Returns "line:column message" of the first error.
std::string error_of(std::string_view text) {
  for (const Token& token : all_tokens(text)) {
    if (token.kind != TokenKind::kError) continue;
    return std::to_string(token.position.line) + ":" + std::to_string(token.position.column) + " " +
           token.text;
  }
  return "";
}

TEST(LexerTest, KeepsTheCaseOfIdentifiersAndKnowsKeywordsInAnyCase) {
  const std::vector<Token> tokens = all_tokens("sElEcT Abc _x $y a1$");
  ASSERT_EQ(tokens.size(), 5u);
  EXPECT_EQ(tokens[0].keyword, Keyword("SELECT"));
  EXPECT_TRUE(tokens[0].keyword.reserved());
  EXPECT_EQ(tokens[1].text, "Abc");
  EXPECT_FALSE(tokens[1].keyword.known());
  EXPECT_EQ(tokens[3].text, "$y");
  EXPECT_EQ(tokens[4].text, "a1$");
}

TEST(LexerTest, TakesUnicodeLettersInIdentifiers) {
  EXPECT_EQ(texts("größe 名前 été"), "größe|名前|été");
}

TEST(LexerTest, UndoublesBackticksInQuotedIdentifiers) {
  const std::vector<Token> tokens = all_tokens("`a``b` `select` `x y`");
  ASSERT_EQ(tokens.size(), 3u);
  EXPECT_EQ(tokens[0].text, "a`b");
  EXPECT_EQ(tokens[0].kind, TokenKind::kQuotedIdentifier);
  EXPECT_FALSE(tokens[1].keyword.known());
  EXPECT_EQ(tokens[2].text, "x y");
}

TEST(LexerTest, RefusesBrokenQuotedIdentifiers) {
  EXPECT_EQ(error_of("a `b\nc`"), "1:3 a quoted identifier must end with ` on the same line");
  EXPECT_EQ(error_of("``"), "1:1 an identifier must not be empty");
  EXPECT_EQ(error_of(std::string(257, 'x')),
            "1:1 an identifier may have 256 characters, but this one has 257");
  EXPECT_EQ(error_of(std::string(256, 'x')), "");
}

TEST(LexerTest, UndoublesQuotesInStrings) {
  EXPECT_EQ(string_of("'it''s'"), "it's");
  EXPECT_EQ(string_of("''"), "");
  EXPECT_EQ(string_of("'a\nb'"), "a\nb");
  EXPECT_EQ(string_of("'back\\slash'"), "back\\slash");
}

TEST(LexerTest, JoinsStringsAcrossALineBreakOnly) {
  EXPECT_EQ(string_of("'ab'  \n  'cd' \n'ef'"), "abcdef");
  EXPECT_EQ(all_tokens("'ab' 'cd'").size(), 2u);
}

TEST(LexerTest, TakesPrefixesOfStrings) {
  EXPECT_EQ(string_of("N'x'"), "x");
  EXPECT_EQ(string_of("_UTF8'x'"), "x");
  EXPECT_EQ(string_of("_utf8'x'"), "x");
}

TEST(LexerTest, ResolvesUnicodeEscapes) {
  EXPECT_EQ(string_of("U&'\\0041\\+01F600'"), "A😀");
  EXPECT_EQ(string_of("u&'a\\\\b'"), "a\\b");
  EXPECT_EQ(string_of("U&'!0041\\' UESCAPE '!'"), "A\\");
  EXPECT_EQ(string_of("U&'x' UESCAPE 'a'").substr(0, 21), "error: UESCAPE takes ");
  EXPECT_EQ(string_of("U&'\\00'").substr(0, 22), "error: an escape in U&");
  EXPECT_EQ(string_of("U&'\\D800'").substr(0, 22), "error: an escape in U&");
}

TEST(LexerTest, ResolvesCStyleEscapes) {
  EXPECT_EQ(string_of(R"(E'\b\f\n\r\t\\\'\"')"), "\b\f\n\r\t\\'\"");
  EXPECT_EQ(string_of(R"(e'\101\x41\u00e9\U0001F600')"), "AAé😀");
  EXPECT_EQ(string_of("E'it''s'"), "it's");
  EXPECT_EQ(string_of(R"(E'\q')").substr(0, 21), "error: an escape in E");
  EXPECT_EQ(string_of(R"(E'\uD800')").substr(0, 21), "error: an escape in E");
}

TEST(LexerTest, DecodesBinaryLiterals) {
  EXPECT_EQ(string_of("x'0aFF'"), std::string("\x0A\xFF"));
  EXPECT_EQ(string_of("X''"), "");
  EXPECT_EQ(string_of("x'0a'\n'0b'"), "\x0A\x0B");
  EXPECT_EQ(error_of("x'0'"),
            "1:1 a binary literal x'..' takes an even number of hexadecimal digits");
  EXPECT_EQ(error_of("x'zz'"),
            "1:1 a binary literal x'..' takes an even number of hexadecimal digits");
}

TEST(LexerTest, TellsKindsOfNumbersApart) {
  const std::vector<Token> tokens = all_tokens("42 1.50 .5 5. 1e3 1.5E-3 .5e+1");
  const std::vector<TokenKind> kinds = {
      TokenKind::kInteger, TokenKind::kDecimal, TokenKind::kDecimal, TokenKind::kDecimal,
      TokenKind::kDouble,  TokenKind::kDouble,  TokenKind::kDouble};
  ASSERT_EQ(tokens.size(), kinds.size());
  for (size_t i = 0; i < kinds.size(); ++i) EXPECT_EQ(tokens[i].kind, kinds[i]) << i;
}

TEST(LexerTest, RefusesSuffixesAndHexadecimalNumbers) {
  EXPECT_EQ(error_of("10L"), "1:1 a number is decimal and has no suffix, but found 10L");
  EXPECT_EQ(error_of("0x1F"), "1:1 a number is decimal and has no suffix, but found 0x1F");
  EXPECT_EQ(error_of("1e"), "1:1 a number is decimal and has no suffix, but found 1e");
}

TEST(LexerTest, PassesOverComments) {
  EXPECT_EQ(texts("a -- x\nb // y\nc /* z \n * / */ d /**/ e"), "a|b|c|d|e");
  EXPECT_EQ(error_of("a /* b"), "1:3 a comment that begins with /* must end with */");
}

TEST(LexerTest, HandsHintsToTheNextToken) {
  const std::vector<Token> tokens = all_tokens("SELECT /*+ X(1) */ a /* b */ c");
  ASSERT_EQ(tokens.size(), 3u);
  EXPECT_FALSE(tokens[0].hint.present());
  ASSERT_TRUE(tokens[1].hint.present());
  EXPECT_EQ(tokens[1].hint.position.column, 11);
  EXPECT_FALSE(tokens[2].hint.present());
}

TEST(LexerTest, CountsColumnsInCodePoints) {
  const std::vector<Token> tokens = all_tokens("'é😀' x\n\ty");
  ASSERT_EQ(tokens.size(), 3u);
  EXPECT_EQ(tokens[1].position.column, 6);
  EXPECT_EQ(tokens[2].position.line, 2);
  EXPECT_EQ(tokens[2].position.column, 2);
}

TEST(LexerTest, CutsOperators) {
  EXPECT_EQ(texts("a<=b<>c!=d=>e||f|g"), "a|<=|b|<>|c|!=|d|=>|e||||f|||g");
  EXPECT_EQ(texts("t.a[1].b"), "t|.|a|[|1|]|.|b");
}

TEST(LexerTest, RefusesWhatBeginsNoToken) {
  EXPECT_EQ(error_of("a \"b\""),
            "1:3 no SQL begins with the character \"; write strings in single quotes ('..') and "
            "identifiers in backticks (`..`)");
  EXPECT_EQ(error_of("a\u00A0b"), "1:2 no SQL begins with the character \u00A0 (U+00A0)");
  EXPECT_EQ(error_of(std::string_view("a \0", 3)),
            "1:3 the SQL text must not hold the control character U+0000");
}

TEST(LexerTest, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(error_of("a \xFF"), "1:3 the SQL text must be UTF-8, but here it is not");
  EXPECT_EQ(error_of("'a\xC3'"), "1:3 the SQL text must be UTF-8, but this string is not");
  EXPECT_EQ(error_of("`\xED\xA0\x80`"),
            "1:1 the SQL text must be UTF-8, but this identifier is not");
}

TEST(LexerTest, GoesOnBehindAnError) { EXPECT_EQ(all_tokens("10L a # b").size(), 4u); }

TEST(LexerTest, PassesOverAByteOrderMark) { EXPECT_EQ(texts("\xEF\xBB\xBFSELECT"), "SELECT"); }

TEST(LexerTest, StopsAtAnUnfinishedString) {
  EXPECT_EQ(error_of("SELECT 'abc"), "1:8 a string must end with a single quote");
}

}  // namespace
}  // namespace hw
