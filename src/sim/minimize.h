// SPDX-License-Identifier: Apache-2.0
//
// Makes a failing plan small: fewer faults and incidents, rows, splits, processes, a plainer
// schedule; whatever can go while the run still fails goes.

#pragma once

#include <functional>

#include "sim/sim_run.h"

namespace hw::sim {

struct MinimizeOptions {
  /// Runs at most.
  int tries_max = 400;
  /// Fills in what is expected of changed rows; a plan without an answer is not tried.
  std::function<Status(SimJob&)> expect;
};

/// Requires: `plan` fails.
SimPlan minimize(SimPlan plan, const MinimizeOptions& options);

}  // namespace hw::sim
