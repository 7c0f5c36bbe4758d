// SPDX-License-Identifier: Apache-2.0
//
// A compiled LIKE pattern. `%` stands for any text, `_` for one character; the rest is literal.
// Patterns without `_` are searched as bytes (the common shapes 'a', 'a%', '%a', '%a%' without a
// loop), the others character by character.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "expr/text_finder.h"

namespace hw {

class LikePattern {
 public:
  /// `escape`: empty for none, else one character that takes the meaning of the one behind it.
  /// Fails (Invalid) when the escape stands before anything but %, _ or itself.
  static Result<LikePattern> compile(std::string_view pattern, std::string_view escape);

  bool matches(std::string_view text) const;

 private:
  /// Between two `%`: bytes, some of which may stand for any character.
  struct Piece {
    std::string bytes;
    /// Same length as bytes: '_' where any one character fits; empty when there is none.
    std::string wildcards;
    TextFinder finder;  // of the bytes, without wildcards
  };

  /// Length of the piece's match at the start of `text`, or npos.
  static size_t match_at(const Piece& piece, std::string_view text);
  /// Where the piece matches first at or after `from`, and how long; npos when nowhere.
  static size_t find(const Piece& piece, std::string_view text, size_t from, size_t* length);
  /// Whether the piece matches the end of `text`, without going before `from`.
  static bool ends_with(const Piece& piece, std::string_view text, size_t from);

  std::vector<Piece> pieces_;  // one more than there are runs of %
};

}  // namespace hw
