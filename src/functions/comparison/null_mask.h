// SPDX-License-Identifier: Apache-2.0
//
// Which rows of a column are NULL, as 64-bit words.

#pragma once

#include <cstdint>
#include <vector>

#include "columnar/column.h"

namespace hw {

/// Bit i is set where row i is NULL; unused bits of the last word are 0. Empty when none is NULL.
std::vector<uint64_t> null_mask(const Column& column);

}  // namespace hw
