// SPDX-License-Identifier: Apache-2.0

#include "cli/arguments.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/did_you_mean.h"
#include "runtime/options_reference.h"

namespace hw {
namespace {

constexpr int kUsageError = 2;

constexpr const char* kExamples = R"(Examples:
  headwater run examples/earthquakes.sql          run a script
  headwater run -e "SELECT 1 + 1"                 run a statement
  headwater run --mode batch q.sql --output csv   the same query as a batch
  headwater run q.sql --state-dir state           survive a kill: run it again to go on
  headwater check q.sql                           check a script, run nothing
  headwater explain q.sql --changelog             show plans
  headwater sql                                   type statements, see rows as they come
  headwater functions TRIM                        look a function up
  headwater checkpoint verify state/              check every byte of a job's checkpoints
  headwater log tail data/log orders -f           rows of a topic as they are committed
)";

constexpr const char* kCheckpointExamples = R"(Examples:
  headwater checkpoint inspect state/             what each job's checkpoints hold
  headwater checkpoint inspect savepoint --json   the same for a program
  headwater checkpoint verify state/              every byte of every file
)";

// Commands that later parts bring. Named here so that using one says so.
constexpr const char* kLaterCommands[] = {"verify-sink", "server", "jobs", "savepoint"};

// Values that CLI11 fills while parsing, before they become settings.
struct Raw {
  std::vector<std::string> defines;
  std::string mode;
  int parallelism = 0;
  std::string output = "table";
  std::string color = "auto";
  std::string progress = "auto";
  bool check = false;
  std::string state_directory;
  std::string restore;
  bool allow_non_restored_state = false;
  bool show_version = false;
  bool log_chosen = false;
};

void add_script_options(CLI::App& app, Arguments& out) {
  app.add_option("FILE", out.file, "SQL script; - or piped input reads standard input");
  app.add_option("-e", out.statements, "statements given inline (repeatable)")
      ->type_name("SQL")
      ->expected(1)
      ->take_all();
}

void add_settings_options(CLI::App& app, Arguments& out, std::vector<std::string>& defines,
                          std::string& mode, int& parallelism) {
  app.add_option("-D", defines, "set a configuration key (repeatable)")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  app.add_option("--mode", mode, "streaming (default) or batch")
      ->check(CLI::IsMember({"streaming", "batch"}))
      ->take_last();
  app.add_option("--parallelism", parallelism, "parallel instances; default: number of cores")
      ->check(CLI::Range(1, 1024))
      ->take_last();
  app.add_option("--config", out.config_file, "YAML file of configuration keys");
}

void add_run_options(CLI::App& app, Arguments& out, std::string& output, bool& check) {
  app.add_option("--output", output, "how SELECT results are printed")
      ->check(CLI::IsMember({"table", "json", "csv", "changelog"}));
  app.add_option("--timeout", out.timeout, "stop after this long with exit code 124, e.g. '10 s'");
  app.add_flag("--check", check, "check every statement, run nothing");
}

// Values of those that are configuration keys are taken from the option (take_settings()).
void add_durability_options(CLI::App& app, Arguments& out, Raw& raw) {
  app.add_option("--state-dir", raw.state_directory,
                 "the jobs' durable directory: checkpoints go there, and jobs go on from them")
      ->type_name("DIR");
  app.add_option("--restore", raw.restore, "start from this checkpoint or savepoint")
      ->type_name("PATH");
  app.add_flag("--allow-non-restored-state", raw.allow_non_restored_state,
               "drop state that no operator takes");
  app.add_flag("--fresh", out.fresh, "start anew under a new generation; nothing is deleted");
  app.add_flag("--available-now", out.available_now,
               "read what the sources hold now, take a checkpoint, stop without a last watermark");
  app.add_option("--savepoint-dir", out.savepoint_directory,
                 "a stop writes a savepoint there; SIGUSR1 too, without stopping")
      ->type_name("DIR");
  app.add_flag("--drain", out.drain, "a stop lets all windows fire first");
  app.add_flag("--standby", out.standby,
               "wait until whoever runs the jobs of --state-dir dies, then take over");
}

void add_simulate_options(CLI::App& app, Arguments& out) {
  app.add_option("--seeds", out.seeds, "so many worlds (100)")->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--seed", out.first_seed, "the first one (1)");
  app.add_option("--lines", out.lines_max, "of each input file at most so many (500)")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--keep", out.scenario_directory, "a directory for the scenario of a difference")
      ->type_name("DIR");
}

// Both take a path and nothing of scripts.
void add_checkpoint_commands(CLI::App& app, Arguments& out) {
  auto* checkpoint = app.add_subcommand("checkpoint", "look into checkpoints and savepoints");
  checkpoint->require_subcommand(1);
  checkpoint->footer(kCheckpointExamples);
  auto* inspect = checkpoint->add_subcommand("inspect", "operators, states, sizes, key groups");
  auto* verify = checkpoint->add_subcommand("verify", "check every byte; damage is exit code 1");
  for (CLI::App* command : {inspect, verify}) {
    command
        ->add_option("PATH", out.file,
                     "a checkpoint's manifest, a savepoint, or a state directory with all in it")
        ->required();
    command->add_flag("--json", out.json, "one JSON object");
    command->footer(kCheckpointExamples);
  }
  inspect->callback([&out] { out.verb = Verb::kCheckpointInspect; });
  verify->callback([&out] { out.verb = Verb::kCheckpointVerify; });
}

