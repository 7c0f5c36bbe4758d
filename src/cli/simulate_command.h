// SPDX-License-Identifier: Apache-2.0
//
// `headwater simulate FILE.sql`: the user's own job in simulated worlds.

#pragma once

#include "cli/arguments.h"

namespace hw {

class Env;

/// Returns the exit code: 1 when a world's output differed.
int simulate_command(const Arguments& arguments, Env& env);

}  // namespace hw
