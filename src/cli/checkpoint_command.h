// SPDX-License-Identifier: Apache-2.0
//
// headwater checkpoint inspect and verify: what a checkpoint, a savepoint or a state directory
// holds, and whether every byte of it is right.

#pragma once

#include "cli/arguments.h"

namespace hw {

class Env;

/// Returns the exit code: 0, or 1 when there is damage or nothing to look at.
int checkpoint_command(const Arguments& arguments, Env& env);

}  // namespace hw
