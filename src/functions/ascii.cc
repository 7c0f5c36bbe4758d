// SPDX-License-Identifier: Apache-2.0
//
// ASCII and CHR: characters and their codes.

#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

int32_t ascii(std::string_view text) {
  return text.empty() ? 0 : static_cast<unsigned char>(text[0]);
}

void chr(TextWriter& out, int64_t code) {
  if (code < 0) return;
  const auto byte = static_cast<unsigned char>(code & 0xFF);
  if (byte < 0x80) {
    out.append(static_cast<char>(byte));
  } else {
    out.append(static_cast<char>(0xC0 | (byte >> 6)));
    out.append(static_cast<char>(0x80 | (byte & 0x3F)));
  }
}

}  // namespace

void register_ascii(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "ASCII",
      .family = "string",
      .signatures = {"(text VARCHAR) -> INT"},
      .sentence = "Returns the value of the first byte of `text`; 0 for the empty text.",
      .examples = {{"ASCII('abc')", "97"}, {"ASCII('')", "0"}},
      .kernel = row_kernel<ascii>(),
  });
  catalogue.add(ScalarFunction{
      .name = "CHR",
      .family = "string",
      .signatures = {"(code BIGINT) -> VARCHAR"},
      .sentence = "Returns the character whose code is `code` modulo 256; the empty text if it is "
                  "negative.",
      .examples = {{"CHR(97)", "a"}, {"CHR(353)", "a"}, {"CHR(-1)", ""}},
      .kernel = row_kernel<chr>(),
  });
}

}  // namespace hw
