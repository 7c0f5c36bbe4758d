// SPDX-License-Identifier: Apache-2.0
//
// A join by an interval of times is bound before it is known whether its inputs update. With
// updates it becomes a regular join, whose rows come in no order of time: what would wait for
// their watermark above it must not run.

#pragma once

#include "plan/lower/physical_node.h"

namespace hw {

/// True when the operator drops or orders rows by the event times of its input.
bool goes_by_time(const PhysicalNode& node);

/// Fails (NotImplemented) where an operator goes by the event times of such a join. Requires: a
/// streaming plan whose kinds are known.
Status check_times_are_kept(const PhysicalNode& sink);

}  // namespace hw