void add_message_options(CLI::App& app, Arguments& out, std::string& color, std::string& progress) {
  app.add_flag("--quiet,-q", out.quiet, "no messages but errors");
  app.add_flag("-v", out.verbosity, "more messages");
  app.add_option("--color", color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_option("--progress", progress, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

Switch switch_of(const std::string& text) {
  if (text == "always") return Switch::kAlways;
  return text == "never" ? Switch::kNever : Switch::kAuto;
}

// The option or command that was meant by a word that is none, as a line to add.
std::string suggestion(std::string_view word, const CLI::App& command) {
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional()) known.push_back(option->get_name());
  }
  if (!word.starts_with('-')) known.clear();
  for (const CLI::App* each : command.get_subcommands([](const CLI::App*) { return true; }))
    known.push_back(each->get_name());
  const std::vector<std::string> near = nearest(word, known);
  return near.empty() ? "" : "  did you mean '" + near[0] + "'?\n";
}

// What is wrong with the words of the command line, in our own form.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  const CLI::App& command = chosen.empty() ? app : *chosen.front();
  const std::string name =
      chosen.empty() ? std::string("headwater") : "headwater " + command.get_name();
  const std::string hint = "  " + name + " --help shows what there is\n";
  const std::vector<std::string> extras = app.remaining(true);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr || extras.empty()) {
    return std::string("error: ") + error.what() + "\n" + hint;
  }
  const std::string& word = extras.front();
  if (word.starts_with('-')) {
    return "error: " + name + " has no option '" + word + "'\n" + suggestion(word, command) + hint;
  }
  if (chosen.empty()) {
    for (const char* later : kLaterCommands) {
      if (word == later) return "error: not supported yet: headwater " + word + "\n";
    }
    return "error: there is no command '" + word + "'\n" + suggestion(word, command) + hint;
  }
  std::string words;
  for (const std::string& extra : extras) words += (words.empty() ? "'" : ", '") + extra + "'";
  return "error: " + name + " takes no more words, but there " +
         (extras.size() == 1 ? "is " : "are ") + words + "\n" + hint;
}

// Options that are another way to set a key.
constexpr std::pair<std::string_view, std::string_view> kKeyOptions[] = {
    {"--mode", "execution.runtime-mode"},
    {"--parallelism", "parallelism.default"},
    {"--state-dir", "execution.checkpointing.dir"},
    {"--restore", "execution.state-recovery.path"},
    {"--allow-non-restored-state", "execution.state-recovery.ignore-unclaimed-state"},
    {"--savepoint-dir", "execution.checkpointing.savepoint-dir"}};

// Adds what the options of `command` set, in the order in which they were written: the last wins.
bool take_settings(const CLI::App& command, Arguments& out) {
  std::map<const CLI::Option*, size_t> taken;
  for (const CLI::Option* option : command.parse_order()) {
    const std::string value = option->results().at(taken[option]++);
    for (const auto& [name, key] : kKeyOptions)
      if (option->get_name() == name) out.settings.emplace_back(key, value);
    if (option->get_name() == "-D") {
      const size_t equals = value.find('=');
      if (equals == std::string::npos || equals == 0) {
        std::fprintf(stderr, "error: -D takes KEY=VALUE, found '%s'\n", value.c_str());
        return false;
      }
      const std::string key = value.substr(0, equals);
      if (is_secret_option(key)) {
        std::fprintf(stderr,
                     "error: secrets are not taken from the command line, where others see them: "
                     "put '%s' into a file for --config, or into an environment variable\n",
                     key.c_str());
        return false;
      }
      out.settings.emplace_back(key, value.substr(equals + 1));
    }
  }
  return true;
}

void add_reference_options(CLI::App& command, Arguments& out) {
  command.add_option("NAME", out.name, "describe this one");
  command.add_flag("--markdown", out.markdown, "all of them, as the book's page");
}

void add_sql_options(CLI::App& app, Arguments& out) {
  app.add_option("-f,--file", out.file, "run this script instead of what is typed")
      ->type_name("FILE");
  app.add_option("-i,--init", out.init_file, "run this script first")->type_name("FILE");
  app.add_option("-e", out.statements, "run these statements instead (repeatable)")
      ->type_name("SQL")
      ->expected(1)
      ->take_all();
  app.add_option("--history", out.history_file,
                 "keep statements here; default: HEADWATER_HISTORY, else ~/.headwater_history")
      ->type_name("FILE");
}

