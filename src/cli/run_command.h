// SPDX-License-Identifier: Apache-2.0
//
// headwater run, check and explain.

#pragma once

#include "cli/arguments.h"

namespace hw {

class Env;

/// Returns the exit code.
int run_command(const Arguments& arguments, Env& env);

}  // namespace hw
