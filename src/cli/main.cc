// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <arrow/util/config.h>

#include "base/env/env.h"
#include "cli/arguments.h"
#include "cli/checkpoint_command.h"
#include "cli/completion_command.h"
#include "cli/config_command.h"
#include "cli/log_command.h"
#include "cli/reference_command.h"
#include "cli/run_command.h"
#include "cli/shell/shell.h"
#include "cli/signals.h"
#include "cli/simulate_command.h"

namespace {

constexpr const char* kVersion = "0.1.0";

int dispatch(const hw::Arguments& arguments, hw::Env& env) {
  switch (arguments.verb) {
    case hw::Verb::kNone:
      return arguments.exit_code;
    case hw::Verb::kRun:
    case hw::Verb::kCheck:
    case hw::Verb::kExplain:
      return hw::run_command(arguments, env);
    case hw::Verb::kSql:
      return hw::shell_command(arguments, env);
    case hw::Verb::kConfigShow:
      return hw::config_command(arguments, env);
    case hw::Verb::kCompletion:
      return hw::completion_command(arguments, env);
    case hw::Verb::kFunctions:
    case hw::Verb::kConnectors:
    case hw::Verb::kFormats:
      return hw::reference_command(arguments, env);
    case hw::Verb::kCheckpointInspect:
    case hw::Verb::kCheckpointVerify:
      return hw::checkpoint_command(arguments, env);
    case hw::Verb::kLog:
      return hw::log_command(arguments.log, env);
    case hw::Verb::kSimulate:
      return hw::simulate_command(arguments, env);
    case hw::Verb::kVersion: {
      const std::string text =
          std::string("headwater ") + kVersion + " (Arrow " ARROW_VERSION_STRING ")\n";
      return env.write_stdout(text).ok() ? 0 : 1;
    }
  }
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  hw::install_signal_handlers();
  return dispatch(hw::parse_arguments(argc, argv), hw::real_env());
}
