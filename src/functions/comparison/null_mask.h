// SPDX-License-Identifier: Apache-2.0
//
// Which rows of a column, or of a field in it, are NULL, as 64-bit words.

#pragma once

#include <cstdint>
#include <vector>

#include "columnar/column.h"

namespace hw {

/// Bit i is set where row i is NULL; unused bits of the last word are 0. Empty when none is NULL.
std::vector<uint64_t> null_mask(const Column& column);
/// The same of a ROW's field, which is NULL where the ROW is. Requires: a plain ROW column.
std::vector<uint64_t> null_mask_of_field(const Column& row, int field);

}  // namespace hw
