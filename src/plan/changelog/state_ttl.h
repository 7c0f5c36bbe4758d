// SPDX-License-Identifier: Apache-2.0
//
// Which operators forget state that nobody has written for a time, and after how long:
// 'table.exec.state.ttl', and what STATE_TTL hints say of single joins and aggregates. What event
// time or a window bounds does not age: windows, interval and temporal joins, OVER.

#pragma once

#include "plan/config/session_config.h"
#include "plan/lower/physical_node.h"

namespace hw {

/// Fills state_ttl_ms of the plan. Requires: final kinds; a stream.
void assign_state_ttl(PhysicalNode& node, const SessionConfig& config);

/// The shortest that some input of the node is kept, ms; 0 = for ever.
int64_t state_ttl_of(const PhysicalNode& node);

}  // namespace hw
