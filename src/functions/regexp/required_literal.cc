// SPDX-License-Identifier: Apache-2.0

#include "functions/regexp/required_literal.h"

#include <optional>

namespace hw {
namespace {

bool is_quantifier(char c) { return c == '*' || c == '+' || c == '?' || c == '{'; }

/// Where a group or a class that begins at `at` ends; none when that is not plain to see.
std::optional<size_t> end_of_group(std::string_view pattern, size_t at) {
  int depth = 0;
  for (; at < pattern.size(); ++at) {
    const char c = pattern[at];
    // `(?i)`, `(?s:` and other flags, `[]a]`, classes and quotes by name: not for us.
    if (c == '\\' || (c == '(' && pattern.substr(at + 1, 1) == "?")) return std::nullopt;
    if (c == '[') {
      const size_t close = pattern.find(']', at + 1);
      const std::string_view inside =
          pattern.substr(at + 1, close == pattern.npos ? 0 : close - at - 1);
      if (inside.empty() || inside == "^" || inside.find_first_of("[\\") != inside.npos) {
        return std::nullopt;
      }
      at = close;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    }
    if (depth == 0) return at + 1;
  }
  return std::nullopt;
}

/// Pieces of plain text, of which the longest is kept.
class Pieces {
 public:
  void add(char c) { piece_ += c; }
  /// The last character may be missing or come again: it ends its piece, and belongs to none.
  void take_last_back() {
    if (!piece_.empty()) piece_.pop_back();
    end();
  }
  void end() {
    if (piece_.size() > longest_.size()) longest_ = piece_;
    piece_.clear();
  }
  const std::string& longest() const { return longest_; }

 private:
  std::string piece_;
  std::string longest_;
};

}  // namespace

std::string required_literal(std::string_view pattern) {
  Pieces pieces;
  for (size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '(' || c == '[') {
      const std::optional<size_t> end = end_of_group(pattern, at);
      if (!end) return "";
      pieces.end();
      at = *end;
    } else if (c == '{') {
      const size_t close = pattern.find('}', at);
      if (close == pattern.npos) return "";
      pieces.take_last_back();
      at = close + 1;
    } else if (is_quantifier(c)) {
      pieces.take_last_back();
      ++at;
    } else if (c == '|' || c == '\\' || static_cast<unsigned char>(c) >= 0x80) {
      return "";
    } else if (c == '.' || c == '^' || c == '$') {
      pieces.end();
      ++at;
    } else {
      pieces.add(c);
      ++at;
    }
  }
  pieces.end();
  return pieces.longest();
}

}  // namespace hw
