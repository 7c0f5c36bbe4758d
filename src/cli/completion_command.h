// SPDX-License-Identifier: Apache-2.0
//
// `headwater completion bash|zsh|fish`: scripts for shells, made of what the command line itself
// knows and of the catalogues.

#pragma once

#include "cli/arguments.h"

namespace hw {

class Env;

/// Returns the process's exit code.
int completion_command(const Arguments& arguments, Env& env);

}  // namespace hw
