// SPDX-License-Identifier: Apache-2.0
//
// A plan as a text file: rows, processes, schedule, faults, what is expected. It outlives changes
// of whatever drew it. One fact a line, words behind a key; cells and rows are separated by tabs.

#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "sim/sim_run.h"

namespace hw::sim {

std::string scenario_text(const SimPlan& plan);
/// Fails (Invalid) naming the line.
Result<SimPlan> parse_scenario(std::string_view text);

}  // namespace hw::sim
