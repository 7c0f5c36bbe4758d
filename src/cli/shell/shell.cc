// SPDX-License-Identifier: Apache-2.0

#include "cli/shell/shell.h"

#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

#include "base/env/env.h"
#include "base/env/text_file.h"
#include "cli/error_text.h"
#include "cli/session_setup.h"
#include "cli/shell/completion.h"
#include "cli/shell/history_file.h"
#include "cli/shell/line_reader.h"
#include "cli/shell/shell_run.h"
#include "cli/shell/statement_end.h"
#include "cli/signals.h"
#include "engine/session.h"

namespace hw {
namespace {

constexpr const char* kPrompt = "headwater> ";
constexpr const char* kMorePrompt = "        -> ";
constexpr const char* kWelcome =
    "Statements end with ';'. HELP shows commands, Tab completes, Ctrl-C cancels, Ctrl-D ends.\n";

constexpr const char* kHelp =
    R"(Statements end with ';' and may have several lines. Beside SQL there are:
  HELP      this text
  CLEAR     clears the screen
  QUIT      ends the shell, as EXIT and Ctrl-D do; jobs that still run are stopped cleanly
Jobs without an end run beside the shell: SHOW JOBS; STOP JOB 'name';
Ctrl-C drops what is typed, or cancels the query that runs; Ctrl-R searches the history.
  SET 'sql-client.execution.result-mode' = 'TABLE';      the rows that stand now (default)
  SET 'sql-client.execution.result-mode' = 'CHANGELOG';  every change with its kind
  SET 'sql-client.execution.result-mode' = 'TABLEAU';    rows as they come
  SET 'execution.runtime-mode' = 'batch';                results once, at the end
headwater functions | connectors | formats [NAME] outside the shell describe what there is.
)";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n;";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_command(std::string_view line, std::string_view upper) {
  line = trimmed(line);
  if (line.size() != upper.size()) return false;
  for (size_t i = 0; i < line.size(); ++i)
    if ((line[i] & ~0x20) != upper[i]) return false;
  return true;
}

class Shell {
 public:
  Shell(const Arguments& arguments, Session& session, Env& env)
      : arguments_(arguments),
        session_(session),
        env_(env),
        interactive_(arguments.file.empty() && arguments.statements.empty() &&
                     isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0),
        history_(interactive_ ? history_path(arguments.history_file, env) : "", env),
        run_(session,
             {.interactive = interactive_,
              .quiet = arguments.quiet,
              .show_progress = !arguments.quiet && wants(arguments.progress, STDERR_FILENO, env),
              .color = wants(arguments.color, STDERR_FILENO, env)},
             env) {}

  int run() {
    if (!arguments_.init_file.empty()) {
      if (const int code = run_file(arguments_.init_file); code != kExitDone) return code;
    }
    if (!arguments_.file.empty()) {
      if (const int code = run_file(arguments_.file); code != kExitDone) return code;
    }
    for (const std::string& statement : arguments_.statements) {
      run_.run(statement, "<command line>");
      if (run_.exit_code() != kExitDone) return run_.exit_code();
    }
    if (!arguments_.file.empty() || !arguments_.statements.empty()) return run_.finish();
    if (interactive_) {
      keep_on_interrupt();
      if (!arguments_.quiet) (void)env_.write_stderr(kWelcome);
    }
    read_and_run();
    return run_.finish();
  }

 private:
  int run_file(const std::string& path) {
    const Result<std::string> text = read_text_file(env_, path);
    if (!text.ok()) {
      (void)env_.write_stderr(error_text(text.status(), "", "", false));
      return kExitFailure;
    }
    run_.run(*text, path);
    return run_.exit_code();
  }

  std::unique_ptr<LineReader> make_reader() {
    if (!interactive_) return make_plain_reader();
    return make_terminal_reader(history_.statements(),
                                [this](std::string_view before, std::string_view after) {
                                  return complete(typed_ + std::string(before), after, session_);
                                });
  }

  void read_and_run() {
    const std::unique_ptr<LineReader> reader = make_reader();
    int line_number = 0;
    while (true) {
      if (typed_.empty()) run_.report_ended_jobs();
      const LineReader::Line line = reader->read_line(typed_.empty() ? kPrompt : kMorePrompt);
      if (line.how == LineReader::How::kInterrupted) {
        typed_.clear();
        continue;
      }
      if (line.how == LineReader::How::kEnd) break;
      ++line_number;
      if (typed_.empty() && run_command(line.text)) {
        if (quit_) return;
        continue;
      }
      if (typed_.empty()) first_line_ = line_number;
      typed_ += line.text + "\n";
      run_complete(*reader);
      if (!interactive_ && run_.exit_code() != kExitDone) return;
      if (requested_stop() == StopRequest::kTerminate) return;
    }
    if (!is_blank_sql(typed_)) run_statements(typed_);
    if (interactive_) (void)env_.write_stdout("\n");
  }

  /// Runs the statements that have their semicolon; what follows stays.
  void run_complete(LineReader& reader) {
    const size_t end = statements_end(typed_);
    if (end == 0) {
      if (is_blank_sql(typed_)) typed_.clear();
      return;
    }
    const std::string statements = typed_.substr(0, end);
    const std::string rest = typed_.substr(end);
    typed_ = is_blank_sql(rest) ? "" : rest;
    const std::string remembered(trimmed(statements));
    if (interactive_ && !remembered.empty()) {
      reader.remember(remembered + ";");
      history_.append(remembered + ";");
    }
    run_statements(statements);
  }

  void run_statements(const std::string& text) {
    if (interactive_) {
      forget_interrupt();
      run_.run(text, "<input>");
      forget_interrupt();
      return;
    }
    // Errors name the lines of the whole input.
    run_.run(text, "<stdin>", first_line_);
  }

  /// What is no SQL. Returns whether it was.
  bool run_command(std::string_view line) {
    if (is_command(line, "QUIT") || is_command(line, "EXIT")) {
      quit_ = true;
      return true;
    }
    if (is_command(line, "HELP")) {
      (void)env_.write_stdout(kHelp);
      return true;
    }
    if (is_command(line, "CLEAR")) {
      if (interactive_) (void)env_.write_stdout("\x1b[H\x1b[2J");
      return true;
    }
    return false;
  }

  const Arguments& arguments_;
  Session& session_;
  Env& env_;
  const bool interactive_;
  HistoryFile history_;
  ShellRun run_;
  std::string typed_;  // begins with the first line of a statement that is not complete
  int first_line_ = 1;
  bool quit_ = false;
};

}  // namespace

int shell_command(const Arguments& arguments, Env& env) {
  Session session(env);
  if (const Status status = configure_session(arguments, session, env); !status.ok()) {
    (void)env.write_stderr(error_text(status, "", "", false));
    return kExitUsage;
  }
  return Shell(arguments, session, env).run();
}

}  // namespace hw
