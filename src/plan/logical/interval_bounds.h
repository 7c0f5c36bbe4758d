// SPDX-License-Identifier: Apache-2.0
//
// Finds, in the condition of a join, times of both sides that must lie near each other:
// `a.ts BETWEEN b.ts - INTERVAL '1' HOUR AND b.ts`, `a.ts >= b.ts AND a.ts < b.ts + INTERVAL '5'
// SECOND`, `a.ts = b.ts`. A stream may then forget a row when its time has passed.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operators/interval_join.h"
#include "plan/logical/node.h"

namespace hw {

/// The bounds if two time attributes of one kind, one of each side, are bounded at both ends.
/// `condition` is over the left's columns followed by the right's and may be null.
std::optional<IntervalBounds> find_interval(const BoundExprPtr& condition,
                                            const std::vector<PlanColumn>& left,
                                            const std::vector<PlanColumn>& right);

/// The condition without the tests that the bounds imply; null if nothing is left.
BoundExprPtr without_interval(const BoundExprPtr& condition, const IntervalBounds& bounds,
                              int num_left_columns);

/// `ts - ts0 BETWEEN -5000 AND 0 ms`
std::string to_text(const IntervalBounds& bounds, const Schema& left, const Schema& right);

}  // namespace hw
