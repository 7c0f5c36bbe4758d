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
  kSql,
  kFunctions,
  kConnectors,
  kFormats,
  kCheckpointInspect,
  kCheckpointVerify,
  kLog,
  kSimulate,
  kConfigShow,
  kCompletion,
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
  bool explain_state = false;
  bool json = false;  // checkpoint, explain
  bool quiet = false;
  int verbosity = 0;
  Switch color = Switch::kAuto;
  Switch progress = Switch::kAuto;
  bool markdown = false;  // functions, config
  /// functions, connectors, formats, config: the entry to describe; empty = list. completion: the
  /// shell.
  std::string name;
  /// sql: statements before the first one, and where earlier ones are kept.
  std::string init_file;
  std::string history_file;
  /// config show: only keys that have a value, and where each comes from.
  bool effective = false;
  bool origin = false;
  LogArguments log;
  /// simulate: how long, from which seed, over how much input.
  int64_t seeds = 100;
  uint64_t first_seed = 1;
  int64_t lines_max = 500;
  std::string scenario_directory;
};

/// What may be typed, for completion in shells.
struct OptionWords {
  std::string name;  // --mode, -D; of a positional FILE
  std::string sentence;
  std::vector<std::string> values;  // empty = any
  bool takes_value = false;
};
struct CommandWords {
  std::string name;
  std::string sentence;
  std::vector<OptionWords> options;
  std::vector<OptionWords> positionals;
  std::vector<CommandWords> commands;
};
CommandWords command_words();

/// Parses; prints help to stdout and usage errors to stderr by itself.
Arguments parse_arguments(int argc, char** argv);

}  // namespace hw
