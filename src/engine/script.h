// SPDX-License-Identifier: Apache-2.0
//
// Runs the statements of a script in order: changes at once, queries to their end, INSERTs as
// jobs; at the end it waits for the jobs that still run. Tells an observer what happens.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "engine/session.h"

namespace hw {

/// Where a script ended, for the exit code.
enum class ScriptEnd : uint8_t {
  kDone,
  kInvalid,      // SQL or validation error: exit 3
  kJobFailed,    // exit 4
  kInterrupted,  // SIGINT while a bounded job ran: exit 130
  kTerminated,   // SIGTERM likewise: exit 143
  kTimedOut,     // exit 124
  kOutputClosed  // the reader of stdout went away: quiet exit 0
};

struct ScriptResult {
  ScriptEnd end = ScriptEnd::kDone;
  Status status;
};

/// What the script's surroundings want of it, asked about ten times a second.
enum class StopRequest : uint8_t { kNone, kInterrupt, kTerminate, kTimeout };

class ScriptObserver {
 public:
  virtual ~ScriptObserver() = default;
  virtual StopRequest stop_request() { return StopRequest::kNone; }
  /// True once for each savepoint that is asked for: of every job, while they go on.
  virtual bool savepoint_requested() { return false; }
  virtual void warning(const std::string& text, SqlPosition position) {}
  /// What a job has to say: a restart, a checkpoint that failed, where a savepoint is.
  virtual void message(const std::string& text) {}
  /// Rows or text of SHOW, EXPLAIN and the like, ready to print.
  virtual Status print(std::string_view text) = 0;
  /// A receiver for the rows of a SELECT.
  virtual std::shared_ptr<RowReceiver> make_receiver() = 0;
  /// A listing (SHOW, DESCRIBE).
  virtual Status print_rows(const Batch& rows) = 0;
  /// While a job runs, about ten times a second.
  virtual void progress(const JobRun& job, bool bounded) {}
  /// A job has ended: the place for late rows and other counters.
  virtual void job_ended(const JobRun& job, const std::string& name, bool is_query) {}
};

struct ScriptOptions {
  bool check_only = false;
  /// Prints plans instead of running queries and INSERTs.
  bool explain = false;
  ExplainSections explain_sections = {};
  /// How a stop ends the jobs: with a savepoint there, and after all windows have fired.
  std::string stop_savepoint_directory = {};
  bool drain = false;
};

ScriptResult run_script(std::string_view script, Session& session, ScriptObserver& observer,
                        const ScriptOptions& options);

}  // namespace hw
