// SPDX-License-Identifier: Apache-2.0

#include "cli/run_command.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

#include "base/env/env.h"
#include "base/env/text_file.h"
#include "cli/error_text.h"
#include "cli/progress_line.h"
#include "cli/session_setup.h"
#include "cli/signals.h"
#include "engine/printing_receiver.h"
#include "engine/script.h"
#include "runtime/options.h"

namespace hw {
namespace {

/// Prints to the terminal what the script does.
class TerminalObserver final : public ScriptObserver {
 public:
  TerminalObserver(const Arguments& arguments, Session& session, Env& env,
                   std::optional<int64_t> timeout_ms)
      : arguments_(arguments),
        session_(session),
        env_(env),
        progress_(env, !arguments.quiet && wants(arguments.progress, STDERR_FILENO, env)) {
    if (timeout_ms) deadline_ns_ = env.monotonic_ns() + *timeout_ms * 1'000'000;
  }

  StopRequest stop_request() override {
    if (deadline_ns_ && env_.monotonic_ns() >= *deadline_ns_) return StopRequest::kTimeout;
    return requested_stop();
  }
  bool savepoint_requested() override { return requested_savepoint(); }
  void message(const std::string& text) override {
    if (arguments_.quiet) return;
    progress_.clear();
    (void)env_.write_stderr(text + "\n");
  }
  void warning(const std::string& text, SqlPosition position) override {
    if (arguments_.quiet) return;
    progress_.clear();
    std::string line = "warning: " + text;
    if (position.known()) line += " (line " + std::to_string(position.line) + ")";
    (void)env_.write_stderr(line + "\n");
  }
  Status print(std::string_view text) override {
    progress_.clear();
    return env_.write_stdout(text);
  }
  std::shared_ptr<RowReceiver> make_receiver() override {
    return make_printing_receiver(
        {.form = arguments_.output, .time_zone = session_.config().time_zone()},
        [this](std::string_view text) { return env_.write_stdout(text); });
  }
  Status print_rows(const Batch& rows) override {
    return print_listing(rows, arguments_.output,
                         [this](std::string_view text) { return env_.write_stdout(text); });
  }
  void progress(const JobRun& job, bool bounded) override {
    progress_.show(job.progress(), bounded);
  }
  void job_ended(const JobRun& job, const std::string& name, bool is_query) override {
    progress_.clear();
    if (arguments_.quiet) return;
    const JobProgress ended = job.progress();
    for (const auto& [counter, count] : ended.counters) {
      if (count != 0) {
        std::string words = counter;
        std::replace(words.begin(), words.end(), '_', ' ');
        (void)env_.write_stderr(name + ": " + words + ": " + std::to_string(count) + "\n");
      }
    }
    if (!is_query && arguments_.verbosity > 0) {
      (void)env_.write_stderr(name + ": done, " + std::to_string(ended.rows_read) + " rows read\n");
    }
  }

