// SPDX-License-Identifier: Apache-2.0
//
// What every command that runs SQL begins with: settings from a file, the environment and flags,
// and the exit codes it ends with.

#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "cli/arguments.h"
#include "engine/script.h"
#include "engine/session.h"

namespace hw {

enum ExitCode : int {
  kExitDone = 0,
  kExitFailure = 1,
  kExitUsage = 2,
  kExitInvalid = 3,
  kExitJobFailed = 4,
  kExitTimeout = 124,
  kExitInterrupted = 130,
  kExitTerminated = 143,
};
int exit_code(ScriptEnd end);

/// A setting and who made it: `--config FILE`, an environment variable, `command line`.
struct GivenSetting {
  std::string key;
  std::string value;
  std::string origin;
};

/// All settings from outside the script, weakest first: --config, then the environment, then flags
/// and -D. Fails (IOError, Invalid) when the file cannot be read.
Result<std::vector<GivenSetting>> given_settings(const Arguments& arguments, Env& env);

/// Puts them below what the script SETs. Warnings go to stderr unless --quiet.
Status configure_session(const Arguments& arguments, Session& session, Env& env);

/// Of --color and --progress: auto means on a terminal that can do more than lines.
bool wants(Switch choice, int file_descriptor, Env& env);

}  // namespace hw
