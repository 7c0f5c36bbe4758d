// SPDX-License-Identifier: Apache-2.0

#include "functions/regexp/run_after_literal.h"

#include <algorithm>

namespace hw {
namespace {

/// Stands for itself in a pattern, in a class too.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte >= 0x7f) return false;
  return std::string_view("\\^$.|?*+()[]{}-").find(c) == std::string_view::npos;
}

}  // namespace

std::optional<RunAfterLiteral> RunAfterLiteral::of(std::string_view pattern) {
  RunAfterLiteral found;
  const auto eat = [&](std::string_view piece) {
    if (!pattern.starts_with(piece)) return false;
    pattern.remove_prefix(piece.size());
    return true;
  };
  if (pattern.size() > 5 && pattern[0] == '(') {
    const bool caret_first = pattern[1] == '^';
    const char before = pattern[caret_first ? 3 : 1];
    if (!is_plain(before)) return std::nullopt;
    const std::string one(1, before);
    if (!eat(caret_first ? "(^|" + one + ")" : "(" + one + "|^)")) return std::nullopt;
    found.before_ = before;
  }
  const std::string_view literal(pattern.begin(),
                                 std::find_if_not(pattern.begin(), pattern.end(), is_plain));
  if (literal.empty() || literal[0] == found.before_) return std::nullopt;
  found.literal_ = TextFinder(literal);
  pattern.remove_prefix(literal.size());
  if (!eat("([^") || pattern.empty() || !is_plain(pattern[0])) return std::nullopt;
  found.stop_ = pattern[0];
  pattern.remove_prefix(1);
  if (pattern != "]*)") return std::nullopt;
  return found;
}

RunAfterLiteral::Match RunAfterLiteral::find(std::string_view text) const {
  Match match;
  for (size_t at = literal_.find(text); at != text.npos; at = literal_.find(text, at + 1)) {
    const bool behind = before_ && at > 0;
    if (behind && text[at - 1] != *before_) continue;
    const size_t run = at + literal_.wanted().size();
    size_t end = run;
    unsigned char seen = 0;
    for (; end < text.size() && text[end] != stop_; ++end) {
      seen |= static_cast<unsigned char>(text[end]);
    }
    match.found = true;
    match.unsure = seen >= 0x80;
    match.run = text.substr(run, end - run);
    match.before = text.substr(behind ? at - 1 : at, behind ? 1 : 0);
    match.whole = text.substr(behind ? at - 1 : at, end - at + (behind ? 1 : 0));
    return match;
  }
  return match;
}

}  // namespace hw
