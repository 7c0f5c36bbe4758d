// SPDX-License-Identifier: Apache-2.0
//
// Runs the shell's statements: queries and bounded INSERTs in front, where SIGINT cancels them,
// INSERTs without an end beside the shell. The main thread only.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/progress_line.h"
#include "cli/session_setup.h"
#include "engine/session.h"

namespace hw {

class LiveTable;

struct ShellOptions {
  /// An error ends the statement and not the shell.
  bool interactive = false;
  bool quiet = false;
  bool show_progress = false;
  bool color = false;
};

class ShellRun {
 public:
  ShellRun(Session& session, ShellOptions options, Env& env);

  /// Runs all statements of `text` until one fails. `name`: what errors call it; its first line is
  /// line `number` there.
  void run(std::string_view text, std::string_view name, int number = 1);
  /// Of the first statement that failed, when not interactive.
  int exit_code() const { return exit_code_; }
  /// Says which of the jobs beside the shell have ended.
  void report_ended_jobs();
  /// Stops the jobs that still run if interactive, else waits for them. Returns the exit code.
  int finish();

 private:
  struct Job {
    std::unique_ptr<JobRun> run;
    std::string name;
    int64_t started_ms = 0;
    bool bounded = false;
    std::function<std::string(const JobRun&)> report = {};
  };

  /// What was run before and now. Lines are counted through all of it, so that an error in the
  /// definition of a table made long ago shows where that was written.
  struct Typed {
    std::string text;
    std::string name;
    int first_line = 1;  // of all
    int number = 1;      // which is that line of what has the name
  };

  void show_error(const Status& status);
  Status run_statement(const ast::Statement& statement);
  Status run_started(Outcome::Started started, LiveTable* table);
  Status wait_in_front(Job& job, LiveTable* table);
  Status end_early(Job& job, LiveTable* table);
  void report_end(const Job& job, const Status& status);
  Status show_jobs();
  Status stop_job(const ast::StopJob& statement);
  Status print_rows(const Batch& rows);
  void message(const std::string& text);
  void pass_on_messages(Job& job);

  Session& session_;
  const ShellOptions options_;
  Env& env_;
  ProgressLine progress_;
  std::vector<Job> beside_;
  std::vector<Typed> typed_;
  int exit_code_ = kExitDone;
  ScriptEnd end_ = ScriptEnd::kInvalid;  // of the statement that fails
};

}  // namespace hw
