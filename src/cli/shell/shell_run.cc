// SPDX-License-Identifier: Apache-2.0

#include "cli/shell/shell_run.h"

#include <algorithm>
#include <optional>
#include <unistd.h>
#include <utility>

#include "base/env/env.h"
#include "base/letters.h"
#include "cli/error_text.h"
#include "cli/shell/live_table.h"
#include "cli/signals.h"
#include "columnar/constant.h"
#include "columnar/text/type_text.h"
#include "engine/printing_receiver.h"
#include "engine/table_layout.h"
#include "sql/parser.h"

namespace hw {
namespace {

constexpr int64_t kPollMs = 50;
/// What a job gets to end cleanly before it is cancelled.
constexpr int64_t kStopGraceMs = 5'000;

int lines_of(std::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
}

std::string time_text(int64_t ms) {
  return value_text(*constant_int(SqlType::timestamp(3), ms, 1), 0);
}

}  // namespace

ShellRun::ShellRun(Session& session, ShellOptions options, Env& env)
    : session_(session), options_(options), env_(env), progress_(env, options.show_progress) {
  session_.set_durability({.cancelled = [] { return requested_stop() != StopRequest::kNone; },
                           .on_wait = [this](const std::string& text) { message(text); }});
}

void ShellRun::message(const std::string& text) {
  if (options_.quiet) return;
  progress_.clear();
  (void)env_.write_stderr(text + "\n");
}

void ShellRun::run(std::string_view text, std::string_view name, int number) {
  const int first_line =
      typed_.empty() ? 1 : typed_.back().first_line + lines_of(typed_.back().text);
  typed_.push_back({std::string(text), std::string(name), first_line, number});
  const std::string in_place =
      std::string(static_cast<size_t>(first_line - 1), '\n') + std::string(text);
  StatementReader reader(in_place);
  while (true) {
    end_ = ScriptEnd::kInvalid;
    auto next = reader.next();
    if (next.ok() && !next->has_value()) return;
    const Status status = next.ok() ? run_statement(*(**next).statement) : next.status();
    if (status.ok()) continue;
    progress_.clear();
    if (end_ == ScriptEnd::kOutputClosed) {
      exit_code_ = kExitFailure;  // nobody reads any more: no word, and no further statement
      return;
    }
    show_error(status);
    if (!options_.interactive) exit_code_ = hw::exit_code(end_);
    return;
  }
}

void ShellRun::show_error(const Status& status) {
  const SqlPosition position = position_of(status);
  const Typed* typed = &typed_.back();
  for (const Typed& one : typed_) {
    if (position.known() && one.first_line <= position.line) typed = &one;
  }
  Status shown = status;
  if (position.known()) {
    shown = at({position.line - typed->first_line + typed->number, position.column},
               Status(status.code(), status.message()));
  }
  const std::string text = std::string(static_cast<size_t>(typed->number - 1), '\n') + typed->text;
  (void)env_.write_stderr(error_text(shown, text, typed->name, options_.color));
}

Status ShellRun::run_statement(const ast::Statement& statement) {
  if (statement.kind == ast::StatementKind::kStopJob) return stop_job(statement.as<ast::StopJob>());
  if (statement.kind == ast::StatementKind::kShow &&
      statement.as<ast::Show>().object == ast::ShowKind::kJobs) {
    return show_jobs();
  }
  const std::string mode = upper_case(session_.config().text("sql-client.execution.result-mode"));
  const std::string zone = session_.config().time_zone();
  std::shared_ptr<LiveTable> table;
  std::shared_ptr<RowReceiver> receiver;
  if (mode == "TABLE" && statement.kind == ast::StatementKind::kQuery) {
    const int64_t rows_max =
        session_.config().integer("sql-client.execution.max-table-result.rows");
    table = make_live_table({.time_zone = zone,
                             .terminal = options_.interactive,
                             .rows_max = rows_max > 0 ? rows_max : INT64_MAX},
                            env_);
    receiver = table->receiver();
  } else {
    receiver = make_printing_receiver(
        {.form = OutputForm::kTable, .time_zone = zone, .always_kinds = mode == "CHANGELOG"},
        [this](std::string_view text) { return env_.write_stdout(text); });
  }
  HW_ASSIGN_OR_RETURN(Outcome outcome, session_.execute(statement, std::move(receiver)));
  for (const std::string& warning : outcome.warnings) message("warning: " + warning);
  if (auto* listing = std::get_if<Outcome::Listing>(&outcome.what)) {
    return print_rows(listing->rows);
  }
  if (auto* text = std::get_if<Outcome::Text>(&outcome.what)) return env_.write_stdout(text->text);
  if (auto* started = std::get_if<Outcome::Started>(&outcome.what)) {
    return run_started(std::move(*started), table.get());
  }
  if (options_.interactive) message("done");
  return Status::OK();
}

Status ShellRun::run_started(Outcome::Started started, LiveTable* table) {
  Job job{.run = std::move(started.job),
          .name = started.name,
          .started_ms = env_.wall_ms(),
          .bounded = started.bounded,
          .report = std::move(started.report)};
  const bool in_front =
      started.is_query || started.bounded || session_.config().boolean("table.dml-sync");
  if (!in_front) {
    if (options_.interactive) message("job '" + job.name + "' runs beside the shell");
    beside_.push_back(std::move(job));
    return Status::OK();
  }
  const Status status = wait_in_front(job, table);
  pass_on_messages(job);
  progress_.clear();
  for (const auto& [counter, count] : job.run->progress().counters) {
    std::string words = counter;
    std::replace(words.begin(), words.end(), '_', ' ');
    if (count != 0) message(job.name + ": " + words + ": " + std::to_string(count));
  }
  if (status.ok() && !started.is_query && options_.interactive) {
    message("job '" + job.name + "' is done, " + std::to_string(job.run->progress().rows_read) +
            " rows read");
  }
  if (status.ok() && job.report) return env_.write_stdout(job.report(*job.run));
  return status;
}

Status ShellRun::wait_in_front(Job& job, LiveTable* table) {
  while (!job.run->wait_for(kPollMs)) {
    progress_.show(job.run->progress(), job.bounded);
    pass_on_messages(job);
    if (table != nullptr) {
      if (const Status status = table->update(); !status.ok()) {
        job.run->cancel();
        return status;
      }
    }
    if (requested_stop() != StopRequest::kNone) return end_early(job, table);
  }
  const Status status = job.run->wait();
  progress_.clear();
  if (!status.ok()) {
    const bool closed = status.IsIOError() && status.message().starts_with("closed");
    end_ = closed ? ScriptEnd::kOutputClosed : ScriptEnd::kJobFailed;
    return status;
  }
  return table != nullptr ? table->finish() : Status::OK();
}

/// SIGINT or SIGTERM: what has no end is ended as if it had one.
Status ShellRun::end_early(Job& job, LiveTable* table) {
  const bool interrupt = requested_stop() == StopRequest::kInterrupt;
  if (interrupt && options_.interactive) forget_interrupt();
  if (!job.bounded) {
    job.run->stop();
    for (int64_t waited = 0; waited < kStopGraceMs && !job.run->wait_for(kPollMs);
         waited += kPollMs) {
      if (table != nullptr) HW_TRY(table->update());
      if (options_.interactive && requested_stop() != StopRequest::kNone) break;
    }
  }
  const bool ended = job.run->done();
  job.run->cancel();
  const Status status = job.run->wait();
  progress_.clear();
  if (table != nullptr) HW_TRY(table->finish());
  if (ended && status.ok() && !job.bounded) {
    message("stopped");
    return Status::OK();
  }
  end_ = interrupt ? ScriptEnd::kInterrupted : ScriptEnd::kTerminated;
  return Status::Cancelled(job.bounded ? "cancelled before the end of the input" : "cancelled");
}

void ShellRun::pass_on_messages(Job& job) {
  for (const std::string& text : job.run->take_events()) message(text);
}

void ShellRun::report_end(const Job& job, const Status& status) {
  if (status.ok()) return message("job '" + job.name + "' has ended");
  progress_.clear();
  (void)env_.write_stderr(
      error_text(while_doing(status, "job '" + job.name + "'"), "", "", options_.color));
  if (!options_.interactive && exit_code_ == kExitDone) exit_code_ = kExitJobFailed;
}

void ShellRun::report_ended_jobs() {
  for (Job& job : beside_) {
    pass_on_messages(job);
    if (job.run->done()) report_end(job, job.run->wait());
  }
  std::erase_if(beside_, [](const Job& job) { return job.run->done(); });
}

int ShellRun::finish() {
  bool stopping = options_.interactive || exit_code_ != kExitDone;
  if (stopping)
    for (Job& job : beside_) job.run->stop();
  int64_t waited = 0;
  for (Job& job : beside_) {
    while (!job.run->wait_for(kPollMs)) {
      pass_on_messages(job);
      if (!stopping && requested_stop() != StopRequest::kNone) {
        stopping = true;
        for (Job& each : beside_) each.run->stop();
      }
      if (stopping && (waited += kPollMs) > kStopGraceMs) job.run->cancel();
    }
    report_end(job, job.run->wait());
  }
  beside_.clear();
  return exit_code_;
}

Status ShellRun::show_jobs() {
  report_ended_jobs();
  const SqlType text = SqlType::string();
  const Schema schema({{"job", text}, {"status", text}, {"started", text}, {"rows read", text}});
  TableLayout layout(schema, false, false);
  std::string out;
  for (const Job& job : beside_) {
    layout.add({job.name, "RUNNING", time_text(job.started_ms),
                std::to_string(job.run->progress().rows_read)},
               out);
  }
  layout.finish(out);
  return env_.write_stdout(out);
}

Status ShellRun::stop_job(const ast::StopJob& statement) {
  const auto job = std::find_if(beside_.begin(), beside_.end(),
                                [&](const Job& each) { return each.name == statement.job_id; });
  if (job == beside_.end()) {
    return at(statement.position, Status::KeyError("no job '", statement.job_id,
                                                   "' runs beside the shell; see SHOW JOBS"));
  }
  if (statement.with_savepoint || statement.with_drain) {
    std::string directory;
    if (statement.with_savepoint) directory = savepoint_directory(session_.config());
    if (statement.with_savepoint && directory.empty()) {
      return at(statement.position,
                Status::Invalid("a savepoint needs a place: SET "
                                "'execution.checkpointing.savepoint-dir' before the job starts"));
    }
    job->run->checkpoint({.purpose = CheckpointPurpose::kStop,
                          .savepoint_directory = directory,
                          .drain = statement.with_drain});
  } else {
    job->run->stop();
  }
  while (!job->run->wait_for(kPollMs)) {
    pass_on_messages(*job);
    if (requested_stop() != StopRequest::kNone) {
      if (options_.interactive) forget_interrupt();
      job->run->cancel();
    }
  }
  pass_on_messages(*job);
  const Status status = job->run->wait();
  const std::string name = job->name;
  beside_.erase(job);
  if (!status.ok()) {
    end_ = ScriptEnd::kJobFailed;
    return status;
  }
  message("job '" + name + "' has ended");
  return Status::OK();
}

Status ShellRun::print_rows(const Batch& rows) {
  return print_listing(rows, OutputForm::kTable,
                       [this](std::string_view text) { return env_.write_stdout(text); });
}

}  // namespace hw