 private:
  const Arguments& arguments_;
  Session& session_;
  Env& env_;
  ProgressLine progress_;
  std::optional<int64_t> deadline_ns_;
};

// The script's text and the name that errors give it.
Result<std::pair<std::string, std::string>> script_of(const Arguments& arguments, Env& env) {
  std::pair<std::string, std::string> script;
  if (!arguments.file.empty() && arguments.file != "-") {
    HW_ASSIGN_OR_RETURN(script.first, read_text_file(env, arguments.file));
    script.second = arguments.file;
    if (script.first.starts_with("\xEF\xBB\xBF")) script.first.erase(0, 3);
  } else if (arguments.file == "-" || (arguments.statements.empty() && !isatty(STDIN_FILENO))) {
    HW_ASSIGN_OR_RETURN(script.first, env.read_stdin());
    script.second = "<stdin>";
  }
  for (const std::string& statement : arguments.statements) {
    if (!script.first.empty()) script.first += ";\n";
    script.first += statement;
    if (script.second.empty()) script.second = "<command line>";
  }
  if (script.second.empty()) {
    return Status::Invalid("no script: name a FILE, use -e \"SQL\" or pipe one in");
  }
  return script;
}

// What only makes sense together.
Status check_durability(const Arguments& arguments, const SessionConfig& config) {
  const bool has_directory = !config.text("execution.checkpointing.dir").empty();
  const std::pair<bool, const char*> needs_directory[] = {
      {arguments.fresh, "--fresh"},
      {arguments.standby, "--standby"},
      {arguments.available_now, "--available-now"}};
  for (const auto& [given, name] : needs_directory)
    if (given && !has_directory)
      return Status::Invalid(name, " needs --state-dir: the directory that the jobs go on from");
  if (arguments.available_now && !takes_checkpoints(config))
    return Status::Invalid(
        "--available-now goes on from checkpoints, but 'execution.checkpointing.mode' is NONE");
  if (arguments.available_now && (arguments.drain || !arguments.savepoint_directory.empty()))
    return Status::Invalid(
        "--available-now stops by itself, behind a checkpoint that the next run goes on from; "
        "--drain and --savepoint-dir are for jobs that are stopped");
  if (arguments.fresh && !config.text("execution.state-recovery.path").empty())
    return Status::Invalid(
        "--fresh starts without a checkpoint, --restore with one: give one of them");
  if (arguments.available_now && config.mode() == RuntimeMode::kBatch)
    return Status::Invalid("--available-now is for streaming: a batch reads to its end anyway");
  if (!arguments.savepoint_directory.empty() && !takes_checkpoints(config))
    return Status::Invalid(
        "--savepoint-dir needs checkpoints: give --state-dir, or set "
        "'execution.checkpointing.interval'");
  return Status::OK();
}

}  // namespace

int run_command(const Arguments& arguments, Env& env) {
  const bool color = wants(arguments.color, STDERR_FILENO, env);
  const auto complain = [&](const Status& status, std::string_view script, std::string_view file) {
    (void)env.write_stderr(error_text(status, script, file, color));
  };
  Session session(env);
  if (const Status status = configure_session(arguments, session, env); !status.ok()) {
    complain(status, "", "");
    return kExitUsage;
  }
  std::optional<int64_t> timeout_ms;
  if (!arguments.timeout.empty()) {
    const Result<int64_t> parsed = parse_duration_ms(arguments.timeout);
    if (!parsed.ok()) {
      complain(Status::Invalid("--timeout must be ", parsed.status().message(), ", but is '",
                               arguments.timeout, "'"),
               "", "");
      return kExitUsage;
    }
    timeout_ms = *parsed;
  }
  const auto script = script_of(arguments, env);
  if (!script.ok()) {
    complain(script.status(), "", "");
    return script.status().IsIOError() ? kExitFailure : kExitUsage;
  }
  if (const Status status = check_durability(arguments, session.config()); !status.ok()) {
    complain(status, "", "");
    return kExitUsage;
  }
  TerminalObserver observer(arguments, session, env, timeout_ms);
  session.set_durability(
      {.fresh = arguments.fresh,
       .standby = arguments.standby,
       .available_now = arguments.available_now,
       .cancelled = [&] { return observer.stop_request() != StopRequest::kNone; },
       .on_wait = [&](const std::string& text) { observer.message(text); }});
  const ScriptResult result =
      run_script(script->first, session, observer,
                 {.check_only = arguments.verb == Verb::kCheck,
                  .explain = arguments.verb == Verb::kExplain,
                  .explain_sections = {.changelog = arguments.explain_changelog,
                                       .state = arguments.explain_state,
                                       .json = arguments.json},
                  .stop_savepoint_directory = arguments.savepoint_directory,
                  .drain = arguments.drain});
  if (!result.status.ok() && result.end != ScriptEnd::kOutputClosed) {
    complain(result.status, script->first, script->second);
  }
  return exit_code(result.end);
}

}  // namespace hw
