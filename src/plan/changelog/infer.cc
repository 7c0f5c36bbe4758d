// SPDX-License-Identifier: Apache-2.0

#include "plan/changelog/infer.h"

#include <algorithm>
#include <utility>

#include "plan/changelog/held_watermarks.h"
#include "plan/changelog/lost_times.h"
#include "plan/changelog/origin_of_changes.h"
#include "plan/changelog/repeatable_values.h"
#include "plan/changelog/state_ttl.h"
#include "plan/logical/sink.h"

namespace hw {
namespace {

bool updates(RowKindSet kinds) { return kinds.contains(RowKind::kUpdateAfter); }

/// Who can leave -U away does so when nobody wants it; others pass on what they get.
bool decides(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kGroupAggregate:
    case PhysicalKind::kNormalize:
    case PhysicalKind::kOver:
    case PhysicalKind::kTopN:
    case PhysicalKind::kDeduplicate:
      return true;
    case PhysicalKind::kMaterialize:
      return resolves_conflicts(node);
    case PhysicalKind::kWindowAggregate:
      return node.emit.has_value();
    default:
      return false;
  }
}

/// Pass two: the demand down, the final kinds up.
void infer_down(PhysicalNode& node, bool wanted, bool batch) {
  node.traits.update_before_wanted = wanted;
  const bool from_inputs = needs_update_before(node) || (wanted && !decides(node));
  for (PhysicalNodePtr& input : node.inputs) infer_down(*input, from_inputs, batch);
  ChangelogTraits traits = own_traits(node, batch);
  traits.update_before_wanted = wanted;
  if (decides(node) && !wanted) traits.kinds = traits.kinds.without(RowKind::kUpdateBefore);
  // Inputs of a union agree: where one still sends -U, all do (a source cannot leave it away).
  node.traits = std::move(traits);
}

std::string column_names(const Schema& schema, const std::vector<int>& columns) {
  std::string names;
  for (const int column : columns) names += (names.empty() ? "" : ", ") + schema.name(column);
  return "(" + names + ")";
}

/// True when one of the keys lies within the PRIMARY KEY.
bool replaces_by_key(const PhysicalNode& sink) {
  const auto& keys = sink.input().traits.upsert_keys;
  return std::any_of(keys.begin(), keys.end(), [&](const std::vector<int>& key) {
    return std::all_of(key.begin(), key.end(), [&](int column) {
      return std::find(sink.columns.begin(), sink.columns.end(), column) != sink.columns.end();
    });
  });
}

/// Whether the sink must see the old rows of updates. One that replaces by its PRIMARY KEY need
/// not, but only if an update never changes that key: it is the query's own, column by column.
bool wants_update_before(const PhysicalNode& sink) {
  if (!upserts(sink)) return updates(sink.sink->accepts());
  std::vector<int> key = sink.columns;
  std::sort(key.begin(), key.end());
  const auto& keys = sink.input().traits.upsert_keys;
  return std::find(keys.begin(), keys.end(), key) == keys.end();
}

/// Fails when the sink does not take what comes.
Status check_sink(const PhysicalNode& sink) {
  const RowKindSet kinds = sink.input().traits.kinds;
  const RowKindSet accepts = sink.sink->accepts();
  const bool refused = (updates(kinds) && !updates(accepts)) ||
                       (kinds.contains(RowKind::kDelete) && !accepts.contains(RowKind::kDelete));
  if (refused) {
    const PhysicalNode& origin = origin_of_changes(sink.input());
    return at(sink.position,
              Status::Invalid("table '", sink.table, "' takes ", accepts.to_text(),
                              " rows only, but the query sends ", kinds_in_words(kinds),
                              ", which come from ", line_of(origin),
                              "; write into a table that takes changes, or aggregate in windows"));
  }
  if (upserts(sink) && !kinds.is_insert_only() && sink.columns.empty()) {
    return at(sink.position, Status::Invalid("table '", sink.table,
                                             "' takes updates by key, so it needs a PRIMARY KEY "
                                             "(..) NOT ENFORCED"));
  }
  return Status::OK();
}

/// What INSERT says of rows with one PRIMARY KEY, where the query's key is another one.
OnConflict conflict_rule(const PhysicalNode& sink) {
  if (sink.logical == nullptr || sink.columns.empty()) return OnConflict::kDefault;
  return sink.logical->as<SinkNode>().spec().on_conflict;
}

/// Whether the sink's rows must be kept per PRIMARY KEY in front of it.
/// Fails when INSERT must say so and does not.
Result<bool> needs_materializing(const PhysicalNode& sink, Lowering& lowering) {
  const OnConflict rule = conflict_rule(sink);
  if (rule == OnConflict::kNothing || rule == OnConflict::kError) return !replaces_by_key(sink);
  if (!upserts(sink) || sink.input().traits.kinds.is_insert_only()) return false;
  const std::string strategy = lowering.context.config->text("table.exec.sink.upsert-materialize");
  if (strategy == "NONE" || strategy == "none") return false;
  if (strategy == "FORCE" || strategy == "force") return true;
  if (replaces_by_key(sink)) return false;
  if (rule == OnConflict::kDeduplicate) return true;
  const auto& keys = sink.input().traits.upsert_keys;
  const std::string key =
      keys.empty() ? std::string("unknown") : column_names(*sink.input().schema, keys[0]);
  const std::string primary = column_names(*sink.schema, sink.columns);
  if (lowering.context.config->boolean("table.exec.sink.require-on-conflict")) {
    return at(sink.position,
              Status::Invalid("the query's key is ", key, " and not the PRIMARY KEY ", primary,
                              " of '", sink.table,
                              "', so INSERT must say what becomes of rows with one key: write ON "
                              "CONFLICT DO DEDUPLICATE, DO NOTHING or DO ERROR "
                              "('table.exec.sink.require-on-conflict' is "
                              "set)"));
  }
  lowering.warnings.push_back(
      "rows are kept per PRIMARY KEY " + primary + " of '" + sink.table +
      "', since the query's key is " + key +
      ": the table shows the newest row of each; make the keys equal to save the state");
  return true;
}

}  // namespace

