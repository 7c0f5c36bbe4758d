// SPDX-License-Identifier: Apache-2.0
//
// CHAR_LENGTH: code points, not bytes.

#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

int32_t char_length(std::string_view text) { return static_cast<int32_t>(count_code_points(text)); }

}  // namespace

void register_char_length(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "CHAR_LENGTH",
      .aliases = {"CHARACTER_LENGTH"},
      .family = "string",
      .signatures = {"(text VARCHAR) -> INT"},
      .sentence = "Returns the number of characters (code points) of `text`.",
      .examples = {{"CHAR_LENGTH('größe')", "5"}, {"CHAR_LENGTH('')", "0"}},
      .kernel = row_kernel<char_length>(),
  });
}

}  // namespace hw
