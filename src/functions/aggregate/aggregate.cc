// SPDX-License-Identifier: Apache-2.0
//
// Registers the aggregate functions.

#include "functions/aggregate/aggregate_kernels.h"

namespace hw {

void register_aggregate(FunctionCatalogue& catalogue) {
  catalogue.add(count_aggregate());
  catalogue.add(sum_aggregate());
  catalogue.add(avg_aggregate());
  catalogue.add(extreme_aggregate(false));
  catalogue.add(extreme_aggregate(true));
  add_collecting(catalogue);
  add_variance(catalogue);
  catalogue.add(percentile_aggregate());
  catalogue.add(approx_count_distinct_aggregate());
  catalogue.add(misra_gries_aggregate());
  catalogue.add(reservoir_sample_aggregate());
  catalogue.add(json_arrayagg_aggregate());
  catalogue.add(json_objectagg_aggregate());
  add_bitmaps(catalogue);
}

}  // namespace hw
