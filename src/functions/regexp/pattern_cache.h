// SPDX-License-Identifier: Apache-2.0
//
// A compiled regular expression that is kept from row to row. Inside of functions/regexp only.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "expr/scalar_function.h"
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
  const re2::RE2* get(std::string_view pattern);
  /// False when `text` surely has no match of the pattern of the last get().
  bool may_match(std::string_view text) const {
    return literal_.empty() || text.find(literal_) != text.npos;
  }
  /// The same for patterns of a form that a search is enough for.
  const std::optional<RunAfterLiteral>& run() const { return run_; }
  /// What the pattern matches if that is one text; else empty.
  const std::string& plain_text() const { return plain_text_; }

 private:
  std::string text_;
  std::string literal_;
  std::string plain_text_;
  std::optional<RunAfterLiteral> run_;
  std::shared_ptr<const re2::RE2> compiled_;
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
