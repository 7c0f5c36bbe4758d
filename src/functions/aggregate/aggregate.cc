// SPDX-License-Identifier: Apache-2.0
//
// Registers the aggregates that need nothing but fixed-size accumulators or one extreme value.

#include "functions/aggregate/aggregate_kernels.h"

namespace hw {

void register_aggregate(FunctionCatalogue& catalogue) {
  catalogue.add(count_aggregate());
  catalogue.add(sum_aggregate());
  catalogue.add(avg_aggregate());
  catalogue.add(extreme_aggregate(false));
  catalogue.add(extreme_aggregate(true));
}

}  // namespace hw
