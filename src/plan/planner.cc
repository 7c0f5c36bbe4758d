// SPDX-License-Identifier: Apache-2.0

#include "plan/planner.h"

#include <algorithm>
#include <map>
#include <utility>

#include "plan/changelog/infer.h"
#include "plan/explain/advice_text.h"
#include "plan/explain/explain_text.h"
#include "plan/explain/flow_text.h"
#include "plan/explain/json_text.h"
#include "plan/explain/plan_text.h"
#include "plan/explain/recovery_text.h"
#include "plan/explain/state_text.h"
#include "plan/graph/build_graph.h"
#include "plan/graph/shared_parts.h"
#include "plan/logical/late.h"
#include "plan/logical/sink.h"
#include "plan/logical/window_tvf.h"
#include "plan/lower/asked_times.h"
#include "plan/lower/lowering.h"
#include "plan/lower/open_table.h"
#include "plan/lower/shared_readings.h"
#include "plan/rules/rule.h"
#include "runtime/format_catalogue.h"

namespace hw {
namespace {

/// Takes every kind and nothing else: for EXPLAIN of a query that goes nowhere.
class ExplainSink final : public Sink {
 public:
  RowKindSet accepts() const override { return RowKindSet::all(); }
  Guarantee guarantee() const override { return Guarantee::kNone; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext&) override {
    return Status::UnknownError("the sink of EXPLAIN takes no rows");
  }
  Description describe() const override { return {.name = "Collect", .details = {}}; }
};

/// Everything that planning finds out.
struct Planned {
  /// One per root: a SinkNode, or a query's plan.
  std::vector<LogicalNodePtr> optimized;
  /// One per root: sinks with final traits.
  std::vector<PhysicalNodePtr> physical;
  JobGraph graph;
  /// Those that share less.
  std::vector<JobGraph> unshared;
  std::vector<std::string> warnings;
};

Result<int> parallelism_of(const PlanContext& context) {
  const int wanted = context.config->parallelism().value_or(context.default_parallelism);
  const int most = context.config->max_parallelism();
  if (wanted > most) {
    return Status::Invalid("parallelism is at most 'pipeline.max-parallelism' = ", most,
                           ", but is ", wanted);
  }
  return std::max(1, wanted);
}

/// What a scan's source tells of its size, whatever its columns. A table that cannot be read says
/// so when it is lowered.
std::optional<TableEstimate> estimate_of(const ScanNode& scan, const Lowering& lowering) {
  std::vector<int> columns;
  for (const int declared : scan.spec().columns) {
    const TableColumn& column = scan.table().columns[static_cast<size_t>(declared)];
    if (columns.empty() && column.origin == ColumnOrigin::kPhysical) columns.push_back(declared);
  }
  Result<ScanRequest> request = scan_request(scan, columns, {}, lowering);
  if (!request.ok()) return std::nullopt;
  const auto source = open_source(scan, *std::move(request), lowering);
  if (!source.ok()) return std::nullopt;
  const auto* sized = dynamic_cast<const EstimatesRows*>(source->get());
  if (sized == nullptr || lowering.context.env == nullptr) return std::nullopt;
  Result<TableEstimate> told = sized->estimate(*lowering.context.env);
  return told.ok() ? std::optional(*std::move(told)) : std::nullopt;
}

/// Whether the scan's format reads fields of rows one by one.
bool can_narrow(const ScanNode& scan, const PlanContext& context) {
  if (scan.table().registered_source || context.formats == nullptr) return false;
  const auto format = scan.spec().options.find("format");
  if (format == scan.spec().options.end()) return false;
  const FormatRecord* record = context.formats->find(format->second);
  return record != nullptr && record->reads_fields;
}

/// Whether the scan's source may make something of predicates: formats that read a file in blocks.
bool may_skip_rows(const ScanNode& scan, const PlanContext& context) {
  if (scan.table().registered_source || context.formats == nullptr) return true;
  const auto format = scan.spec().options.find("format");
  if (format == scan.spec().options.end()) return false;
  const FormatRecord* record = context.formats->find(format->second);
  return record == nullptr || record->bulk_reader != nullptr;
}

/// Each table is asked once a job.
class EstimateCache {
 public:
  std::optional<TableEstimate> of(const ScanNode& scan, const Lowering& lowering) {
    const auto found = known_.find({scan.spec().path.to_text(), scan.spec().options});
    if (found != known_.end()) return found->second;
    std::optional<TableEstimate> told = estimate_of(scan, lowering);
    known_.emplace(Key(scan.spec().path.to_text(), scan.spec().options), told);
    return told;
  }

