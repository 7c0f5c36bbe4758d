// SPDX-License-Identifier: Apache-2.0
//
// Which join a condition on times of both sides becomes. That depends on the rows: a join by an
// interval forgets what is too old, so it cannot take back what it has forgotten. And how a regular
// join keeps its rows, which depends on their keys.

#pragma once

#include <cstddef>
#include <string>

#include "plan/lower/physical_node.h"

namespace hw {

/// True for a join by an interval of times whose inputs only insert; with updates it is a regular
/// join, and so it is in batch mode. Requires: a kJoin whose inputs have their kinds.
bool joins_by_interval(const PhysicalNode& join, bool batch);
/// The same for a join that goes window by window.
bool joins_windows(const PhysicalNode& join, bool batch);

/// "one row per k", "rows by id": what the unique key of a side makes of its state in a stream.
/// Empty where the rows of the side are only inserted or have no such key, and for other joins.
/// Requires: a kJoin or kMultiJoin whose inputs have their kinds.
std::string join_state_text(const PhysicalNode& join, size_t input);

}  // namespace hw
