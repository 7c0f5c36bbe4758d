// SPDX-License-Identifier: Apache-2.0
//
// Tokens of the SQL text.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/status.h"
#include "sql/keywords.h"

namespace hw {

enum class TokenKind : uint8_t {
  kEnd,
  kError,       // text = what is wrong
  kIdentifier,  // text = the word; keyword is set when the grammar knows it
  kQuotedIdentifier,
  kString,   // text = the characters, escapes resolved
  kBinary,   // text = the bytes
  kInteger,  // text = as written, also below
  kDecimal,
  kDouble,
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kComma,
  kDot,
  kSemicolon,
  kColon,
  kQuestion,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kConcat,
  kPipe,
  kCaret,
  kDollar,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kArrow,
};

/// A comment of the form /*+ .. */: a hint if it stands where a hint may stand.
struct HintComment {
  /// Bytes between /*+ and */; both 0 = none.
  size_t begin = 0;
  size_t end = 0;
  /// Of the byte at `begin`.
  SqlPosition position;

  bool present() const { return end != 0; }
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Keyword keyword;
  /// Bytes of the text it covers.
  size_t begin = 0;
  size_t end = 0;
  SqlPosition position;
  std::string text;
  /// The first hint comment between the token before and this one.
  HintComment hint;
};

}  // namespace hw
