// SPDX-License-Identifier: Apache-2.0
//
// The records of the functions of BITMAP, by what they do.

#pragma once

#include "expr/function_catalogue.h"

namespace hw {

/// BITMAP_AND, BITMAP_ANDNOT, BITMAP_OR, BITMAP_XOR, BITMAP_CARDINALITY.
void add_bitmap_sets(FunctionCatalogue& catalogue);
/// BITMAP_BUILD, BITMAP_TO_ARRAY.
void add_bitmap_arrays(FunctionCatalogue& catalogue);
/// BITMAP_FROM_BYTES, BITMAP_TO_BYTES, BITMAP_TO_STRING.
void add_bitmap_bytes(FunctionCatalogue& catalogue);

}  // namespace hw
