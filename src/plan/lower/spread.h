// SPDX-License-Identifier: Apache-2.0
//
// By which columns rows are spread over instances where they come out of a node: behind a join or
// an aggregation with the same keys, or more, they need no exchange.

#pragma once

#include <vector>

#include "plan/lower/physical_node.h"

namespace hw {

/// Lists of columns of the node's output: rows with equal values of one list are in one place, that
/// of these values' key group. None where nothing is known.
std::vector<std::vector<int>> spread_of(const PhysicalNode& node);

/// How many of the first `keys` rows of the node are spread by; 0 = by something else.
int spread_by_first(const PhysicalNode& node, const std::vector<int>& keys);

}  // namespace hw
