// SPDX-License-Identifier: Apache-2.0
//
// headwater log ls, describe, tail, append and verify: topics of the embedded log without SQL.

#pragma once

#include "cli/log_arguments.h"

namespace hw {

class Env;

/// Returns the exit code: 0; 1 when something failed or there is damage; 3 for rows or names that
/// do not fit.
int log_command(const LogArguments& arguments, Env& env);

}  // namespace hw
