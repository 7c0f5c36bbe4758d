// SPDX-License-Identifier: Apache-2.0
//
// SPLIT_INDEX: one part of a text between separators, numbered from 0.

#include <cstdint>
#include <optional>

#include "expr/function_catalogue.h"
#include "expr/nth_byte.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

bool split_by_byte(TextWriter& out, std::string_view text, char separator, int32_t index) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (index > 0) {
    begin = find_nth(begin, end, separator, index);
    if (begin == end) return false;
    ++begin;
  }
  out.append(
      std::string_view(begin, static_cast<size_t>(find_nth(begin, end, separator, 1) - begin)));
  return true;
}

bool split_index(TextWriter& out, std::string_view text, std::string_view separator,
                 int32_t index) {
  if (index < 0 || text.empty()) return false;
  if (separator.empty()) {
    if (index > 0) return false;
    out.append(text);
    return true;
  }
  if (separator.size() == 1) return split_by_byte(out, text, separator[0], index);
  while (index > 0) {
    const size_t at = text.find(separator);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + separator.size());
    --index;
  }
  out.append(text.substr(0, text.find(separator)));
  return true;
}

bool split_index_by_code(TextWriter& out, std::string_view text, int32_t code, int32_t index) {
  if (code < 1 || code > 255) return false;
  // Codes above 127 are two bytes of UTF-8.
  const char bytes[2] = {static_cast<char>(code < 128 ? code : 0xC0 | (code >> 6)),
                         static_cast<char>(0x80 | (code & 0x3F))};
  return split_index(out, text, std::string_view(bytes, code < 128 ? 1 : 2), index);
}

}  // namespace

void register_split_index(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "SPLIT_INDEX",
      .family = "string",
      .signatures = {"(text VARCHAR, separator VARCHAR, index INT) -> VARCHAR",
                     "(text VARCHAR, separator INT, index INT) -> VARCHAR"},
      .sentence = "Returns part `index` (from 0) of `text` between separators; empty parts count. "
                  "NULL if there is no such part or `text` is empty. A number as separator is a "
                  "character code from 1 to 255.",
      .examples = {{"SPLIT_INDEX('a/b/c', '/', 1)", "b"},
                   {"SPLIT_INDEX('a//c', '/', 1)", ""},
                   {"SPLIT_INDEX('a/b', '/', 5)", "NULL"},
                   {"SPLIT_INDEX('a,b', 44, 1)", "b"}},
      .nulls = Nulls::kNullable,
      .kernel = row_kernel<split_index, split_index_by_code>(),
  });
}

}  // namespace hw
