// SPDX-License-Identifier: Apache-2.0

#include "functions/regexp/pattern_cache.h"

#include <re2/re2.h>

#include "expr/literal.h"
#include "functions/regexp/required_literal.h"

namespace hw {
namespace {

std::shared_ptr<const re2::RE2> compiled(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()),
                                          options);
}

}  // namespace

void PatternCache::compile(std::string_view pattern) {
  if (compiled_ != nullptr && pattern == text_) return;
  text_ = pattern;
  compiled_ = compiled(pattern);
  usable_ = compiled_->ok() ? compiled_.get() : nullptr;
  num_groups_ = compiled_->NumberOfCapturingGroups();
  literal_ = TextFinder(usable_ != nullptr ? required_literal(pattern) : "");
  plain_text_ = literal_.wanted() == pattern ? pattern : "";
  run_ = usable_ != nullptr ? RunAfterLiteral::of(pattern) : std::nullopt;
}

Result<PatternCache> cache_for(const CallBinding& binding, size_t pattern_index) {
  PatternCache cache;
  if (pattern_index >= binding.literals.size()) return cache;
  const ColumnPtr& literal = binding.literals[pattern_index];
  if (literal == nullptr || literal_is_null(literal)) return cache;
  const auto pattern = literal->value<std::string_view>(0);
  if (cache.set_literal(pattern) == nullptr) {
    return Status::Invalid("'", pattern,
                           "' is not a regular expression that can be matched in "
                           "linear time (RE2 syntax): ",
                           compiled(pattern)->error());
  }
  return cache;
}

}  // namespace hw
