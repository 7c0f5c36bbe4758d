// SPDX-License-Identifier: Apache-2.0
//
// A compiled regular expression that is kept from row to row. Inside of functions/regexp only.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "expr/scalar_function.h"
#include "expr/text_finder.h"
#include "functions/regexp/run_after_literal.h"

namespace re2 {
class RE2;
}

namespace hw {

class FunctionCatalogue;

/// The pattern of the row before, compiled. Copies share it.
class PatternCache {
 public:
  /// Null when the pattern is broken. Valid until the next call.
  const re2::RE2* get(std::string_view pattern) {
    if (!is_literal_) compile(pattern);
    return usable_;
  }
  /// From here on get() takes every pattern for this one.
  const re2::RE2* set_literal(std::string_view pattern) {
    compile(pattern);
    is_literal_ = true;
    return usable_;
  }
  /// Of the pattern of the last get().
  int num_groups() const { return num_groups_; }
  /// False when `text` surely has no match of the pattern of the last get().
  bool may_match(std::string_view text) const { return literal_.find(text) != text.npos; }
  /// The same for patterns of a form that a search is enough for.
  const std::optional<RunAfterLiteral>& run() const { return run_; }
  /// What the pattern matches if that is one text; else empty.
  const std::string& plain_text() const { return plain_text_; }

 private:
  void compile(std::string_view pattern);

  bool is_literal_ = false;
  std::string text_;
  TextFinder literal_;  // of what every match holds
  std::string plain_text_;
  std::optional<RunAfterLiteral> run_;
  std::shared_ptr<const re2::RE2> compiled_;
  const re2::RE2* usable_ = nullptr;  // compiled_, if it is not broken
  int num_groups_ = 0;
};

/// A cache that holds the pattern if argument `pattern_index` is a literal.
/// Fails when that cannot be compiled.
Result<PatternCache> cache_for(const CallBinding& binding, size_t pattern_index = 1);

/// More than the groups of any pattern that is looked at.
constexpr int kGroupsMax = 32;

/// REGEXP_COUNT, REGEXP_INSTR, REGEXP_SUBSTR, REGEXP_EXTRACT_ALL.
void add_regexp_find(FunctionCatalogue& catalogue);
/// STR_TO_MAP.
void add_str_to_map(FunctionCatalogue& catalogue);
/// SIMILAR TO.
void add_similar_to(FunctionCatalogue& catalogue);

}  // namespace hw
