// SPDX-License-Identifier: Apache-2.0
//
// `headwater sql`: statements as they are typed, piped or read from files, in one session. The main
// thread reads, runs and draws; jobs run on their own threads.

#pragma once

#include "cli/arguments.h"

namespace hw {

class Env;

/// Returns the process's exit code.
int shell_command(const Arguments& arguments, Env& env);

}  // namespace hw
