// SPDX-License-Identifier: Apache-2.0
//
// How often each row of an aggregate's input counts: +1, -1 (taken back) or 0 (filtered out, or an
// argument is NULL). Most batches have 1 everywhere, and then there is no list at all.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "expr/aggregate_function.h"

namespace hw {

/// Empty when every row counts once.
std::vector<int8_t> row_weights(const AggregateInput& input);

/// True when all rows go to one accumulator row.
bool one_group(std::span<const uint32_t> groups);

/// The argument with its dictionary resolved: plain or constant.
Result<ColumnPtr> direct_argument(const ColumnPtr& arg);

}  // namespace hw
