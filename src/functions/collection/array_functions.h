// SPDX-License-Identifier: Apache-2.0
//
// The records of the functions over arrays and maps, by what they do.

#pragma once

#include "expr/function_catalogue.h"

namespace hw {

/// ARRAY_CONTAINS, ARRAY_POSITION, ARRAY_REMOVE, ELEMENT.
void add_array_search(FunctionCatalogue& catalogue);
/// ARRAY_APPEND, ARRAY_PREPEND, ARRAY_CONCAT, ARRAY_REVERSE, ARRAY_SLICE.
void add_array_shape(FunctionCatalogue& catalogue);
/// ARRAY_DISTINCT, ARRAY_UNION, ARRAY_EXCEPT, ARRAY_INTERSECT.
void add_array_sets(FunctionCatalogue& catalogue);
/// ARRAY_SORT, ARRAY_MAX, ARRAY_MIN.
void add_array_order(FunctionCatalogue& catalogue);
/// ARRAY_JOIN, SPLIT.
void add_text_lists(FunctionCatalogue& catalogue);
/// MAP_KEYS, MAP_VALUES, MAP_ENTRIES, MAP_FROM_ARRAYS, MAP_UNION.
void add_maps(FunctionCatalogue& catalogue);

}  // namespace hw
