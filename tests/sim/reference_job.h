// SPDX-License-Identifier: Apache-2.0
//
// Jobs for the simulator from the reference's generator: queries of its whole grammar over rows
// that are chosen to hurt.

#pragma once

#include "sim/sim_plan.h"

namespace hw::sim {

/// One of the generator's or one of the simulator's own. What is expected of the former is what an
/// undisturbed run shows; that this is right is the affair of the differential tests, which compare
/// the same jobs with the reference.
Result<SimJob> make_any_job(Random& random);

}  // namespace hw::sim
