// SPDX-License-Identifier: Apache-2.0

#include "engine/session.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/env/env.h"
#include "columnar/column_builder.h"
#include "engine/analyze_report.h"
#include "engine/catalogues.h"
#include "engine/system_time_zone.h"
#include "plan/catalog/stored_catalog.h"
#include "plan/logical/sink.h"
#include "sql/binder.h"
#include "sql/parser.h"

namespace hw {
namespace {

Result<Batch> listing_batch(const BoundListing& listing) {
  std::vector<ColumnPtr> columns;
  for (int i = 0; i < listing.schema->num_fields(); ++i) {
    HW_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::make(listing.schema->type(i)));
    for (const auto& row : listing.rows) {
      const std::optional<std::string>& cell = row[static_cast<size_t>(i)];
      HW_TRY(cell ? builder->append_bytes(*cell) : builder->append_null());
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr column, builder->finish());
    columns.push_back(std::move(column));
  }
  return Batch(listing.schema, std::move(columns), static_cast<int64_t>(listing.rows.size()));
}

bool asks_for(const std::vector<ast::ExplainDetail>& details, ast::ExplainDetail detail) {
  return std::find(details.begin(), details.end(), detail) != details.end();
}

ExplainSections sections_of(const std::vector<ast::ExplainDetail>& details) {
  return {.changelog = asks_for(details, ast::ExplainDetail::kChangelogMode),
          .state = asks_for(details, ast::ExplainDetail::kState),
          .advice = asks_for(details, ast::ExplainDetail::kPlanAdvice),
          .json = asks_for(details, ast::ExplainDetail::kJsonExecutionPlan)};
}

std::vector<PlanRoot> roots_of(const std::vector<LogicalNodePtr>& plans) {
  std::vector<PlanRoot> roots;
  for (const LogicalNodePtr& plan : plans) roots.push_back({.node = plan, .collect = nullptr});
  return roots;
}

std::string names_of(const std::vector<ObjectPath>& sinks) {
  std::string names;
  for (const ObjectPath& sink : sinks) {
    if (!names.empty()) names += ",";
    names += sink.object;
  }
  return names;
}

/// Accepts any shape and drops the rows; for planning without running.
class NoReceiver final : public RowReceiver {
 public:
  Status begin(const ResultShape&) override { return Status::OK(); }
  Status receive(const Batch&) override { return Status::OK(); }
  Status end() override { return Status::OK(); }
};

template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace

Session::Session(Env& env) : env_(env) { config_.set_system_time_zone(system_time_zone(env)); }

BinderContext Session::binder_context() const {
  return {.catalog = &catalog_,
          .config = &config_,
          .functions = &catalogues().functions,
          .connectors = &catalogues().connectors,
          .formats = &catalogues().formats,
          .env = &env_};
}

PlanContext Session::plan_context() const {
  return {.config = &config_,
          .functions = &catalogues().functions,
          .connectors = &catalogues().connectors,
          .formats = &catalogues().formats,
          .env = &env_,
          .default_parallelism = env_.num_cores(),
          .available_now = available_now()};
}

bool Session::available_now() const {
  // A batch reads to its end anyway.
  if (config_.mode() == RuntimeMode::kBatch) return false;
  return durability_.available_now || config_.trigger().ends();
}

Result<std::unique_ptr<JobRun>> Session::start_job(JobPlan& plan, bool is_query) {
  JobGraph graph = std::move(plan.graph);
  std::vector<std::string>& warnings = plan.warnings;
  JobOptions options{.env = &env_, .output_rows_max = output_rows_max_};
  options.available_now = available_now();
  if (job_starter_) return job_starter_(std::move(graph), options);
  // What a SELECT has printed cannot be taken back, and it has no name to go on under.
  if (!config_.text("execution.state-recovery.path").empty()) {
    if (!is_query && !takes_checkpoints(config_))
      return Status::Invalid(
          "--restore ('execution.state-recovery.path') is for jobs that take checkpoints: give "
          "--state-dir, or set 'execution.checkpointing.interval'");
    if (is_query)
      warnings.push_back("a SELECT keeps no state: it begins anew, whatever --restore names");
  }
  if (!is_query && !takes_checkpoints(config_) &&
      !config_.text("execution.checkpointing.dir").empty())
    warnings.push_back(
        "'execution.checkpointing.mode' is NONE: the job takes no checkpoints and does "
        "not go on from those in its directory");
  if (is_query || !takes_checkpoints(config_)) return JobRun::start(std::move(graph), options);
  if (!durable_jobs_.insert(graph.name).second)
    return Status::Invalid("two jobs are called '", graph.name,
                           "', and the name says where a job's checkpoints are: SET "
                           "'pipeline.name' for one of them");
  HW_ASSIGN_OR_RETURN(DurableSettings settings, durable_settings(config_, durability_, graph.name,
                                                                 plan.bounded, env_, warnings));
  options.checkpoints = std::move(settings.checkpoints);
  settings.job.unshared = std::move(plan.unshared);
  return start_durable_job(std::move(graph), std::move(options), std::move(settings.job));
}

Result<Outcome> Session::start(std::vector<PlanRoot> roots, bool is_query, std::string default_name,
                               RowReceiver* receiver) {
  HW_ASSIGN_OR_RETURN(JobPlan plan, plan_job(std::move(roots), plan_context()));
  plan.graph.name = config_.pipeline_name().value_or(default_name);
  if (receiver != nullptr) {
    HW_TRY(receiver->begin({.schema = plan.schema,
                            .kinds = plan.kinds,
                            .bounded = plan.bounded,
                            .batch_mode = config_.mode() == RuntimeMode::kBatch}));
  }
  Outcome::Started started;
  started.is_query = is_query;
  started.bounded = plan.bounded;
  started.name = plan.graph.name;
  HW_ASSIGN_OR_RETURN(started.job, start_job(plan, is_query));
  return Outcome{.what = std::move(started), .warnings = std::move(plan.warnings)};
}

Result<Outcome> Session::analyze(const BoundExplain& explain) {
  std::vector<PlanRoot> roots = roots_of(explain.plans);
  for (PlanRoot& root : roots) {
    const bool query = root.node->kind() != NodeKind::kSink;
    if (query) root.collect = make_collecting_sink(std::make_shared<NoReceiver>());
  }
  HW_ASSIGN_OR_RETURN(JobPlan plan, plan_job(std::move(roots), plan_context()));
  plan.graph.name = "EXPLAIN ANALYZE";
  const AnalyzeReport report(plan.graph);
  Outcome::Started started;
  started.is_query = true;
  started.bounded = plan.bounded;
  started.name = plan.graph.name;
  started.report = [report, &env = env_, since_ns = env_.monotonic_ns()](const JobRun& job) {
    return report.text(job.metrics(), env.monotonic_ns() - since_ns);
  };
  HW_ASSIGN_OR_RETURN(started.job, start_job(plan, true));
  return Outcome{.what = std::move(started), .warnings = std::move(plan.warnings)};
}

Result<Outcome> Session::create_and_fill(const BoundCreateAs& create) {
  if (create.plan == nullptr) return Outcome{};
  const Catalog before = catalog_;
  const ObjectPath& path = create.plan->as<SinkNode>().spec().path;
  const auto replaced = catalog_.find(path);
  Status made;
  for (const BoundChange& change : create.changes) {
    made = apply_to_catalog(change, catalog_);
    if (!made.ok()) break;
  }
  auto outcome = made.ok() ? start(roots_of({create.plan}), false, path.object, nullptr)
                           : Result<Outcome>(made);
  if (outcome.ok()) return outcome;
  // A catalog in memory is as it was, one of definitions is made so; another one outside has lost
  // what was replaced.
  if (made.ok()) {
    const Status dropped = catalog_.drop(path, {.kind = Catalog::Kind::kTable});
    if (!dropped.ok()) return while_doing(outcome.status(), dropped.message());
  }
  catalog_ = before;
  const auto catalog = catalog_.catalog(path.catalog);
  StoredCatalog* stored = catalog.ok() ? as_stored((*catalog)->external.get()) : nullptr;
  if (stored != nullptr && replaced.ok() && *replaced && !(*replaced)->temporary) {
    const Status restored = stored->create(path, **replaced);
    if (!restored.ok()) return while_doing(outcome.status(), restored.message());
  }
  return outcome;
}

Result<Outcome> Session::execute(const ast::Statement& statement,
                                 std::shared_ptr<RowReceiver> receiver) {
  HW_ASSIGN_OR_RETURN(const BoundStatement bound, Binder(binder_context()).bind(statement));
  const auto carry_out = Overloaded{
      [&](const BoundQuery& query) -> Result<Outcome> {
        RowReceiver* asked = receiver.get();
        PlanRoot root{.node = query.plan, .collect = make_collecting_sink(std::move(receiver))};
        auto outcome = start({std::move(root)}, true, "query", asked);
        return outcome.ok() ? std::move(outcome)
                            : Result<Outcome>(at(bound.position, outcome.status()));
      },
      [&](const BoundInsert& insert) -> Result<Outcome> {
        auto outcome = start(roots_of(insert.plans), false, names_of(insert.sinks), nullptr);
        return outcome.ok() ? std::move(outcome)
                            : Result<Outcome>(at(bound.position, outcome.status()));
      },
      [&](const BoundExplain& explain) -> Result<Outcome> {
        const auto& details = statement.as<ast::Explain>().details;
        if (asks_for(details, ast::ExplainDetail::kAnalyze)) {
          auto outcome = analyze(explain);
          return outcome.ok() ? std::move(outcome)
                              : Result<Outcome>(at(bound.position, outcome.status()));
        }
        HW_ASSIGN_OR_RETURN(std::string text, explain_text(roots_of(explain.plans), plan_context(),
                                                           sections_of(details)));
        return Outcome{.what = Outcome::Text{std::move(text)}, .warnings = {}};
      },
      [&](const BoundListing& listing) -> Result<Outcome> {
        HW_ASSIGN_OR_RETURN(Batch rows, listing_batch(listing));
        return Outcome{.what = Outcome::Listing{std::move(rows)}, .warnings = {}};
      },
      [&](const BoundNothing&) -> Result<Outcome> { return Outcome{}; },
      [&](const BoundCreateAs& create) -> Result<Outcome> {
        auto outcome = create_and_fill(create);
        return outcome.ok() ? std::move(outcome)
                            : Result<Outcome>(at(bound.position, outcome.status()));
      },
      [&](const BoundChange&) -> Result<Outcome> {
        HW_ASSIGN_OR_RETURN(auto warnings, apply_change(bound, catalog_, config_));
        return Outcome{.what = Outcome::Done{}, .warnings = std::move(warnings)};
      }};
  HW_ASSIGN_OR_RETURN(Outcome outcome, std::visit(carry_out, bound.what));
  outcome.warnings.insert(outcome.warnings.begin(), bound.warnings.begin(), bound.warnings.end());
  return outcome;
}

Status Session::check(const ast::Statement& statement) {
  HW_ASSIGN_OR_RETURN(const BoundStatement bound, Binder(binder_context()).bind(statement));
  if (std::holds_alternative<BoundChange>(bound.what)) {
    catalog_.leave_outside_alone();
    return apply_change(bound, catalog_, config_).status();
  }
  std::vector<PlanRoot> roots;
  if (const auto* query = std::get_if<BoundQuery>(&bound.what)) {
    roots.push_back(
        {.node = query->plan, .collect = make_collecting_sink(std::make_shared<NoReceiver>())});
  } else if (const auto* insert = std::get_if<BoundInsert>(&bound.what)) {
    roots = roots_of(insert->plans);
  } else if (const auto* explain = std::get_if<BoundExplain>(&bound.what)) {
    return explain_plan(roots_of(explain->plans), plan_context(), {}).status();
  } else if (const auto* create = std::get_if<BoundCreateAs>(&bound.what)) {
    if (create->plan == nullptr) return Status::OK();
    catalog_.leave_outside_alone();
    for (const BoundChange& change : create->changes) {
      HW_TRY(at(bound.position, apply_to_catalog(change, catalog_)));
    }
    roots = roots_of({create->plan});
  } else {
    return Status::OK();
  }
  return at(bound.position, plan_job(std::move(roots), plan_context()).status());
}

Result<std::string> Session::explain(const ast::Statement& statement,
                                     const ExplainSections& sections) {
  HW_ASSIGN_OR_RETURN(const BoundStatement bound, Binder(binder_context()).bind(statement));
  if (const auto* query = std::get_if<BoundQuery>(&bound.what)) {
    return explain_text(roots_of({query->plan}), plan_context(), sections);
  }
  if (const auto* insert = std::get_if<BoundInsert>(&bound.what)) {
    return explain_text(roots_of(insert->plans), plan_context(), sections);
  }
  if (const auto* create = std::get_if<BoundCreateAs>(&bound.what)) {
    if (create->plan == nullptr) return std::string();
    catalog_.leave_outside_alone();
    for (const BoundChange& change : create->changes) {
      HW_TRY(at(bound.position, apply_to_catalog(change, catalog_)));
    }
    return explain_text(roots_of({create->plan}), plan_context(), sections);
  }
  if (std::holds_alternative<BoundChange>(bound.what)) {
    catalog_.leave_outside_alone();
    HW_TRY(apply_change(bound, catalog_, config_).status());
  }
  return std::string();
}

Status Session::register_table(std::string_view declaration, SourceMaker source) {
  return register_ends(declaration, std::move(source), nullptr);
}

Status Session::register_sink(std::string_view declaration, SinkMaker sink) {
  return register_ends(declaration, nullptr, std::move(sink));
}

Status Session::register_ends(std::string_view declaration, SourceMaker source, SinkMaker sink) {
  HW_ASSIGN_OR_RETURN(const ast::StatementPtr statement,
                      parse_statement("CREATE TABLE " + std::string(declaration)));
  BinderContext context = binder_context();
  context.registered_tables = true;
  HW_ASSIGN_OR_RETURN(const BoundStatement bound, Binder(context).bind(*statement));
  const auto* change = std::get_if<BoundChange>(&bound.what);
  const auto* create = change ? std::get_if<CreateObject>(&change->change) : nullptr;
  if (create == nullptr || create->object.table == nullptr) {
    return Status::Invalid("a registered table is declared as name (columns)");
  }
  auto table = std::make_shared<TableDefinition>(*create->object.table);
  table->registered_source = std::move(source);
  table->registered_sink = std::move(sink);
  return catalog_.create(create->path, {.table = std::move(table), .view = nullptr}, {});
}

}  // namespace hw
