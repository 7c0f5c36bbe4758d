// SPDX-License-Identifier: Apache-2.0
//
// A session: catalog, settings, and the way from a parsed statement to a running job. The only
// class that knows both the SQL side and the job side. One thread at a time; the jobs it starts
// run on their own threads.

#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "engine/durability.h"
#include "engine/row_receiver.h"
#include "job/job_run.h"
#include "plan/catalog/catalog.h"
#include "plan/config/session_config.h"
#include "plan/explain/explain_text.h"
#include "plan/planner.h"
#include "sql/ast.h"
#include "sql/bound_statement.h"

namespace hw {

class Env;
struct BinderContext;

/// What a statement led to.
struct Outcome {
  /// A change of catalog or settings: nothing to show.
  struct Done {};
  /// SHOW, DESCRIBE, SET.
  struct Listing {
    Batch rows;
  };
  /// EXPLAIN.
  struct Text {
    std::string text;
  };
  /// A query or an INSERT, started.
  struct Started {
    std::unique_ptr<JobRun> job;
    bool is_query = false;
    bool bounded = false;
    std::string name;
    /// EXPLAIN ANALYZE: what to print when the job has ended. Else empty.
    std::function<std::string(const JobRun&)> report;
  };
  std::variant<Done, Listing, Text, Started> what;
  std::vector<std::string> warnings;
};

class Session {
 public:
  explicit Session(Env& env);

  SessionConfig& config() { return config_; }
  const Catalog& catalog() const { return catalog_; }

  /// Carries a statement out. A SELECT's rows go to `receiver`, which is asked first.
  /// Fails as binding and planning do, with the SQL position; the job's own errors are its own.
  Result<Outcome> execute(const ast::Statement& statement, std::shared_ptr<RowReceiver> receiver);
  /// Binds and plans only; changes of the catalog are carried out, jobs are not started. From now
  /// on, catalogs outside are left as they are: what is made there is only remembered.
  Status check(const ast::Statement& statement);
  /// The plans of a query or INSERT as EXPLAIN shows them; empty for other statements, which are
  /// carried out as check() does.
  Result<std::string> explain(const ast::Statement& statement, const ExplainSections& sections);

  /// Makes a table of this program's own rows: `declaration` is `name (columns…)` as in CREATE
  /// TABLE without WITH. `source` is called for each scan.
  using SourceMaker = std::function<Result<std::unique_ptr<Source>>(const ScanRequest&)>;
  Status register_table(std::string_view declaration, SourceMaker source);
  /// The same for a table that is written; `sink` is called for each INSERT that is planned.
  using SinkMaker = std::function<Result<std::unique_ptr<Sink>>(const SinkRequest&)>;
  Status register_sink(std::string_view declaration, SinkMaker sink);

  /// How the jobs to come run; tests lower the batch sizes.
  void set_output_rows_max(int64_t rows) { output_rows_max_ = rows; }
  /// Who starts the jobs to come, JobRun::start if nobody; tests kill and restore them.
  using JobStarter = std::function<Result<std::unique_ptr<JobRun>>(JobGraph, JobOptions)>;
  void set_job_starter(JobStarter starter) { job_starter_ = std::move(starter); }
  /// Of the jobs to come, beside what the configuration says.
  void set_durability(Durability durability) { durability_ = std::move(durability); }

 private:
  BinderContext binder_context() const;
  PlanContext plan_context() const;
  /// The jobs to come read what is there now, and end.
  bool available_now() const;
  Status register_ends(std::string_view declaration, SourceMaker source, SinkMaker sink);
  /// Takes the graphs out of the plan and may add warnings to it.
  Result<std::unique_ptr<JobRun>> start_job(JobPlan& plan, bool is_query);
  /// Makes the table and starts the job that fills it; makes nothing when that cannot start.
  Result<Outcome> create_and_fill(const BoundCreateAs& create);
  Result<Outcome> start(std::vector<PlanRoot> roots, bool is_query, std::string default_name,
                        RowReceiver* receiver);
  Result<Outcome> analyze(const BoundExplain& explain);

  Env& env_;
  Catalog catalog_;
  SessionConfig config_;
  int64_t output_rows_max_ = kBatchRowsMax;
  JobStarter job_starter_;
  Durability durability_;
  std::set<std::string> durable_jobs_;  // names, each the identity of a directory
};

}  // namespace hw