bool resolves_conflicts(const PhysicalNode& node) {
  return node.kind == PhysicalKind::kMaterialize &&
         std::any_of(node.details.begin(), node.details.end(),
                     [](const auto& detail) { return detail.first == "onConflict"; });
}

bool upserts(const PhysicalNode& sink) {
  const RowKindSet accepts = sink.sink->accepts();
  return updates(accepts) && !accepts.contains(RowKind::kUpdateBefore);
}

void infer_kinds(PhysicalNode& node, bool batch) {
  for (PhysicalNodePtr& input : node.inputs) infer_kinds(*input, batch);
  const bool wanted = node.traits.update_before_wanted;
  node.traits = own_traits(node, batch);
  node.traits.update_before_wanted = wanted;
}

Status infer_changelog(PhysicalNode& sink, Lowering& lowering) {
  infer_kinds(sink, lowering.batch());
  HW_TRY(reopen_sink(sink, lowering));
  HW_TRY(check_sink(sink));
  HW_ASSIGN_OR_RETURN(const bool materializes, needs_materializing(sink, lowering));
  if (materializes) {
    materialize_upserts(sink);
    infer_kinds(sink, lowering.batch());
    HW_TRY(reopen_sink(sink, lowering));
  }
  HW_ASSIGN_OR_RETURN(const bool held, place_trigger(sink, lowering));
  if (held) {
    infer_kinds(sink, lowering.batch());
    HW_TRY(reopen_sink(sink, lowering));
    HW_TRY(check_sink(sink));
  }
  const RowKindSet before = sink.input().traits.kinds;
  infer_down(sink, wants_update_before(sink), lowering.batch());
  if (!(sink.input().traits.kinds == before)) {
    HW_TRY(reopen_sink(sink, lowering));
    HW_TRY(check_sink(sink));
  }
  if (!lowering.batch()) {
    assign_state_ttl(sink, *lowering.context.config);
    HW_TRY(check_times_are_kept(sink));
    hold_watermarks(sink);
  }
  return check_repeatable_values(sink, lowering.batch());
}

}  // namespace hw
