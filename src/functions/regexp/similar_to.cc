// SPDX-License-Identifier: Apache-2.0
//
// SIMILAR TO: the regular expressions of the SQL standard, translated to RE2 and matched against
// the whole text.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <re2/re2.h>

#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/row_kernel.h"
#include "functions/regexp/pattern_cache.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

/// Characters that mean the same in both languages.
constexpr std::string_view kSharedSigns = "|*+?{}()";
/// Characters that RE2 would take for an operator.
constexpr std::string_view kForeignSigns = ".^$\\|*+?{}()[]";

struct CharacterClass {
  std::string_view name;
  std::string_view re2;
};
constexpr std::array kClasses = {
    CharacterClass{"[:ALPHA:]", "[:alpha:]"},      CharacterClass{"[:UPPER:]", "[:upper:]"},
    CharacterClass{"[:LOWER:]", "[:lower:]"},      CharacterClass{"[:DIGIT:]", "[:digit:]"},
    CharacterClass{"[:ALNUM:]", "[:alnum:]"},      CharacterClass{"[:SPACE:]", "\\x20"},
    CharacterClass{"[:WHITESPACE:]", "[:space:]"},
};

/// What stands between [ and ], both included. Nothing when the bracket is not closed.
std::optional<std::string> translate_set(std::string_view pattern, size_t& i, char escape) {
  std::string out = "[";
  ++i;
  if (i < pattern.size() && pattern[i] == '^') out += pattern[i++];
  while (i < pattern.size()) {
    const char c = pattern[i];
    if (c == ']') {
      out += ']';
      return out;
    }
    if (c == '[') {
      const std::string_view rest = pattern.substr(i);
      const auto found = std::find_if(kClasses.begin(), kClasses.end(), [&](const auto& known) {
        return rest.starts_with(known.name) ||
               (rest.starts_with(known.re2) && known.re2.starts_with('['));
      });
      if (found == kClasses.end()) return std::nullopt;
      out += found->re2;
      i += rest.starts_with(found->name) ? found->name.size() : found->re2.size();
      continue;
    }
    if (c == escape && escape != '\0') {
      if (++i == pattern.size()) return std::nullopt;
      out += '\\';
      out += pattern[i++];
      continue;
    }
    if (c == '\\') out += '\\';
    out += c;
    ++i;
  }
  return std::nullopt;
}

/// Nothing when the pattern is malformed.
std::optional<std::string> translate(std::string_view pattern, char escape) {
  std::string out = "(?s)";
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == escape && escape != '\0') {
      if (++i == pattern.size()) return std::nullopt;
      if (kForeignSigns.find(pattern[i]) != std::string_view::npos) out += '\\';
      out += pattern[i];
    } else if (c == '%') {
      out += ".*";
    } else if (c == '_') {
      out += '.';
    } else if (c == '[') {
      const std::optional<std::string> set = translate_set(pattern, i, escape);
      if (!set) return std::nullopt;
      out += *set;
    } else {
      const bool foreign = kForeignSigns.find(c) != std::string_view::npos;
      if (foreign && kSharedSigns.find(c) == std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

Status broken_pattern(std::string_view pattern) {
  return Status::Invalid("'", pattern, "' is not a pattern of SIMILAR TO");
}

/// Matches whole texts; keeps the pattern of the row before.
class Matcher {
 public:
  Result<bool> matches(std::string_view text, std::string_view pattern, std::string_view escape) {
    HW_TRY(prepare(pattern, escape));
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
  }

  Status prepare(std::string_view pattern, std::string_view escape) {
    if (compiled_ != nullptr && pattern == pattern_ && escape == escape_) return Status::OK();
    compiled_ = nullptr;
    if (escape.size() > 1) {
      return Status::Invalid("ESCAPE of SIMILAR TO takes one character, but got '", escape, "'");
    }
    const std::optional<std::string> text = translate(pattern, escape.empty() ? '\0' : escape[0]);
    if (!text) return broken_pattern(pattern);
    compiled_ = cache_.get(*text);
    if (compiled_ == nullptr) return broken_pattern(pattern);
    pattern_ = pattern;
    escape_ = escape;
    return Status::OK();
  }

 private:
  std::string pattern_;
  std::string escape_;
  PatternCache cache_;
  const re2::RE2* compiled_ = nullptr;
};

std::optional<std::string_view> literal_text(const CallBinding& binding, size_t i) {
  if (i >= binding.literals.size() || binding.literals[i] == nullptr ||
      literal_is_null(binding.literals[i])) {
    return std::nullopt;
  }
  return binding.literals[i]->value<std::string_view>(0);
}

KernelResult bind_similar_to(const CallBinding& binding) {
  Matcher matcher;
  const bool has_escape = binding.arg_types.size() == 3;
  const std::optional<std::string_view> pattern = literal_text(binding, 1);
  const std::optional<std::string_view> escape =
      has_escape ? literal_text(binding, 2) : std::string_view();
  if (pattern && escape) HW_TRY(matcher.prepare(*pattern, *escape));
  if (!has_escape) {
    return make_row_kernel(
        [matcher](std::string_view text, std::string_view given) mutable {
          return matcher.matches(text, given, {});
        },
        binding);
  }
  return make_row_kernel(
      [matcher](std::string_view text, std::string_view given, std::string_view mark) mutable {
        return matcher.matches(text, given, mark);
      },
      binding);
}

}  // namespace

void add_similar_to(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "SIMILAR TO",
      .family = "comparison",
      .signatures = {"(text VARCHAR, pattern VARCHAR, [escape VARCHAR]) -> BOOLEAN"},
      .sentence = "Tells whether the whole text matches a regular expression of the SQL standard: "
                  "`%` any text, `_` one character, `|`, `*`, `+`, `?`, `{n,m}`, `( )`, `[a-z]`, "
                  "`[^a-z]`, `[[:DIGIT:]]`.",
      .examples = {{"'abc' SIMILAR TO '(a|x)%'", "TRUE"},
                   {"'abc' SIMILAR TO 'b'", "FALSE"},
                   {"'a%c' SIMILAR TO 'a!%c' ESCAPE '!'", "TRUE"}},
      .can_fail = true,
      .kernel = bind_similar_to,
  });
}

}  // namespace hw
