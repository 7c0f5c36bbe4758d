// SPDX-License-Identifier: Apache-2.0
//
// SUBSTRING, LEFT and RIGHT, by code points.

#include <algorithm>
#include <optional>

#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

// Code point that position `from` means, counted from 0; nothing when it lies before the text.
std::optional<int64_t> start_of(std::string_view text, int32_t from) {
  if (from > 0) return from - 1;
  if (from == 0) return 0;
  const int64_t start = count_code_points(text) + from;
  if (start < 0) return std::nullopt;
  return start;
}

bool substring(TextWriter& out, std::string_view text, int32_t from) {
  if (const std::optional<int64_t> start = start_of(text, from)) {
    out.append(text.substr(bytes_of_code_points(text, *start)));
  }
  return true;
}

bool substring_for(TextWriter& out, std::string_view text, int32_t from, int32_t length) {
  if (length < 0) return false;
  if (const std::optional<int64_t> start = start_of(text, from)) {
    out.append(code_point_range(text, *start, length));
  }
  return true;
}

bool substring_bytes(TextWriter& out, std::string_view bytes, int32_t from, int32_t length) {
  if (length < 0) return false;
  const int64_t size = static_cast<int64_t>(bytes.size());
  const int64_t start = from > 0 ? from - 1 : from == 0 ? 0 : size + from;
  if (start >= 0 && start < size) {
    out.append(bytes.substr(static_cast<size_t>(start), static_cast<size_t>(length)));
  }
  return true;
}

void left(TextWriter& out, std::string_view text, int32_t count) {
  out.append(text.substr(0, bytes_of_code_points(text, count)));
}

void right(TextWriter& out, std::string_view text, int32_t count) {
  if (count <= 0) return;
  const int64_t skipped = count_code_points(text) - count;
  out.append(text.substr(bytes_of_code_points(text, skipped)));
}

Result<std::unique_ptr<ScalarKernel>> bind_substring(const CallBinding& binding) {
  if (binding.arg_types[0].is_bytes()) {
    if (binding.arg_types.size() == 3) return row_kernel<substring_bytes>()(binding);
    return make_row_kernel(
        [](TextWriter& out, std::string_view bytes, int32_t from) {
          return substring_bytes(out, bytes, from, INT32_MAX);
        },
        binding);
  }
  return row_kernel<substring, substring_for>()(binding);
}

}  // namespace

void register_substring(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "SUBSTRING",
      .aliases = {"SUBSTR"},
      .family = "string",
      .signatures = {"(text VARCHAR, start INT, [length INT]) -> VARCHAR",
                     "(bytes VARBINARY, start INT, [length INT]) -> VARBINARY"},
      .sentence = "Returns the part of `text` from position `start` (from 1; negative counts from "
                  "the end) on, at most `length` characters. A negative length gives NULL.",
      .examples = {{"SUBSTRING('headwater' FROM 5)", "water"},
                   {"SUBSTRING('headwater', 1, 4)", "head"},
                   {"SUBSTRING('headwater', -5, 3)", "wat"},
                   {"SUBSTRING('abc', 2, -1)", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = bind_substring,
  });
  catalogue.add(ScalarFunction{
      .name = "LEFT",
      .family = "string",
      .signatures = {"(text VARCHAR, n INT) -> VARCHAR"},
      .sentence = "Returns the first `n` characters of `text`; none if `n` is not positive.",
      .examples = {{"LEFT('headwater', 4)", "head"}, {"LEFT('abc', -1)", ""}},
      .kernel = row_kernel<left>(),
  });
  catalogue.add(ScalarFunction{
      .name = "RIGHT",
      .family = "string",
      .signatures = {"(text VARCHAR, n INT) -> VARCHAR"},
      .sentence = "Returns the last `n` characters of `text`; none if `n` is not positive.",
      .examples = {{"RIGHT('headwater', 5)", "water"}, {"RIGHT('abc', 9)", "abc"}},
      .kernel = row_kernel<right>(),
  });
}

}  // namespace hw
