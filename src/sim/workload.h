// SPDX-License-Identifier: Apache-2.0
//
// Jobs that the simulator runs: queries of every kind that keeps something, over rows drawn from a
// seed. What their results are does not depend on who runs when: nothing comes late.

#pragma once

#include "base/env/env.h"
#include "sim/sim_job.h"

namespace hw::sim {

/// Without what is expected.
SimJob draw_job(Random& random);

}  // namespace hw::sim
