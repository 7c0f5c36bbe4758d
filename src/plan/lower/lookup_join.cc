// SPDX-License-Identifier: Apache-2.0
//
// Lookup joins. The right side is lowered as if it were read, in one go; its source and what
// filters and projects its rows become the recipe of the copy that rows are found in.

#include "operators/lookup_join.h"

#include <algorithm>
#include <utility>

#include "operators/lookup_cache.h"
#include "operators/lookup_copy.h"
#include "operators/lookup_retry.h"
#include "operators/lookup_timeout.h"
#include "plan/changelog/infer.h"
#include "plan/logical/age_text.h"
#include "plan/logical/join.h"
#include "plan/logical/scan.h"
#include "plan/lower/lookup_plan.h"
#include "plan/lower/lowering.h"
#include "plan/lower/open_table.h"

namespace hw {
namespace {

/// The table that is read; what stands above it filters and projects only.
const ScanNode* scan_below(const LogicalNodePtr& node) {
  if (const auto* scan = node_if<ScanNode>(node)) return scan;
  const bool passes = node->kind() == NodeKind::kProject || node->kind() == NodeKind::kFilter;
  return passes ? scan_below(node->input()) : nullptr;
}

/// The right side as a bounded plan, whatever else its source could do.
Result<PhysicalNodePtr> lower_whole(const LogicalNodePtr& node, Lowering& lowering) {
  PlanContext context = lowering.context;
  context.available_now = true;
  Lowering whole{context, lowering.session, lowering.parallelism, {}};
  HW_ASSIGN_OR_RETURN(PhysicalNodePtr right, lower(node, whole));
  for (std::string& warning : whole.warnings) lowering.warnings.push_back(std::move(warning));
  infer_kinds(*right, lowering.batch());
  return right;
}

bool holds_unique_key(const ChangelogTraits& traits, const std::vector<int>& columns) {
  return std::any_of(traits.upsert_keys.begin(), traits.upsert_keys.end(),
                     [&](const std::vector<int>& key) {
                       return std::all_of(key.begin(), key.end(), [&](int column) {
                         return std::find(columns.begin(), columns.end(), column) != columns.end();
                       });
                     });
}

/// The source below, and the operators between it and the join, the lowest first.
Result<LookupCopySpec> copy_of(const PhysicalNode& right, const ScanNode& scan,
                               const Lowering& lowering) {
  LookupCopySpec spec;
  const PhysicalNode* node = &right;
  for (; node->kind == PhysicalKind::kCalc; node = &node->input()) {
    spec.steps.insert(spec.steps.begin(), make_calc_of(*node, lowering.session));
  }
  const bool changes = node->kind == PhysicalKind::kNormalize ||
                       node->kind == PhysicalKind::kFold ||
                       (node->source != nullptr && !node->source->changelog().is_insert_only());
  if (changes) {
    return not_supported_yet(
        "looking rows up in '" + scan.spec().path.object + "', a table with updates or deletes",
        scan.spec().position);
  }
  if (node->kind != PhysicalKind::kSource) {
    return Status::UnknownError("a table that is looked up has become ", line_of(*node));
  }
  if (!node->source->bounded()) {
    return at(scan.spec().position,
              Status::Invalid("a table that is looked up is copied whole, but '",
                              scan.spec().path.object, "' has no end"));
  }
  spec.source = node->source;
  spec.transform = node->transform;
  spec.schema = right.schema;
  return spec;
}

Details details_of(const PhysicalNode& node, const PhysicalNode& right) {
  Details details = {{"table", node.lookup->table}, {"cache", node.lookup->cache}};
  if (!node.lookup->retry.empty()) details.emplace_back("retry", node.lookup->retry);
  details.insert(details.end(), node.details.begin(), node.details.end());
  std::string fields;
  for (const SqlField& field : right.schema->fields()) {
    fields += (fields.empty() ? "" : ", ") + field.name;
  }
  details.emplace_back("lookup", fields);
  for (const PhysicalNode* below = &right; below->kind == PhysicalKind::kCalc;
       below = &below->input()) {
    if (below->condition != nullptr) details.emplace_back("where", below->condition->to_sql());
  }
  return details;
}

/// What the hint says, and the configuration.
LookupAsking asking_of(const JoinNode::Lookup& lookup, const Lowering& lowering) {
  const SessionConfig& config = *lowering.context.config;
  LookupAsking asking = lookup.asking;
  if (!asking.ordered) {
    asking.ordered = config.text("table.exec.async-lookup.output-mode") == "ORDERED";
  }
  if (!asking.capacity) {
    asking.capacity = config.integer("table.exec.async-lookup.buffer-capacity");
  }
  if (!asking.timeout_ms) {
    asking.timeout_ms = config.duration_ms("table.exec.async-lookup.timeout");
  }
  return asking;
}

std::string cache_text(const LookupWay& way) {
  std::string text = way.copy && !way.copy->each_time ? "FULL" : way.cache ? "PARTIAL" : "NONE";
  if (way.copy && way.copy->timetable) text += ", by the clock";
  if (way.copy && way.copy->interval_ms > 0) {
    text += ", again after " + age_text(way.copy->interval_ms);
  }
  if (!way.cache) return text;
  if (way.cache->rows_max > 0) text += ", " + std::to_string(way.cache->rows_max) + " rows";
  if (way.cache->after_write_ms > 0) {
    text += ", " + age_text(way.cache->after_write_ms) + " after write";
  }
  if (way.cache->after_access_ms > 0) {
    text += ", " + age_text(way.cache->after_access_ms) + " after access";
  }
  return text + (way.cache->misses ? "" : ", no misses");
}

/// What a hint asks of the table that it cannot do.
void warn_unused(const LookupWay& way, const JoinNode::Lookup& lookup, const std::string& table,
                 Lowering& lowering) {
  const LookupAsking& asking = lookup.asking;
  std::string names;
  const auto add = [&](bool given, const char* name) {
    if (given) names += (names.empty() ? "'" : ", '") + std::string(name) + "'";
  };
  const bool copied = way.copy && !way.copy->each_time;
  if (!way.async) {
    add(asking.async.has_value(), "async");
    add(asking.ordered.has_value(), "output-mode");
    add(asking.capacity.has_value(), "capacity");
    add(asking.timeout_ms.has_value(), "timeout");
  }
  add(copied && asking.retry, "retry-predicate");
  if (names.empty()) return;
  lowering.warnings.push_back(
      "hint LOOKUP: " + names + " of table '" + table + "' changes nothing: rows are found in " +
      (copied ? "a copy of the table, at once" : "the table as it is read, at once"));
}

/// A reader, and what the query and the connector put in front of it.
LookupReaderFactory in_front_of(LookupReaderFactory reader, const LookupWay& way,
                                const LookupAsking& asking, LookupCacheSpec cache,
                                LookupTimeout timeout) {
  const bool copied = way.copy && !way.copy->each_time;
  const std::optional<LookupRetry> retry = copied ? std::nullopt : asking.retry;
  const bool cached = way.cache && !cache.keys.empty();
  const bool timed = way.async;
  if (!retry && !cached && !timed) return reader;
  return [reader = std::move(reader), retry, cached, timed, cache = std::move(cache),
          timeout = std::move(timeout)](
             OperatorContext& context) -> Result<std::unique_ptr<LookupReader>> {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<LookupReader> made, reader(context));
    if (retry) made = make_lookup_retry(std::move(made), *retry, context);
    if (cached) made = make_lookup_cache(std::move(made), cache, context);
    if (timed) made = make_lookup_timeout(std::move(made), timeout, context);
    return made;
  };
}

}  // namespace

