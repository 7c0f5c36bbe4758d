// SPDX-License-Identifier: Apache-2.0
//
// Jobs for the simulator from the reference's generator: queries of its whole grammar over rows
// that are chosen to hurt, and what the naive interpreter says that they show.

#pragma once

#include "sim/sim_plan.h"

namespace hw::sim {

/// One of the generator's or one of the simulator's own. Fails (UnknownError) when an undisturbed
/// run of the former shows other rows than the reference: then the engine is wrong without any
/// fault.
Result<SimJob> make_any_job(Random& random);

}  // namespace hw::sim
