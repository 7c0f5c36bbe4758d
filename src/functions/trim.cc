// SPDX-License-Identifier: Apache-2.0
//
// TRIM, LTRIM, RTRIM and BTRIM: take characters of a set off the ends, spaces by default.

#include <string>

#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

// True when the code point `c` (its bytes) is one of `set`.
bool holds(std::string_view set, std::string_view c) {
  if (set.size() == 1) return c == set;
  for (size_t i = 0; i < set.size();) {
    const size_t size = code_point_size(static_cast<unsigned char>(set[i]));
    if (set.substr(i, size) == c) return true;
    i += size;
  }
  return false;
}

std::string_view without_leading(std::string_view text, std::string_view set) {
  while (!text.empty()) {
    const size_t size = code_point_size(static_cast<unsigned char>(text[0]));
    if (!holds(set, text.substr(0, size))) break;
    text.remove_prefix(std::min(size, text.size()));
  }
  return text;
}

std::string_view without_trailing(std::string_view text, std::string_view set) {
  while (!text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
    if (!holds(set, text.substr(begin))) break;
    text = text.substr(0, begin);
  }
  return text;
}

void ltrim(TextWriter& out, std::string_view text) { out.append(without_leading(text, " ")); }
void rtrim(TextWriter& out, std::string_view text) { out.append(without_trailing(text, " ")); }
void btrim(TextWriter& out, std::string_view text) {
  out.append(without_trailing(without_leading(text, " "), " "));
}
void ltrim_set(TextWriter& out, std::string_view text, std::string_view set) {
  out.append(without_leading(text, set));
}
void rtrim_set(TextWriter& out, std::string_view text, std::string_view set) {
  out.append(without_trailing(text, set));
}
void btrim_set(TextWriter& out, std::string_view text, std::string_view set) {
  out.append(without_trailing(without_leading(text, set), set));
}

// TRIM(LEADING set FROM text) comes as TRIM(symbol, set, text).
Result<std::unique_ptr<ScalarKernel>> bind_trim(const CallBinding& binding) {
  if (binding.arg_types.size() == 1) return row_kernel<btrim>()(binding);
  const ColumnPtr& side = binding.literals[0];
  if (side == nullptr) return Status::Invalid("TRIM takes BOTH, LEADING or TRAILING");
  const std::string name(side->value<std::string_view>(0));
  return make_row_kernel(
      [leading = name != "TRAILING", trailing = name != "LEADING"](
          TextWriter& out, std::string_view, std::string_view set, std::string_view text) {
        if (leading) text = without_leading(text, set);
        if (trailing) text = without_trailing(text, set);
        out.append(text);
      },
      binding);
}

}  // namespace

void register_trim(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "TRIM",
      .family = "string",
      .signatures = {"(text VARCHAR) -> VARCHAR",
                     "(side SYMBOL, characters VARCHAR, text VARCHAR) -> VARCHAR"},
      .sentence = "TRIM([BOTH | LEADING | TRAILING] [characters] FROM text): takes the characters "
                  "(spaces by default) off the ends of `text`.",
      .examples = {{"TRIM('  ab  ')", "ab"},
                   {"TRIM(LEADING 'x' FROM 'xxaxx')", "axx"},
                   {"TRIM(BOTH 'xy' FROM 'xyaxy')", "a"}},
      .kernel = bind_trim,
  });
  catalogue.add(ScalarFunction{
      .name = "LTRIM",
      .family = "string",
      .signatures = {"(text VARCHAR, [characters VARCHAR]) -> VARCHAR"},
      .sentence = "Takes the characters (spaces by default) off the start of `text`.",
      .examples = {{"LTRIM('  ab ')", "ab "}, {"LTRIM('xxab', 'x')", "ab"}},
      .kernel = row_kernel<ltrim, ltrim_set>(),
  });
  catalogue.add(ScalarFunction{
      .name = "RTRIM",
      .family = "string",
      .signatures = {"(text VARCHAR, [characters VARCHAR]) -> VARCHAR"},
      .sentence = "Takes the characters (spaces by default) off the end of `text`.",
      .examples = {{"RTRIM('abxx', 'x')", "ab"}},
      .kernel = row_kernel<rtrim, rtrim_set>(),
  });
  catalogue.add(ScalarFunction{
      .name = "BTRIM",
      .family = "string",
      .signatures = {"(text VARCHAR, [characters VARCHAR]) -> VARCHAR"},
      .sentence = "Takes the characters (spaces by default) off both ends of `text`.",
      .examples = {{"BTRIM('  ab  ')", "ab"}, {"BTRIM('xyabyx', 'xy')", "ab"}},
      .kernel = row_kernel<btrim, btrim_set>(),
  });
}

}  // namespace hw
