// SPDX-License-Identifier: Apache-2.0

#include "cli/simulate_command.h"

#include <string>

#include "base/env/env.h"
#include "base/env/text_file.h"
#include "sim/user_job.h"

namespace hw {
namespace {

constexpr int kExitDifference = 1;
constexpr int kExitInvalid = 3;

Result<std::string> script_of(const Arguments& arguments, Env& env) {
  std::string script;
  if (!arguments.file.empty() && arguments.file != "-") {
    HW_ASSIGN_OR_RETURN(script, read_text_file(env, arguments.file));
  } else if (arguments.file == "-") {
    HW_ASSIGN_OR_RETURN(script, env.read_stdin());
  }
  for (const std::string& statement : arguments.statements)
    script += (script.empty() ? "" : ";\n") + statement;
  if (script.empty()) return Status::Invalid("no script: name a FILE or use -e \"SQL\"");
  return script;
}

int fail(Env& env, const Status& status) {
  (void)env.write_stderr("error: " + status.message() + "\n");
  return kExitInvalid;
}

}  // namespace

int simulate_command(const Arguments& arguments, Env& env) {
  const Result<std::string> script = script_of(arguments, env);
  if (!script.ok()) return fail(env, script.status());
  const sim::UserSimulation simulation = {
      .script = *script,
      .settings = arguments.settings,
      .working_directory = env.variable("PWD").value_or("/"),
      .lines_max = arguments.lines_max,
      .search = {.first_seed = arguments.first_seed,
                 .num_seeds = arguments.seeds,
                 .scenario_directory = arguments.scenario_directory,
                 .stop_at_failure = true,
                 .matrix = false}};
  const Result<sim::SearchResult> result = sim::simulate(
      simulation, env, [&env](const std::string& text) { (void)env.write_stderr(text); });
  if (!result.ok()) return fail(env, result.status());
  const std::string counts =
      std::to_string(result->seeds) + " seeds, " + std::to_string(result->sum.kills) + " kills, ";
  const bool same = result->failures.empty();
  (void)env.write_stdout(counts + (same ? "no difference\n" : "a difference (above)\n"));
  return same ? 0 : kExitDifference;
}

}  // namespace hw
