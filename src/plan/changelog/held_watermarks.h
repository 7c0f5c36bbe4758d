// SPDX-License-Identifier: Apache-2.0
//
// A row that is taken back may part a session, and the time of a part may have passed. Who goes by
// the watermark above must not find it late: there the sessions hold the watermark back. Elsewhere
// they do not, since a session that goes on and on would hold it for as long.

#pragma once

#include "plan/lower/physical_node.h"

namespace hw {

/// Marks such sessions. Requires: a streaming plan whose kinds are known.
void hold_watermarks(PhysicalNode& sink);

}  // namespace hw
