// SPDX-License-Identifier: Apache-2.0
//
// A seed as a plan: which job over which rows, who runs when, what fails. Everything is drawn here,
// so that a plan can be printed, changed and carried out without its seed.

#pragma once

#include <cstdint>

#include "base/status.h"
#include "sim/sim_run.h"

namespace hw::sim {

/// Fails when the job's own undisturbed run does.
Result<SimPlan> plan_of_seed(uint64_t seed);

/// The rows that an undisturbed batch run of the job shows.
Result<RowBag> undisturbed_output(const SimJob& job);

}  // namespace hw::sim
