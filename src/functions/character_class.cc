// SPDX-License-Identifier: Apache-2.0
//
// IS_ALPHA, IS_DIGIT, IS_DECIMAL: what a text consists of. NULL and the empty text are FALSE.

#include <algorithm>
#include <optional>
#include <string_view>

#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

bool is_digit_byte(char c) { return c >= '0' && c <= '9'; }

bool is_digit(std::optional<std::string_view> text) {
  return text && !text->empty() && std::all_of(text->begin(), text->end(), is_digit_byte);
}

/// ASCII letters; a character of several bytes counts as a letter.
bool is_alpha(std::optional<std::string_view> text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (static_cast<unsigned char>(c) > 127);
  };
  return text && !text->empty() && std::all_of(text->begin(), text->end(), letter);
}

/// An optional sign, digits, and an optional fraction.
bool is_decimal(std::optional<std::string_view> text) {
  if (!text) return false;
  std::string_view rest = *text;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) rest.remove_prefix(1);
  const size_t point = rest.find('.');
  if (point == std::string_view::npos) return is_digit(rest);
  return is_digit(rest.substr(0, point)) && is_digit(rest.substr(point + 1));
}

}  // namespace

void register_character_class(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "IS_ALPHA",
      .family = "conditional",
      .signatures = {"(value VARCHAR) -> BOOLEAN NOT NULL"},
      .sentence = "Tells whether a text consists of letters only; FALSE for NULL.",
      .examples = {{"IS_ALPHA('abc')", "TRUE"}, {"IS_ALPHA('ab1')", "FALSE"}},
      .nulls = Nulls::kHandled,
      .kernel = row_kernel<is_alpha>(),
  });
  catalogue.add(ScalarFunction{
      .name = "IS_DIGIT",
      .family = "conditional",
      .signatures = {"(value VARCHAR) -> BOOLEAN NOT NULL"},
      .sentence = "Tells whether a text consists of the digits 0 to 9 only; FALSE for NULL.",
      .examples = {{"IS_DIGIT('123')", "TRUE"}, {"IS_DIGIT('1.5')", "FALSE"}},
      .nulls = Nulls::kHandled,
      .kernel = row_kernel<is_digit>(),
  });
  catalogue.add(ScalarFunction{
      .name = "IS_DECIMAL",
      .family = "conditional",
      .signatures = {"(value VARCHAR) -> BOOLEAN NOT NULL"},
      .sentence = "Tells whether a text is a number with or without a fraction; FALSE for NULL.",
      .examples = {{"IS_DECIMAL('-1.5')", "TRUE"},
                   {"IS_DECIMAL('1e5')", "FALSE"},
                   {"IS_DECIMAL(CAST(NULL AS STRING))", "FALSE"}},
      .nulls = Nulls::kHandled,
      .kernel = row_kernel<is_decimal>(),
  });
}

}  // namespace hw
