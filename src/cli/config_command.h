// SPDX-License-Identifier: Apache-2.0
//
// `headwater config show`: the configuration keys, what they are set to and by whom.

#pragma once

#include "cli/arguments.h"

namespace hw {

class Env;

/// Returns the process's exit code.
int config_command(const Arguments& arguments, Env& env);

}  // namespace hw
