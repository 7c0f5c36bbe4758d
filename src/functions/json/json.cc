// SPDX-License-Identifier: Apache-2.0
//
// Registers the JSON functions.

#include "functions/json/json_functions.h"

namespace hw {

void register_json(FunctionCatalogue& catalogue) {
  add_json_lookup(catalogue);
  add_json_build(catalogue);
  add_json_text(catalogue);
  add_json_variant(catalogue);
}

}  // namespace hw
