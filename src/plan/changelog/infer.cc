// SPDX-License-Identifier: Apache-2.0

#include "plan/changelog/infer.h"

#include <algorithm>
#include <utility>

namespace hw {
namespace {

bool updates(RowKindSet kinds) { return kinds.contains(RowKind::kUpdateAfter); }

/// Pass one: up from the sources.
void infer_up(PhysicalNode& node, bool batch) {
  for (PhysicalNodePtr& input : node.inputs) infer_up(*input, batch);
  const bool wanted = node.traits.update_before_wanted;
  node.traits = own_traits(node, batch);
  node.traits.update_before_wanted = wanted;
}

/// Who can leave -U away does so when nobody wants it; others pass on what they get.
bool decides(const PhysicalNode& node) { return node.kind == PhysicalKind::kGroupAggregate; }

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

std::string kinds_in_words(RowKindSet kinds) {
  if (!updates(kinds)) return "deletes";
  return kinds.contains(RowKind::kDelete) ? "updates and deletes" : "updates";
}

/// The operator nearest to the sink that makes changes out of something.
const PhysicalNode& origin_of_changes(const PhysicalNode& node) {
  for (const PhysicalNodePtr& input : node.inputs) {
    const bool passes = node.kind == PhysicalKind::kCalc || node.kind == PhysicalKind::kUnion ||
                        node.kind == PhysicalKind::kNotNull || node.kind == PhysicalKind::kSink ||
                        node.kind == PhysicalKind::kWindowAssign;
    if (passes && !input->traits.kinds.is_insert_only()) return origin_of_changes(*input);
  }
  return node;
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

/// Checks that the sink takes what comes; says whether it wants -U.
Result<bool> check_sink(const PhysicalNode& sink, const Lowering& lowering) {
  const RowKindSet kinds = sink.input().traits.kinds;
  const RowKindSet accepts = sink.sink->accepts();
  const bool upserts = updates(accepts) && !accepts.contains(RowKind::kUpdateBefore);
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
  if (!upserts || kinds.is_insert_only()) return updates(accepts);
  if (sink.columns.empty()) {
    return at(sink.position, Status::Invalid("table '", sink.table,
                                             "' takes updates by key, so it needs a PRIMARY KEY "
                                             "(..) NOT ENFORCED"));
  }
  const std::string strategy = lowering.context.config->text("table.exec.sink.upsert-materialize");
  if (!replaces_by_key(sink) && strategy != "NONE" && strategy != "none") {
    const auto& keys = sink.input().traits.upsert_keys;
    return not_supported_yet(
        "writing updates by the PRIMARY KEY " + column_names(*sink.schema, sink.columns) + " of '" +
            sink.table + "' when the query's key is " +
            (keys.empty() ? std::string("unknown") : column_names(*sink.schema, keys[0])) +
            " (it needs the rows kept per PRIMARY KEY); make the keys equal, or set "
            "'table.exec.sink.upsert-materialize' to NONE",
        sink.position);
  }
  return false;
}

/// A value that differs from call to call cannot be taken back.
Status check_deterministic(const PhysicalNode& node) {
  for (const PhysicalNodePtr& input : node.inputs) HW_TRY(check_deterministic(*input));
  if (node.kind != PhysicalKind::kCalc) return Status::OK();
  const RowKindSet kinds = node.input().traits.kinds;
  const bool takes_back =
      kinds.contains(RowKind::kUpdateBefore) || kinds.contains(RowKind::kDelete);
  if (!takes_back) return Status::OK();
  std::vector<BoundExprPtr> exprs = node.projections;
  if (node.condition != nullptr) exprs.push_back(node.condition);
  for (const BoundExprPtr& expr : exprs) {
    if (expr->deterministic()) continue;
    return not_supported_yet(expr->to_sql() +
                                 " over rows that are taken back again: it would have another "
                                 "value then; compute it before the aggregation or join",
                             expr->position());
  }
  return Status::OK();
}

}  // namespace

Status infer_changelog(PhysicalNode& sink, Lowering& lowering) {
  infer_up(sink, lowering.batch());
  HW_TRY(reopen_sink(sink, lowering));
  HW_ASSIGN_OR_RETURN(const bool wants_update_before, check_sink(sink, lowering));
  const RowKindSet before = sink.input().traits.kinds;
  infer_down(sink, wants_update_before, lowering.batch());
  if (!(sink.input().traits.kinds == before)) {
    HW_TRY(reopen_sink(sink, lowering));
    HW_TRY(check_sink(sink, lowering).status());
  }
  return check_deterministic(sink);
}

}  // namespace hw
