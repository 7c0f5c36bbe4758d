// SPDX-License-Identifier: Apache-2.0
//
// Compares two versions of rows, column by column, to see which really changed.

#pragma once

#include <cstdint>
#include <vector>

#include "columnar/column.h"

namespace hw {

/// Sets differs[i] to 1 where row i of the columns is distinct (NULL equals NULL, NaN equals NaN,
/// -0.0 differs from 0.0: they print differently). Requires: equal types and lengths.
void mark_differences(const Column& before, const Column& after, std::vector<uint8_t>& differs);

}  // namespace hw
