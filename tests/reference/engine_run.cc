// SPDX-License-Identifier: Apache-2.0

#include "reference/engine_run.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/result_fold.h"
#include "engine/session.h"
#include "reference/chance.h"
#include "reference/columns.h"
#include "reference/json_file.h"
#include "sql/parser.h"
#include "sqltest/restarting_job.h"
#include "testkit/virtual_env.h"

namespace hw::reference {
namespace {

// 2024-01-01.
constexpr int64_t kWallMs = 1'704'067'200'000;

class KeepingReceiver final : public RowReceiver {
 public:
  Status begin(const ResultShape& shape) override {
    schema = shape.schema;
    return Status::OK();
  }
  Status receive(const Batch& batch) override {
    batches.push_back(batch);
    return Status::OK();
  }
  Status end() override { return Status::OK(); }

  SchemaPtr schema;
  std::vector<Batch> batches;
};

Status configure(Session& session, const EngineMode& mode) {
  const auto set = [&](std::string_view key, const std::string& value) {
    return session.config().set_base(key, value).status();
  };
  HW_TRY(set("execution.runtime-mode", mode.batch ? "batch" : "streaming"));
  HW_TRY(set("table.local-time-zone", mode.time_zone));
  HW_TRY(set("parallelism.default", std::to_string(mode.parallelism)));
  for (const auto& [key, value] : mode.options) HW_TRY(set(key, value));
  session.set_output_rows_max(mode.output_rows_max);
  session.set_job_starter(
      [&mode](JobGraph graph, JobOptions options) -> Result<std::unique_ptr<JobRun>> {
        if (mode.kill_after > 0) {
          return run_restarting(std::move(graph), std::move(options),
                                {.kill_after = mode.kill_after,
                                 .stops = mode.stops,
                                 .steps_between = mode.steps_between,
                                 .kills_max = mode.kills,
                                 .parallelism = mode.parallelisms});
        }
        options.single_thread = true;
        return JobRun::start(std::move(graph), std::move(options));
      });
  return Status::OK();
}

Result<std::vector<Row>> folded(const KeepingReceiver& receiver) {
  ResultFold fold(receiver.schema);
  for (const Batch& batch : receiver.batches) HW_TRY(fold.add(batch));
  HW_ASSIGN_OR_RETURN(const std::vector<Batch> batches, fold.rows());
  std::vector<Row> rows;
  for (const Batch& batch : batches) {
    HW_ASSIGN_OR_RETURN(std::vector<Change> changes, changes_of(batch));
    for (Change& change : changes) rows.push_back(std::move(change.row));
  }
  return rows;
}

}  // namespace

std::string EngineMode::to_text() const {
  std::string text = batch ? "batch" : "stream";
  text += ", parallelism " + std::to_string(parallelism) + ", batches of " +
          (slices.seed != 0 ? "1 to " : "") + std::to_string(slices.rows_max) + " rows";
  if (output_rows_max < 4096) text += ", outputs of " + std::to_string(output_rows_max);
  if (kill_after > 0) {
    text += std::string(stops ? ", stopped" : ", killed") + " after " + std::to_string(kill_after) +
            " checkpoints of every " + std::to_string(steps_between) + " steps, going on at";
    for (const int next : parallelisms) text += " " + std::to_string(next);
  }
  for (const auto& [key, value] : options) text += ", '" + key + "' = '" + value + "'";
  return text;
}

namespace {

/// What a user may set and still gets the same rows.
void draw_options(EngineMode& mode, Chance& chance) {
  const auto set = [&](const char* key, const char* value) {
    mode.options.emplace_back(key, value);
  };
  if (chance.share(0.2)) {
    set("table.optimizer.disabled-rules",
        chance.pick({"fold_constants", "factor_disjunctions", "connect_joins", "order_joins",
                     "merge_projects", "fuse_window_aggregate", "limit_sort_to_top_n",
                     "prune_columns", "merge_pruned_projects", "remove_trivial_projects",
                     "push_predicates_to_sources"}));
  }
  if (chance.share(0.1)) set("table.optimizer.reuse-sub-plan-enabled", "false");
  if (chance.share(0.1)) set("table.optimizer.multi-join.enabled", "true");
  if (chance.share(0.1)) set("pipeline.max-parallelism", chance.pick({"8", "13", "1000"}));
  // The clock of a run stands still.
  if (mode.batch) return;
  if (chance.share(0.3)) {
    set("table.optimizer.agg-phase-strategy", chance.pick({"TWO_PHASE", "TWO_PHASE", "ONE_PHASE"}));
  }
  if (chance.share(0.15)) set("table.exec.state.ttl", "10 d");
  if (chance.share(0.1)) {
    set("execution.trigger", chance.pick({"once", "available-now", "10 s"}));
  }
  if (chance.share(0.1)) {
    set("table.exec.emit.early-fire.enabled", "true");
    set("table.exec.emit.early-fire.delay", chance.pick({"0 ms", "1 s"}));
  }
  if (chance.share(0.2)) set("table.optimizer.reuse-source-enabled", "false");
}

}  // namespace

EngineMode draw_mode(bool batch, uint64_t seed) {
  Chance chance(seed);
  EngineMode mode{.batch = batch};
  // Many instances and batches of one row cost the most, and show most of what they show in few
  // jobs.
  mode.parallelism = chance.pick({1, 1, 1, 1, 2, 2, 2, 3, 3, 8});
  mode.slices.rows_max = chance.pick(
      {int64_t{1}, int64_t{2}, int64_t{7}, int64_t{7}, int64_t{20}, int64_t{64}, int64_t{4096}});
  if (chance.share(0.5)) mode.slices.seed = 1 + chance.next() / 2;
  mode.output_rows_max =
      chance.pick({int64_t{1}, int64_t{3}, int64_t{64}, int64_t{4096}, int64_t{4096}});
  if (!batch && chance.share(0.3)) {
    mode.kill_after = chance.pick({1, 2, 4});
    mode.stops = chance.share(0.3);
    mode.steps_between = chance.pick({1, 2, 2, 5, 12, 40});
    // A plan for one instance has no exchanges: it is not one for several.
    mode.parallelism = std::max(mode.parallelism, 2);
    const std::vector<int> some = {1, 2, 3, 4};
    for (int i = 0; i < 3; ++i) mode.parallelisms.push_back(chance.pick(some));
  }
  draw_options(mode, chance);
  return mode;
}

namespace {

/// A session over the tables, in a world of its own.
class Engine {
 public:
  Engine(const std::vector<GivenTable>& tables, const EngineMode& mode)
      : tables_(tables), mode_(mode), env_(kWallMs, mode.slices.seed), session_(env_) {}

