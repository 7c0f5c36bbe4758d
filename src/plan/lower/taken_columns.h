// SPDX-License-Identifier: Apache-2.0
//
// Computed columns that a filter above their scan makes moves of other columns: a CASE over
// `event_type` where that is known. They need not come from the source.

#pragma once

#include <vector>

#include "expr/scalar_function.h"
#include "plan/logical/scan.h"

namespace hw {

struct TakenColumns {
  /// One per column of the scan, over the declared columns; null: it comes from the source.
  std::vector<BoundExprPtr> moves;
  /// Declared positions that the source has to send.
  std::vector<int> wanted;

  bool some() const;
};

/// For a scan right under a filter with this condition, or under none (null).
TakenColumns taken_columns(const ScanSpec& scan, const BoundExprPtr& condition,
                           const ExprSession& session);

void add_once(std::vector<int>& columns, int column);

}  // namespace hw