Result<PhysicalNodePtr> lower_lookup_join(const LogicalNodePtr& node, Lowering& lowering) {
  const auto& join = node->as<JoinNode>();
  const JoinNode::Parts& parts = join.parts();
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(join.left(), lowering));
  const ScanNode* scan = scan_below(join.right());
  if (scan == nullptr) return Status::UnknownError("a lookup join without a table");
  LookupRequest request;
  HW_ASSIGN_OR_RETURN(request.scan, scan_request(*scan, scan->spec().columns, {}, lowering));
  request.keys = parts.right_keys;
  const LookupAsking asking = asking_of(*parts.lookup, lowering);
  request.asking = asking;
  HW_ASSIGN_OR_RETURN(const LookupWay way, open_lookup(*scan, std::move(request), lowering));
  HW_ASSIGN_OR_RETURN(const PhysicalNodePtr right, lower_whole(join.right(), lowering));
  auto plan = std::make_shared<LookupPlan>();
  plan->found = right->schema;
  plan->unique = holds_unique_key(right->traits, parts.right_keys);
  plan->table = scan->spec().path.to_text();
  plan->position = parts.position;
  plan->cache = cache_text(way);
  plan->changes = !way.copy || way.copy->may_change() || way.cache;
  if (asking.retry && plan->cache.rfind("FULL", 0) != 0) {
    plan->retry = "lookup_miss, " + age_text(asking.retry->delay_ms) + ", " +
                  std::to_string(asking.retry->attempts) + " times";
  }
  warn_unused(way, *parts.lookup, scan->spec().path.object, lowering);
  LookupReaderFactory reader = way.reader;
  if (way.copy) {
    HW_ASSIGN_OR_RETURN(LookupCopySpec copy, copy_of(*right, *scan, lowering));
    copy.keys = parts.right_keys;
    copy.reload = *way.copy;
    reader = [copy = std::move(copy)](OperatorContext& context) {
      return make_lookup_copy(copy, context);
    };
  }
  plan->reader = in_front_of(std::move(reader), way, asking,
                             {.rule = way.cache.value_or(LookupCacheRule()),
                              .schema = right->schema,
                              .keys = parts.right_keys},
                             {.timeout_ms = *asking.timeout_ms, .table = plan->table});
  std::vector<Placement> placements = {Placement::any()};
  if (parts.lookup->shuffled && !parts.left_keys.empty()) {
    placements = {Placement::by(parts.left_keys)};
  }
  PhysicalNodePtr lowered = physical_node(PhysicalKind::kLookupJoin, "LookupJoin", node,
                                          std::move(inputs), std::move(placements));
  lowered->lookup = std::move(plan);
  lowered->details = details_of(*lowered, *right);
  return lowered;
}

OperatorMaker make_lookup_join_of(const PhysicalNode& node, const ExprSession& session) {
  const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
  LookupJoinSpec spec;
  spec.kind = parts.kind;
  spec.input = node.input().schema;
  spec.keys = parts.left_keys;
  spec.reader = node.lookup->reader;
  spec.found = node.lookup->found;
  spec.residual = parts.condition;
  spec.output = node.schema;
  spec.session = session;
  return [spec = std::move(spec)] { return make_lookup_join(spec); };
}

}  // namespace hw
