// SPDX-License-Identifier: Apache-2.0
//
// value LIKE pattern [ESCAPE character].

#include <string_view>
#include <utility>

#include "expr/bound_expr.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/row_kernel.h"
#include "functions/like/like_pattern.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

struct MatchFixed {
  bool operator()(std::string_view text) const { return pattern.matches(text); }
  LikePattern pattern;
};

/// Compiles again only when the pattern changes from one row to the next.
struct MatchVariable {
  Result<bool> operator()(std::string_view text, std::string_view pattern) {
    return match(text, pattern, {});
  }
  Result<bool> match(std::string_view text, std::string_view pattern, std::string_view escape) {
    if (!compiled || pattern != last_pattern || escape != last_escape) {
      HW_ASSIGN_OR_RETURN(compiled, LikePattern::compile(pattern, escape));
      last_pattern = pattern;
      last_escape = escape;
    }
    return compiled->matches(text);
  }
  std::optional<LikePattern> compiled;
  std::string last_pattern;
  std::string last_escape;
};
struct MatchWithEscape {
  Result<bool> operator()(std::string_view text, std::string_view pattern,
                          std::string_view escape) {
    return matcher.match(text, pattern, escape);
  }
  MatchVariable matcher;
};

bool is_value(const ColumnPtr& literal) { return literal != nullptr && !literal_is_null(literal); }

KernelResult bind(const CallBinding& binding) {
  const auto& literals = binding.literals;
  const bool with_escape = literals.size() == 3;
  if (is_value(literals[1]) && (!with_escape || is_value(literals[2]))) {
    const std::string_view escape =
        with_escape ? literals[2]->value<std::string_view>(0) : std::string_view();
    HW_ASSIGN_OR_RETURN(LikePattern pattern,
                        LikePattern::compile(literals[1]->value<std::string_view>(0), escape));
    return make_first_argument_kernel(MatchFixed{std::move(pattern)}, binding);
  }
  if (with_escape) return make_row_kernel(MatchWithEscape{}, binding);
  return make_row_kernel(MatchVariable{}, binding);
}

/// A broken literal pattern is refused when the query is compiled.
bool never_fails(std::span<const BoundExprPtr> args) {
  return args.size() == 2 || (args[1]->is_literal() && args[2]->is_literal());
}

}  // namespace

void register_like(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "LIKE",
      .family = "comparison",
      .signatures = {"(value VARCHAR, pattern VARCHAR, [escape VARCHAR]) -> BOOLEAN"},
      .sentence = "Tells whether the whole value matches the pattern, in which % stands for any "
                  "text and _ for one character.",
      .examples = {{"'headwater' LIKE 'head%'", "TRUE"},
                   {"'Größe' LIKE 'Gr_ße'", "TRUE"},
                   {"'50%' LIKE '50!%' ESCAPE '!'", "TRUE"},
                   {"'abc' LIKE 'b'", "FALSE"}},
      .can_fail = true,
      .never_fails = never_fails,
      .kernel = bind,
  });
}

}  // namespace hw