 private:
  using Key = std::pair<std::string, std::map<std::string, std::string>>;
  std::map<Key, std::optional<TableEstimate>> known_;
};

Result<PhysicalNodePtr> lower_root(const PlanRoot& root, const LogicalNodePtr& plan,
                                   Lowering& lowering) {
  HW_ASSIGN_OR_RETURN(PhysicalNodePtr lowered, lower(plan, lowering));
  if (plan->kind() == NodeKind::kSink) return lowered;
  std::shared_ptr<Sink> collect = root.collect;
  if (collect == nullptr) collect = std::make_shared<ExplainSink>();
  return collecting_sink(std::move(lowered), std::move(collect));
}

bool is_event_session(const WindowSpec& window) {
  return window.kind == WindowKind::kSession && window.event_time;
}

/// Also those that only tell which rows are late.
bool has_event_sessions(const LogicalNode& node) {
  const auto* tvf = node.kind() == NodeKind::kWindowTvf ? &node.as<WindowTvfNode>() : nullptr;
  if (tvf != nullptr && is_event_session(tvf->spec())) return true;
  const auto* late = node.kind() == NodeKind::kLate ? &node.as<LateNode>() : nullptr;
  if (late != nullptr && is_event_session(late->parts().window)) return true;
  const std::vector<LogicalNodePtr>& inputs = node.inputs();
  return std::any_of(inputs.begin(), inputs.end(),
                     [](const LogicalNodePtr& input) { return has_event_sessions(*input); });
}

/// A job that ends when it has read what is there needs sources that know what that is.
Status check_ends(const PhysicalNode& node) {
  if (node.kind == PhysicalKind::kSource && !node.bounded) {
    return at(node.position,
              Status::Invalid("a job that reads what is there now and ends ('execution.trigger', "
                              "--available-now) cannot read '",
                              node.table, "', which goes on for ever"));
  }
  for (const PhysicalNodePtr& input : node.inputs) HW_TRY(check_ends(*input));
  return Status::OK();
}

LocalAggregation local_aggregation(const SessionConfig& config) {
  const std::string strategy = config.text("table.optimizer.agg-phase-strategy");
  if (strategy == "ONE_PHASE") return LocalAggregation::kNever;
  if (strategy == "TWO_PHASE") return LocalAggregation::kAlways;
  return config.boolean("table.optimizer.distinct-agg.split.enabled")
             ? LocalAggregation::kForDistinct
             : LocalAggregation::kWhereKeysAreFew;
}

/// Beside a graph that shares something those that share less.
Status build_unshared(GraphOptions options, Planned& planned) {
  const auto shares = [&] {
    return options.sharing && !SharedParts(planned.physical, options.sharing_sources).none();
  };
  if (!shares()) return Status::OK();
  if (std::exchange(options.sharing_sources, false) && shares()) {
    HW_ASSIGN_OR_RETURN(JobGraph apart, build_graph(planned.physical, options));
    planned.unshared.push_back(std::move(apart));
  }
  options.sharing = false;
  HW_ASSIGN_OR_RETURN(JobGraph unshared, build_graph(planned.physical, options));
  planned.unshared.push_back(std::move(unshared));
  return Status::OK();
}

Result<Planned> plan_roots(const std::vector<PlanRoot>& roots, const PlanContext& context) {
  Planned planned;
  HW_ASSIGN_OR_RETURN(const int parallelism, parallelism_of(context));
  Lowering lowering{context, context.config->expr_session(), parallelism, {}};
  lowering.has_sessions = std::any_of(roots.begin(), roots.end(), [](const PlanRoot& root) {
    return has_event_sessions(*root.node);
  });
  RuleContext rules{lowering.session};
  EstimateCache estimates;
  if (lowering.batch() && !may_go_on(*context.config)) {
    rules.tables = [&](const ScanNode& scan) { return estimates.of(scan, lowering); };
  }
  rules.narrows = [&](const ScanNode& scan) { return can_narrow(scan, context); };
  const std::vector<std::string> disabled = context.config->disabled_rules();
  for (const PlanRoot& root : roots) {
    HW_ASSIGN_OR_RETURN(LogicalNodePtr plan,
                        optimize(root.node, rules, disabled, context.env, nullptr));
    add_asked_times(*plan, context, lowering.asked_times);
    planned.optimized.push_back(std::move(plan));
  }
  const bool sharing =
      !lowering.batch() && context.config->boolean("table.optimizer.reuse-sub-plan-enabled");
  const bool sharing_sources = context.config->boolean("table.optimizer.reuse-source-enabled");
  if (sharing && sharing_sources) {
    planned.optimized = share_readings(std::move(planned.optimized), [&](const ScanNode& scan) {
      return may_skip_rows(scan, context);
    });
    lowering.shared_scans = SharedScans(planned.optimized, lowering.session);
  }
  for (size_t i = 0; i < roots.size(); ++i) {
    HW_ASSIGN_OR_RETURN(PhysicalNodePtr sink, lower_root(roots[i], planned.optimized[i], lowering));
    if (context.available_now) HW_TRY(check_ends(*sink));
    HW_TRY(infer_changelog(*sink, lowering));
    planned.physical.push_back(std::move(sink));
  }
  GraphOptions options;
  options.session = lowering.session;
  options.parallelism = parallelism;
  options.max_parallelism = context.config->max_parallelism();
  options.chaining = context.config->boolean("pipeline.operator-chaining.enabled");
  options.sharing = sharing;
  options.sharing_sources = sharing_sources;
  options.local_aggregation = local_aggregation(*context.config);
  HW_ASSIGN_OR_RETURN(planned.graph, build_graph(planned.physical, options));
  HW_TRY(build_unshared(options, planned));
  planned.graph.name = context.config->pipeline_name().value_or("");
  for (std::string& warning : lowering.warnings) {
    // Two joins of a kind have one.
    const std::vector<std::string>& so_far = planned.warnings;
    if (std::find(so_far.begin(), so_far.end(), warning) != so_far.end()) continue;
    planned.warnings.push_back(std::move(warning));
  }
  return planned;
}

}  // namespace

Result<JobPlan> plan_job(std::vector<PlanRoot> roots, const PlanContext& context) {
  HW_ASSIGN_OR_RETURN(Planned planned, plan_roots(roots, context));
  JobPlan plan;
  plan.schema = planned.optimized[0]->schema();
  plan.kinds = planned.physical[0]->input().traits.kinds;
  plan.bounded = std::all_of(planned.physical.begin(), planned.physical.end(),
                             [](const PhysicalNodePtr& sink) { return sink->bounded; });
  plan.graph = std::move(planned.graph);
  plan.unshared = std::move(planned.unshared);
  plan.warnings = std::move(planned.warnings);
  for (const std::string& state : unbounded_states(planned.physical, *context.config)) {
    plan.warnings.push_back("state grows for as long as the job runs: " + state);
  }
  return plan;
}

Result<std::string> explain_plan(std::vector<PlanRoot> roots, const PlanContext& context,
                                 const ExplainOptions& options) {
  return explain_text(std::move(roots), context, {.changelog = options.changelog});
}

Result<std::string> explain_text(std::vector<PlanRoot> roots, const PlanContext& context,
                                 const ExplainSections& sections) {
  HW_ASSIGN_OR_RETURN(const Planned planned, plan_roots(roots, context));
  std::string text = "== Abstract Syntax Tree ==\n";
  for (const PlanRoot& root : roots) text += to_text(root.node);
  text += sections.advice ? "\n== Optimized Physical Plan With Advice ==\n"
                          : "\n== Optimized Physical Plan ==\n";
  for (const PhysicalNodePtr& sink : planned.physical) {
    // The sink that collects is the client's and no part of the query.
    const bool collects = sink->logical == nullptr;
    text += physical_text(collects ? sink->input() : *sink, sections.changelog);
  }
  const SessionConfig& config = *context.config;
  if (sections.advice) text += advice_text(planned.physical, config, planned.graph.parallelism);
  text += "\n== Optimized Execution Plan ==\n" + execution_text(planned.graph);
  text += "\n== Flow ==\n" + flow_text(planned.physical, config.mode() == RuntimeMode::kBatch);
  text += "\n== Recovery ==\n" + recovery_text(planned.physical, config);
  if (sections.state) text += "\n== State ==\n" + state_text(planned.physical, config);
  if (sections.json) text += "\n== Physical Execution Plan ==\n" + json_plan_text(planned.graph);
  if (!planned.warnings.empty()) text += "\n== Warnings ==\n";
  for (const std::string& warning : planned.warnings) text += warning + "\n";
  return text;
}

}  // namespace hw
