// SPDX-License-Identifier: Apache-2.0
//
// INITCAP: words are runs of ASCII letters and digits, as in Flink.

#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

void initcap(TextWriter& out, std::string_view text) {
  bool in_word = false;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool lower = c >= 'a' && c <= 'z';
    if (upper && in_word) {
      out.append(static_cast<char>(c + 32));
    } else if (lower && !in_word) {
      out.append(static_cast<char>(c - 32));
    } else {
      out.append(c);
    }
    in_word = upper || lower || (c >= '0' && c <= '9');
  }
}

}  // namespace

void register_initcap(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "INITCAP",
      .family = "string",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "Returns `text` with each word's first letter in upper case and the others in "
                  "lower case; words are made of A-Z, a-z and 0-9.",
      .examples = {{"INITCAP('hello WORLD')", "Hello World"}},
      .kernel = row_kernel<initcap>(),
  });
}

}  // namespace hw
