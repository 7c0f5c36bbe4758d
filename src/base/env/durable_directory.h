// SPDX-License-Identifier: Apache-2.0
//
// Makes a directory whose name survives a crash of the machine.

#pragma once

#include <string>

#include "base/env/env.h"
#include "base/status.h"

namespace hw {

/// Makes the directory and those above it that are missing, with every name on the way on disk. One
/// that is there may have been made by a process that died, or was told of an error, before its
/// name was: the name is synced again; of directories above it, which may be somebody else's, that
/// is tried only. Requires: a local path without a slash at its end.
Status make_durable_directory(Env& env, const Env::Location& directory);

}  // namespace hw
