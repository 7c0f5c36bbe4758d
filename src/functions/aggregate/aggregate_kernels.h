// SPDX-License-Identifier: Apache-2.0
//
// The aggregate functions, one make function each or one for a family.

#pragma once

#include <string_view>

#include "expr/function_catalogue.h"

namespace hw {

AggregateFunction count_aggregate();
AggregateFunction sum_aggregate();
AggregateFunction avg_aggregate();
/// MIN, or MAX when `largest`.
AggregateFunction extreme_aggregate(bool largest);
AggregateFunction percentile_aggregate();
AggregateFunction approx_count_distinct_aggregate();
AggregateFunction misra_gries_aggregate();
AggregateFunction reservoir_sample_aggregate();
AggregateFunction json_arrayagg_aggregate();
AggregateFunction json_objectagg_aggregate();
/// LISTAGG, ARRAY_AGG, COLLECT, FIRST_VALUE, LAST_VALUE.
void add_collecting(FunctionCatalogue& catalogue);
/// STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP.
void add_variance(FunctionCatalogue& catalogue);
/// BITMAP_BUILD_AGG, BITMAP_AND_AGG, BITMAP_OR_AGG, BITMAP_XOR_AGG, and each with CARDINALITY.
void add_bitmaps(FunctionCatalogue& catalogue);

/// Fails (NotImplemented), with `advice` at the end, when the input takes rows back.
Status refuse_retractions(std::string_view name, std::string_view advice,
                          const AggregateBinding& binding);

}  // namespace hw
