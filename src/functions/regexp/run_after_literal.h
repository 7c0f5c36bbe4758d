// SPDX-License-Identifier: Apache-2.0
//
// Regular expressions of one form, `(&|^)id=([^&]*)`: what follows a literal up to a character, the
// literal perhaps only behind another character or at the beginning. Searching for the literal
// finds the match many times faster than RE2 does.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "expr/text_finder.h"

namespace hw {

class RunAfterLiteral {
 public:
  /// None when the pattern is of another form. Requires: a pattern that RE2 accepts.
  static std::optional<RunAfterLiteral> of(std::string_view pattern);

  struct Match {
    bool found = false;
    /// The run holds bytes that only RE2 is to judge.
    bool unsure = false;
    std::string_view whole;
    std::string_view before;  // the group in front of the literal
    std::string_view run;
  };
  /// The first match.
  Match find(std::string_view text) const;

  /// Of a match, as RE2 counts: 0 is all of it.
  std::string_view group(const Match& match, int number) const {
    if (number == 0) return match.whole;
    return before_ && number == 1 ? match.before : match.run;
  }

 private:
  std::optional<char> before_;  // what stands in front unless the text begins there
  TextFinder literal_;
  char stop_ = 0;
};

}  // namespace hw
