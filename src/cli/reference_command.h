// SPDX-License-Identifier: Apache-2.0
//
// headwater functions, connectors and formats: the reference from the catalogues.

#pragma once

#include "cli/arguments.h"

namespace hw {

class Env;

/// Returns the exit code: 0, or 2 for a name that does not exist.
int reference_command(const Arguments& arguments, Env& env);

}  // namespace hw
