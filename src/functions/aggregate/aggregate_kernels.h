// SPDX-License-Identifier: Apache-2.0
//
// The aggregates COUNT, SUM, AVG, MIN and MAX, one make function each.

#pragma once

#include "expr/function_catalogue.h"

namespace hw {

AggregateFunction count_aggregate();
AggregateFunction sum_aggregate();
AggregateFunction avg_aggregate();
/// MIN, or MAX when `largest`.
AggregateFunction extreme_aggregate(bool largest);

}  // namespace hw
