// SPDX-License-Identifier: Apache-2.0

#include "engine/script.h"

#include <optional>
#include <utility>

#include "base/env/env.h"
#include "sql/parser.h"

namespace hw {
namespace {

constexpr int64_t kPollMs = 50;
/// What an unbounded job gets to finish what is under way when its time is up.
constexpr int64_t kStopGraceMs = 10'000;

/// A job that runs beside the script.
struct RunningJob {
  std::unique_ptr<JobRun> job;
  std::string name;
  bool bounded = false;
  bool is_query = false;
  std::function<std::string(const JobRun&)> report;
};

class ScriptRun {
 public:
  ScriptRun(Session& session, ScriptObserver& observer, const ScriptOptions& options)
      : session_(session), observer_(observer), options_(options) {}

  ScriptResult run(std::string_view script) {
    StatementReader reader(script);
    while (true) {
      Result<std::optional<ParsedStatement>> next = reader.next();
      if (!next.ok()) return fail(ScriptEnd::kInvalid, next.status());
      if (!next->has_value()) break;
      const ScriptResult result = run_statement(*(**next).statement);
      if (result.end != ScriptEnd::kDone || stopped_) return result;
    }
    return wait_for_all();
  }

 private:
  ScriptResult fail(ScriptEnd end, const Status& status) {
    for (RunningJob& running : running_) running.job->cancel();
    for (RunningJob& running : running_) (void)running.job->wait();
    return {.end = end, .status = status};
  }

  ScriptResult run_statement(const ast::Statement& statement) {
    if (options_.check_only) {
      const Status status = session_.check(statement);
      return status.ok() ? ScriptResult{} : fail(ScriptEnd::kInvalid, status);
    }
    if (options_.explain) return explain(statement);
    Result<Outcome> outcome = session_.execute(statement, observer_.make_receiver());
    if (!outcome.ok()) return fail(end_of(outcome.status()), outcome.status());
    for (const std::string& warning : outcome->warnings) {
      observer_.warning(warning, statement.position);
    }
    if (auto* listing = std::get_if<Outcome::Listing>(&outcome->what)) {
      return printed(observer_.print_rows(listing->rows));
    }
    if (auto* text = std::get_if<Outcome::Text>(&outcome->what)) {
      return printed(observer_.print(text->text));
    }
    if (auto* started = std::get_if<Outcome::Started>(&outcome->what)) {
      return take_job({.job = std::move(started->job),
                       .name = started->name,
                       .bounded = started->bounded,
                       .is_query = started->is_query,
                       .report = std::move(started->report)});
    }
    return {};
  }

  ScriptResult explain(const ast::Statement& statement) {
    Result<std::string> text = session_.explain(statement, options_.explain_sections);
    if (!text.ok()) return fail(ScriptEnd::kInvalid, text.status());
    return text->empty() ? ScriptResult{} : printed(observer_.print(*text));
  }

  static ScriptEnd end_of(StopRequest request) {
    if (request == StopRequest::kTimeout) return ScriptEnd::kTimedOut;
    return request == StopRequest::kInterrupt ? ScriptEnd::kInterrupted : ScriptEnd::kTerminated;
  }
  static Status why_ended(StopRequest request) {
    return Status::Cancelled(
        request == StopRequest::kTimeout ? "timed out" : "stopped before the end of the input");
  }

  static ScriptEnd end_of(const Status& status) {
    // Before a job runs only the statement can be wrong, or the outside (a file that is missing or
    // damaged).
    const bool outside = status.IsIOError() || status.IsSerializationError();
    return outside ? ScriptEnd::kJobFailed : ScriptEnd::kInvalid;
  }

  /// What Env::write_stdout fails with, whatever context was added behind it.
  static bool output_closed(const Status& status) {
    return status.IsIOError() && status.message().starts_with("closed");
  }

  ScriptResult printed(const Status& status) {
    if (status.ok()) return {};
    return fail(output_closed(status) ? ScriptEnd::kOutputClosed : ScriptEnd::kJobFailed, status);
  }

  ScriptResult take_job(RunningJob running) {
    const bool wait_now =
        running.is_query || running.bounded || session_.config().boolean("table.dml-sync");
    running_.push_back(std::move(running));
    if (!wait_now) return {};
    const ScriptResult result = wait_for(running_.back());
    if (result.end == ScriptEnd::kDone) running_.pop_back();
    return result;
  }

  ScriptResult wait_for_all() {
    while (!running_.empty()) {
      const ScriptResult result = wait_for(running_.front());
      if (result.end != ScriptEnd::kDone) return result;
      running_.erase(running_.begin());
    }
    return {};
  }

  // Waits for one job and meanwhile passes on what the surroundings ask for.
  ScriptResult wait_for(RunningJob& running) {
    while (!running.job->wait_for(kPollMs)) {
      observer_.progress(*running.job, running.bounded);
      pass_on_messages();
      if (observer_.savepoint_requested()) take_savepoints();
      const StopRequest request = observer_.stop_request();
      if (request == StopRequest::kNone || stopped_) continue;
      stopped_ = true;
      timed_out_ = request == StopRequest::kTimeout;
      // The result over a part of the input would look like the result.
      if (running.bounded) return fail(end_of(request), why_ended(request));
      for (RunningJob& each : running_) stop(*each.job);
      if (timed_out_ && !running.job->wait_for(kStopGraceMs)) {
        return fail(ScriptEnd::kTimedOut, why_ended(request));
      }
    }
    const Status status = running.job->wait();
    pass_on_messages();
    observer_.job_ended(*running.job, running.name, running.is_query);
    if (!status.ok()) {
      return fail(output_closed(status) ? ScriptEnd::kOutputClosed : ScriptEnd::kJobFailed, status);
    }
    if (running.report) {
      const ScriptResult result = printed(observer_.print(running.report(*running.job)));
      if (result.end != ScriptEnd::kDone) return result;
    }
    if (timed_out_) return fail(ScriptEnd::kTimedOut, why_ended(StopRequest::kTimeout));
    return {};
  }

  void pass_on_messages() {
    for (RunningJob& each : running_)
      for (const std::string& text : each.job->take_events()) observer_.message(text);
  }

  void stop(JobRun& job) {
    if (options_.stop_savepoint_directory.empty() && !options_.drain) return job.stop();
    job.checkpoint({.purpose = CheckpointPurpose::kStop,
                    .savepoint_directory = options_.stop_savepoint_directory,
                    .drain = options_.drain});
  }

  void take_savepoints() {
    const std::string directory = savepoint_directory(session_.config());
    if (directory.empty() || !takes_checkpoints(session_.config()))
      return observer_.message(
          "no savepoint: the jobs take no checkpoints, or there is no place for it; start them "
          "with "
          "--state-dir, or with an interval and --savepoint-dir");
    for (RunningJob& each : running_)
      if (!each.is_query) each.job->checkpoint({.savepoint_directory = directory});
  }

  Session& session_;
  ScriptObserver& observer_;
  const ScriptOptions& options_;
  std::vector<RunningJob> running_;
  bool stopped_ = false;
  bool timed_out_ = false;
};

}  // namespace

ScriptResult run_script(std::string_view script, Session& session, ScriptObserver& observer,
                        const ScriptOptions& options) {
  return ScriptRun(session, observer, options).run(script);
}

}  // namespace hw
