// SPDX-License-Identifier: Apache-2.0
//
// The command line as plain data.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "cli/log_arguments.h"
#include "engine/result_printer.h"

namespace hw {

enum class Verb : uint8_t {
  kNone,  // help or usage error already printed
  kRun,
  kCheck,
  kExplain,
  kFunctions,
  kConnectors,
  kFormats,
  kCheckpointInspect,
  kCheckpointVerify,
  kLog,
  kSimulate,
  kVersion,
};

enum class Switch : uint8_t { kAuto, kAlways, kNever };

struct Arguments {
  Verb verb = Verb::kNone;
  /// Exit code when verb is kNone: 0 after help, 2 after wrong usage.
  int exit_code = 0;

  /// empty = none, "-" = standard input; `checkpoint`: what to look at.
  std::string file;
  std::vector<std::string> statements;  // -e
  /// -D, --mode, --parallelism in the order given.
  std::vector<std::pair<std::string, std::string>> settings;
  std::string config_file;
  OutputForm output = OutputForm::kTable;
  std::string timeout;
  /// --savepoint-dir and --drain: how a stop ends the jobs.
  std::string savepoint_directory;
  bool drain = false;
  bool fresh = false;
  bool standby = false;
  bool available_now = false;
  bool explain_changelog = false;
  bool json = false;  // checkpoint
  bool quiet = false;
  int verbosity = 0;
  Switch color = Switch::kAuto;
  Switch progress = Switch::kAuto;
  bool markdown = false;  // functions
  /// functions, connectors, formats: the entry to describe; empty = list.
  std::string name;
  LogArguments log;
  /// simulate: how long, from which seed, over how much input.
  int64_t seeds = 100;
  uint64_t first_seed = 1;
  int64_t lines_max = 500;
  std::string scenario_directory;
};

/// Parses; prints help to stdout and usage errors to stderr by itself.
Arguments parse_arguments(int argc, char** argv);

}  // namespace hw
