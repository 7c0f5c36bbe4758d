// SPDX-License-Identifier: Apache-2.0
//
// POSITION, LOCATE and INSTR: where a text stands in another, from 1, 0 = nowhere.

#include <algorithm>
#include <optional>

#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

int32_t find_from(std::string_view text, std::string_view search, int64_t start) {
  if (start < 1) return 0;
  const size_t begin = bytes_of_code_points(text, start - 1);
  if (count_code_points(text) < start - 1) return 0;
  const size_t at = text.find(search, begin);
  if (at == std::string_view::npos) return 0;
  return static_cast<int32_t>(count_code_points(text.substr(0, at))) + 1;
}

int32_t position(std::string_view search, std::string_view text) {
  return find_from(text, search, 1);
}
int32_t locate_from(std::string_view search, std::string_view text, int32_t start) {
  return find_from(text, search, start);
}

int32_t nth_forward(std::string_view text, std::string_view search, int64_t start, int32_t nth) {
  int32_t found = find_from(text, search, start);
  while (--nth > 0 && found > 0) found = find_from(text, search, found + 1);
  return found;
}

// A negative start searches backwards from that many characters before the end.
int32_t nth_backward(std::string_view text, std::string_view search, int64_t back, int32_t nth) {
  const int64_t size = count_code_points(text);
  size_t from = bytes_of_code_points(text, size - back);
  if (back > size) return 0;
  while (true) {
    const size_t at = text.rfind(search, from);
    if (at == std::string_view::npos) return 0;
    if (--nth == 0) return static_cast<int32_t>(count_code_points(text.substr(0, at))) + 1;
    if (at == 0) return 0;
    from = at - 1;
  }
}

std::optional<int32_t> instr_nth(std::string_view text, std::string_view search, int32_t start,
                                 int32_t nth) {
  if (nth < 1) return std::nullopt;
  if (start == 0) return 0;
  return start > 0 ? nth_forward(text, search, start, nth)
                   : nth_backward(text, search, -int64_t{start}, nth);
}
std::optional<int32_t> instr_from(std::string_view text, std::string_view search, int32_t start) {
  return instr_nth(text, search, start, 1);
}
std::optional<int32_t> instr(std::string_view text, std::string_view search) {
  return find_from(text, search, 1);
}

}  // namespace

void register_position(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "POSITION",
      .family = "string",
      .signatures = {"(search VARCHAR, text VARCHAR) -> INT"},
      .sentence =
          "POSITION(search IN text): where `search` begins in `text`, from 1; 0 if nowhere.",
      .examples = {{"POSITION('water' IN 'headwater')", "5"}, {"POSITION('x' IN 'abc')", "0"}},
      .kernel = row_kernel<position>(),
  });
  catalogue.add(ScalarFunction{
      .name = "LOCATE",
      .family = "string",
      .signatures = {"(search VARCHAR, text VARCHAR, [start INT]) -> INT"},
      .sentence = "Where `search` begins in `text` at or after position `start`; 0 if nowhere.",
      .examples = {{"LOCATE('a', 'headwater')", "3"}, {"LOCATE('a', 'headwater', 4)", "6"}},
      .kernel = row_kernel<position, locate_from>(),
  });
  catalogue.add(ScalarFunction{
      .name = "INSTR",
      .family = "string",
      .signatures = {"(text VARCHAR, search VARCHAR, [start INT]) -> INT",
                     "(text VARCHAR, search VARCHAR, start INT, nth INT) -> INT"},
      .sentence = "Where `search` begins in `text` for the `nth` time at or after `start`; a "
                  "negative start counts from the end and searches backwards; 0 if nowhere.",
      .examples = {{"INSTR('corporate floor', 'or')", "2"},
                   {"INSTR('corporate floor', 'or', 3, 2)", "14"},
                   {"INSTR('corporate floor', 'or', -3, 2)", "2"}},
      .nulls = Nulls::kNullable,
      .kernel = row_kernel<instr, instr_from, instr_nth>(),
  });
}

}  // namespace hw
