// SPDX-License-Identifier: Apache-2.0

#include "cli/log_arguments.h"

#include <limits>

#include <CLI/CLI.hpp>

namespace hw {
namespace {

constexpr const char* kExamples = R"(Examples:
  headwater log ls data/log                      topics, rows, bytes, times
  headwater log describe data/log orders         schema, options, partitions, segments
  headwater log tail data/log orders -n 5        the last rows, a JSON line each
  headwater log tail data/log orders -f          and those that are committed from now on
  headwater log append data/log orders < x.jsonl all lines of a file, in one commit
  headwater log append data/log new --schema '(id BIGINT, name STRING)' < x.jsonl
  headwater log verify data/log                  check every byte; damage is exit code 1
)";

}  // namespace

void add_log_commands(CLI::App& app, LogArguments& out, bool& chosen) {
  using Verb = LogArguments::Verb;
  auto* log = app.add_subcommand("log", "look into topics of the embedded log, append to them");
  log->require_subcommand(1);
  log->footer(kExamples);
  const auto add = [&](const char* name, const char* sentence, Verb verb) {
    auto* command = log->add_subcommand(name, sentence);
    command->footer(kExamples);
    command->add_option("DIR", out.directory, "the log's directory")->required();
    command->callback([&out, &chosen, verb] {
      out.verb = verb;
      chosen = true;
    });
    return command;
  };
  add("ls", "list the topics", Verb::kList);
  auto* describe =
      add("describe", "show schema, options, partitions and segments", Verb::kDescribe);
  auto* tail = add("tail", "print the last rows", Verb::kTail);
  auto* append = add("append", "append JSON lines from standard input", Verb::kAppend);
  auto* verify = add("verify", "check every byte; damage is exit code 1", Verb::kVerify);
  for (CLI::App* command : {describe, tail, append}) {
    command->add_option("TOPIC", out.topic, "the topic")->required();
  }
  verify->add_option("TOPIC", out.topic, "the topic; without it all");
  tail->add_option("-n", out.rows, "how many rows")
      ->check(CLI::Range(int64_t{0}, std::numeric_limits<int64_t>::max()));
  tail->add_flag("-f", out.follow, "go on with rows as they are committed");
  append->add_option("--schema", out.schema,
                     "columns as in CREATE TABLE; makes the topic if it is missing");
  append->add_option("--partitions", out.partitions, "of a topic that is made")
      ->check(CLI::Range(1, 4096));
}

}  // namespace hw
