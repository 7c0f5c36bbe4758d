// SPDX-License-Identifier: Apache-2.0
//
// The choices of some columns that the rows around a sub-query have, each once: what the sub-query
// is made for where it cannot be made free of these columns (decorrelate.h).

#pragma once

#include <vector>

#include "plan/logical/node.h"
#include "sql/outer_column.h"

namespace hw {

/// One row per choice of the values, which are over `rows`.
/// Fails (not supported yet) where the rows are other ones each time that they are made.
Result<LogicalNodePtr> choices_of(const LogicalNodePtr& rows,
                                  const std::vector<BoundExprPtr>& values, SqlPosition position);

/// 0, 1, .., count - 1
std::vector<int> first_columns(size_t count);

}  // namespace hw
