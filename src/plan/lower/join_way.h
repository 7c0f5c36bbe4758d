// SPDX-License-Identifier: Apache-2.0
//
// Which join a condition on times of both sides becomes. That depends on the rows: a join by an
// interval forgets what is too old, so it cannot take back what it has forgotten.

#pragma once

#include "plan/lower/physical_node.h"

namespace hw {

/// True for a join by an interval of times whose inputs only insert; with updates it is a regular
/// join, and so it is in batch mode. Requires: a kJoin whose inputs have their kinds.
bool joins_by_interval(const PhysicalNode& join, bool batch);
/// The same for a join that goes window by window.
bool joins_windows(const PhysicalNode& join, bool batch);

}  // namespace hw
