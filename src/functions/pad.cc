// SPDX-License-Identifier: Apache-2.0
//
// LPAD, RPAD, REPEAT and REVERSE.

#include <optional>

#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

// A row of text may not exceed what 32-bit offsets of a batch can hold.
constexpr int64_t kTextBytesMax = 64 << 20;

void append_fill(TextWriter& out, std::string_view fill, int64_t count) {
  const int64_t width = count_code_points(fill);
  for (; count >= width; count -= width) out.append(fill);
  out.append(fill.substr(0, bytes_of_code_points(fill, count)));
}

Result<bool> pad(TextWriter& out, std::string_view text, int32_t length, std::string_view fill,
                 bool left) {
  if (length < 0 || fill.empty()) return false;
  if (length > kTextBytesMax) {
    return Status::Invalid("a text may have at most ", kTextBytesMax, " characters, asked for ",
                           length);
  }
  const int64_t size = count_code_points(text);
  if (size >= length) {
    out.append(text.substr(0, bytes_of_code_points(text, length)));
    return true;
  }
  if (left) append_fill(out, fill, length - size);
  out.append(text);
  if (!left) append_fill(out, fill, length - size);
  return true;
}

Result<bool> lpad(TextWriter& out, std::string_view text, int32_t length, std::string_view fill) {
  return pad(out, text, length, fill, true);
}
Result<bool> rpad(TextWriter& out, std::string_view text, int32_t length, std::string_view fill) {
  return pad(out, text, length, fill, false);
}

Status repeat(TextWriter& out, std::string_view text, int32_t count) {
  if (count > 0 && static_cast<int64_t>(text.size()) > kTextBytesMax / count) {
    return Status::Invalid("a text may have at most ", kTextBytesMax, " bytes, but REPEAT makes ",
                           static_cast<int64_t>(text.size()) * count);
  }
  for (int32_t i = 0; i < count; ++i) out.append(text);
  return Status::OK();
}

void reverse(TextWriter& out, std::string_view text) {
  size_t end = text.size();
  while (end > 0) {
    size_t begin = end - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
    out.append(text.substr(begin, end - begin));
    end = begin;
  }
}

ScalarFunction pad_function(std::string name, std::string sentence,
                            std::vector<FunctionExample> examples, ScalarBind kernel) {
  return ScalarFunction{
      .name = std::move(name),
      .family = "string",
      .signatures = {"(text VARCHAR, length INT, fill VARCHAR) -> VARCHAR"},
      .sentence = std::move(sentence),
      .examples = std::move(examples),
      .nulls = Nulls::kNullable,
      .can_fail = true,
      .kernel = std::move(kernel),
  };
}

}  // namespace

void register_pad(FunctionCatalogue& catalogue) {
  catalogue.add(pad_function(
      "LPAD",
      "Fills `text` up to `length` characters from the left, or cuts it to them. NULL if `length` "
      "is negative or `fill` empty.",
      {{"LPAD('7', 3, '0')", "007"}, {"LPAD('abc', 2, 'x')", "ab"}, {"LPAD('a', -1, 'x')", "NULL"}},
      row_kernel<lpad>()));
  catalogue.add(pad_function(
      "RPAD",
      "Fills `text` up to `length` characters from the right, or cuts it to them. NULL if `length` "
      "is negative or `fill` empty.",
      {{"RPAD('a', 4, 'xy')", "axyx"}, {"RPAD('abc', 2, 'x')", "ab"}}, row_kernel<rpad>()));
  catalogue.add(ScalarFunction{
      .name = "REPEAT",
      .family = "string",
      .signatures = {"(text VARCHAR, n INT) -> VARCHAR"},
      .sentence = "Returns `text` `n` times; the empty text if `n` is not positive.",
      .examples = {{"REPEAT('ab', 3)", "ababab"}, {"REPEAT('ab', 0)", ""}},
      .can_fail = true,
      .kernel = row_kernel<repeat>(),
  });
  catalogue.add(ScalarFunction{
      .name = "REVERSE",
      .family = "string",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "Returns the characters of `text` from the last to the first.",
      .examples = {{"REVERSE('größe')", "eßörg"}},
      .kernel = row_kernel<reverse>(),
  });
}

}  // namespace hw
