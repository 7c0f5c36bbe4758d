// SPDX-License-Identifier: Apache-2.0
//
// A seed as a plan: which job over which rows, who runs when, what fails. Everything is drawn here,
// so that a plan can be printed, changed and carried out without its seed.

#pragma once

#include <cstdint>
#include <functional>

#include "base/env/env.h"
#include "base/status.h"
#include "sim/sim_run.h"

namespace hw::sim {

/// Draws a job and says what is expected of it.
using JobMaker = std::function<Result<SimJob>(Random& random)>;

/// Fails when the maker does.
Result<SimPlan> plan_of_seed(uint64_t seed, const JobMaker& make_job);

/// Fills in what is expected: what an undisturbed run of the job shows and counts. Fails as it
/// does.
Status expect_undisturbed(SimJob& job, bool batch_mode);

/// The simulator's own jobs (workload.h), expected to show what a batch does.
Result<SimJob> make_own_job(Random& random);

}  // namespace hw::sim
