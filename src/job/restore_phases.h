// SPDX-License-Identifier: Apache-2.0
//
// Whether an aggregate works in one phase or in two is a matter of speed: options and the
// parallelism decide it anew with each start, and the state is the same. So plans are compared as
// if all worked in one.

#pragma once

#include "job/restore_record.h"

namespace hw {

/// The plan without its first phases: who was fed by one is fed by what feeds that.
PlanRecord in_one_phase(PlanRecord plan);

}  // namespace hw
