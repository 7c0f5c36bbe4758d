// SPDX-License-Identifier: Apache-2.0
//
// STARTSWITH and ENDSWITH. Compare bytes, which for valid UTF-8 compares characters, so one body
// serves text and binary.

#include <string_view>

#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

bool starts_with(std::string_view value, std::string_view prefix) {
  return value.starts_with(prefix);
}
bool ends_with(std::string_view value, std::string_view suffix) { return value.ends_with(suffix); }

}  // namespace

void register_startswith(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "STARTSWITH",
      .family = "string",
      .signatures = {"(value VARCHAR, prefix VARCHAR) -> BOOLEAN",
                     "(value VARBINARY, prefix VARBINARY) -> BOOLEAN"},
      .sentence = "Tells whether `value` begins with `prefix`; the empty prefix begins everything.",
      .examples = {{"STARTSWITH('headwater', 'head')", "TRUE"},
                   {"STARTSWITH('headwater', '')", "TRUE"},
                   {"STARTSWITH('headwater', CAST(NULL AS STRING))", "NULL"}},
      .kernel = row_kernel<starts_with>(),
  });
  catalogue.add(ScalarFunction{
      .name = "ENDSWITH",
      .family = "string",
      .signatures = {"(value VARCHAR, suffix VARCHAR) -> BOOLEAN",
                     "(value VARBINARY, suffix VARBINARY) -> BOOLEAN"},
      .sentence = "Tells whether `value` ends with `suffix`; the empty suffix ends everything.",
      .examples = {{"ENDSWITH('headwater', 'water')", "TRUE"}, {"ENDSWITH('a', 'b')", "FALSE"}},
      .kernel = row_kernel<ends_with>(),
  });
}

}  // namespace hw
