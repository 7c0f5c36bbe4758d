// SPDX-License-Identifier: Apache-2.0
//
// Registers the functions over arrays and maps.

#include "functions/collection/array_functions.h"

namespace hw {

void register_collection(FunctionCatalogue& catalogue) {
  add_array_search(catalogue);
  add_array_shape(catalogue);
  add_array_sets(catalogue);
  add_array_order(catalogue);
  add_text_lists(catalogue);
  add_maps(catalogue);
}

}  // namespace hw