void add_config_command(CLI::App& app, Arguments& out, Raw& raw) {
  auto* config = app.add_subcommand("config", "configuration keys");
  config->require_subcommand(1);
  auto* show = config->add_subcommand("show", "every key: value, origin, default, meaning");
  show->add_option("KEY", out.name, "describe this one");
  show->add_flag("--effective", out.effective, "one line for each key that has a value");
  show->add_flag("--origin", out.origin, "with --effective: where the value comes from");
  show->add_flag("--markdown", out.markdown, "all of them, as the book's page");
  add_settings_options(*show, out, raw.defines, raw.mode, raw.parallelism);
  show->callback([&out] { out.verb = Verb::kConfigShow; });
}

void build_app(CLI::App& app, Arguments& out, Raw& raw) {
  app.footer(kExamples);
  app.require_subcommand(0, 1);
  const auto add = [&](const char* name, const char* sentence, Verb verb) {
    auto* command = app.add_subcommand(name, sentence);
    command->callback([&out, verb] { out.verb = verb; });
    return command;
  };
  auto* run = add("run", "run the statements of a SQL script", Verb::kRun);
  auto* check = add("check", "lex, parse, bind and plan a script, run nothing", Verb::kCheck);
  auto* explain = add("explain", "show the plans of a script's queries", Verb::kExplain);
  auto* sql = add("sql", "type statements, see rows as they come", Verb::kSql);
  auto* functions = add("functions", "SQL functions, with examples", Verb::kFunctions);
  auto* connectors = add("connectors", "connectors and their options", Verb::kConnectors);
  auto* formats = add("formats", "formats and their options", Verb::kFormats);
  add("version", "print the version", Verb::kVersion);
  app.add_flag("--version", raw.show_version, "print the version");
  auto* simulate = add("simulate", "run a script in simulated worlds that fail", Verb::kSimulate);
  add_simulate_options(*simulate, out);
  for (CLI::App* command : {run, check, explain, simulate}) add_script_options(*command, out);
  add_sql_options(*sql, out);
  for (CLI::App* command : {run, check, explain, simulate, sql}) {
    add_settings_options(*command, out, raw.defines, raw.mode, raw.parallelism);
    add_message_options(*command, out, raw.color, raw.progress);
  }
  add_run_options(*run, out, raw.output, raw.check);
  add_durability_options(*run, out, raw);
  explain->add_flag("--changelog", out.explain_changelog, "with changelog modes and upsert keys");
  explain->add_flag("--state", out.explain_state, "with what each operator keeps");
  explain->add_flag("--json", out.json, "with the job graph as JSON");
  for (CLI::App* command : {functions, connectors, formats}) add_reference_options(*command, out);
  add_checkpoint_commands(app, out);
  add_log_commands(app, out.log, raw.log_chosen);
  add_config_command(app, out, raw);
  auto* completion = add("completion", "a script that completes commands", Verb::kCompletion);
  completion->add_option("SHELL", out.name, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->footer("Example:\n  source <(headwater completion bash)\n");
  run->footer(kExamples);
}

OptionWords words_of(const CLI::Option& option) {
  OptionWords words{.name = option.get_name(), .sentence = option.get_description()};
  words.takes_value = option.get_items_expected_max() > 0;
  // CLI11 tells what IsMember allows in the name of the type alone: TEXT:{a,b}.
  const std::string type = option.get_type_name();
  const size_t begin = type.find('{');
  const size_t end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return words;
  std::string_view rest = std::string_view(type).substr(begin + 1, end - begin - 1);
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    words.values.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return words;
}

CommandWords words_of(const CLI::App& app) {
  CommandWords words{.name = app.get_name(), .sentence = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    (option->nonpositional() ? words.options : words.positionals).push_back(words_of(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    words.commands.push_back(words_of(*command));
  return words;
}

constexpr const char* kSentence =
    "Headwater: one engine for streams and batches, Flink's SQL in one binary";

}  // namespace

CommandWords command_words() {
  Arguments out;
  Raw raw;
  CLI::App app(kSentence, "headwater");
  build_app(app, out, raw);
  return words_of(app);
}

Arguments parse_arguments(int argc, char** argv) {
  Arguments out;
  Raw raw;
  CLI::App app(kSentence, "headwater");
  build_app(app, out, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    out.verb = Verb::kNone;
    if (error.get_exit_code() == 0) {
      out.exit_code = app.exit(error);
      return out;
    }
    std::fputs(usage_error(app, error).c_str(), stderr);
    out.exit_code = kUsageError;
    return out;
  }
  out.output = *parse_output_form(raw.output);
  out.color = switch_of(raw.color);
  out.progress = switch_of(raw.progress);
  for (const CLI::App* command : app.get_subcommands()) {
    // Those of `config show`.
    if (!command->get_subcommands().empty()) command = command->get_subcommands().front();
    if (take_settings(*command, out)) continue;
    out.exit_code = kUsageError;
    out.verb = Verb::kNone;
    return out;
  }
  if (out.verb == Verb::kRun && raw.check) out.verb = Verb::kCheck;
  if (raw.log_chosen) out.verb = Verb::kLog;
  if (raw.show_version) out.verb = Verb::kVersion;
  if (out.verb == Verb::kNone) {
    std::fputs(app.help().c_str(), stdout);
    out.exit_code = 0;
  }
  return out;
}

}  // namespace hw
