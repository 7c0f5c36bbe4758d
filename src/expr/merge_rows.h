// SPDX-License-Identifier: Apache-2.0
//
// One column from the rows of several, as CASE and COALESCE need it.

#pragma once

#include <span>
#include <vector>

#include "columnar/gather.h"

namespace hw {

/// Returns row i from parts[from[i].source] at from[i].row. Parts are of `type` but for
/// nullability, in any encoding; the result is plain.
Result<ColumnPtr> merge_rows(const SqlType& type, const std::vector<ColumnPtr>& parts,
                             std::span<const RowSource> from);

}  // namespace hw
