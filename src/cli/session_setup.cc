// SPDX-License-Identifier: Apache-2.0

#include "cli/session_setup.h"

#include <unistd.h>
#include <utility>

#include "base/env/env.h"
#include "base/env/text_file.h"
#include "cli/config_file.h"
#include "cli/environment_settings.h"
#include "engine/object_access.h"

namespace hw {

int exit_code(ScriptEnd end) {
  switch (end) {
    case ScriptEnd::kDone:
    case ScriptEnd::kOutputClosed:
      return kExitDone;
    case ScriptEnd::kInvalid:
      return kExitInvalid;
    case ScriptEnd::kJobFailed:
      return kExitJobFailed;
    case ScriptEnd::kInterrupted:
      return kExitInterrupted;
    case ScriptEnd::kTerminated:
      return kExitTerminated;
    case ScriptEnd::kTimedOut:
      return kExitTimeout;
  }
  return kExitFailure;
}

Result<std::vector<GivenSetting>> given_settings(const Arguments& arguments, Env& env) {
  std::vector<GivenSetting> settings;
  if (!arguments.config_file.empty()) {
    HW_ASSIGN_OR_RETURN(const std::string text, read_text_file(env, arguments.config_file));
    HW_ASSIGN_OR_RETURN(auto from_file, read_config_text(text, arguments.config_file));
    for (auto& [key, value] : from_file) settings.push_back({key, value, arguments.config_file});
  }
  for (auto& [key, value] : environment_settings(env)) {
    settings.push_back({key, value, environment_variable(key)});
  }
  for (const auto& [key, value] : arguments.settings) {
    settings.push_back({key, value, "command line"});
  }
  return settings;
}

Status configure_session(const Arguments& arguments, Session& session, Env& env) {
  HW_ASSIGN_OR_RETURN(const std::vector<GivenSetting> settings, given_settings(arguments, env));
  for (const GivenSetting& setting : settings) {
    HW_ASSIGN_OR_RETURN(const std::string warning,
                        session.config().set_base(setting.key, setting.value));
    if (!warning.empty() && !arguments.quiet) (void)env.write_stderr("warning: " + warning + "\n");
  }
  use_object_access(session.config(), env);
  return Status::OK();
}

bool wants(Switch choice, int file_descriptor, Env& env) {
  if (choice != Switch::kAuto) return choice == Switch::kAlways;
  if (env.variable("NO_COLOR") || env.variable("TERM").value_or("") == "dumb") return false;
  return isatty(file_descriptor) != 0;
}

}  // namespace hw
