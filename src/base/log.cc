// SPDX-License-Identifier: Apache-2.0

#include "base/log.h"

#include <string>

#include "base/env/env.h"

namespace hw {
namespace {

LogLevel least_level = LogLevel::kNote;

std::string_view prefix_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug: ";
    case LogLevel::kNote:
      return "";
    case LogLevel::kWarning:
      return "warning: ";
    case LogLevel::kError:
      return "error: ";
  }
  return "";
}

}  // namespace

void set_log_level(LogLevel least) { least_level = least; }
bool log_enabled(LogLevel level) { return level >= least_level; }

void log(Env& env, LogLevel level, std::string_view text) {
  if (!log_enabled(level)) return;
  // One write a line: lines of several threads do not mix.
  std::string line = "headwater: ";
  line.append(prefix_of(level)).append(text) += '\n';
  (void)env.write_stderr(line).ok();
}

}  // namespace hw