  Session& session() { return session_; }

  Status prepare(const std::vector<std::string>& statements) {
    HW_TRY(configure(session_, mode_));
    for (const GivenTable& table : tables_) {
      if (!table.file_options.empty()) {
        HW_TRY(make_file_table(table));
        continue;
      }
      HW_TRY(session_.register_table(table.declaration, [&](const ScanRequest& request) {
        return make_partitioned_source(table.rows, request, mode_.slices);
      }));
    }
    for (const std::string& statement : statements) HW_TRY(execute(statement));
    return Status::OK();
  }

  Status execute(const std::string& statement) {
    HW_ASSIGN_OR_RETURN(const ast::StatementPtr parsed, parse_statement(statement));
    HW_ASSIGN_OR_RETURN(Outcome outcome, session_.execute(*parsed, receiver_));
    auto* started = std::get_if<Outcome::Started>(&outcome.what);
    return started != nullptr ? started->job->wait() : Status::OK();
  }

  const KeepingReceiver& receiver() const { return *receiver_; }

 private:
  Status make_file_table(const GivenTable& table) {
    HW_ASSIGN_OR_RETURN(const std::string path,
                        file_.write(json_lines(table.column_names, table.rows)));
    return execute("CREATE TABLE " + table.declaration +
                   " WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '" + path +
                   "', " + table.file_options + ")");
  }

  JsonFile file_;
  const std::vector<GivenTable>& tables_;
  const EngineMode& mode_;
  VirtualEnv env_;
  Session session_;
  const std::shared_ptr<KeepingReceiver> receiver_ = std::make_shared<KeepingReceiver>();
};

}  // namespace

Result<std::vector<Row>> run_on_engine(const std::vector<GivenTable>& tables,
                                       const std::vector<std::string>& statements,
                                       const std::string& query, const EngineMode& mode) {
  Engine engine(tables, mode);
  HW_TRY(engine.prepare(statements));
  HW_TRY(engine.execute(query));
  return folded(engine.receiver());
}

Result<std::vector<Row>> run_into_table(const std::vector<GivenTable>& tables,
                                        const std::vector<std::string>& statements,
                                        const WrittenTable& into, const std::string& insert,
                                        const EngineMode& mode) {
  const auto written = std::make_shared<std::vector<Batch>>();
  Engine engine(tables, mode);
  HW_TRY(engine.prepare(statements));
  HW_TRY(engine.session().register_sink(into.declaration, [&](const SinkRequest&) {
    return Result<std::unique_ptr<Sink>>(make_keeping_sink(into.accepts, written));
  }));
  HW_TRY(engine.execute(insert));
  return rows_left(into, *written);
}

}  // namespace hw::reference
