// SPDX-License-Identifier: Apache-2.0
//
// Registers the functions of BITMAP.

#include "functions/bitmap/bitmap_functions.h"

namespace hw {

void register_bitmap(FunctionCatalogue& catalogue) {
  add_bitmap_arrays(catalogue);
  add_bitmap_bytes(catalogue);
  add_bitmap_sets(catalogue);
}

}  // namespace hw
