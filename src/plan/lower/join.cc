// SPDX-License-Identifier: Apache-2.0
//
// Regular, interval, window and temporal joins. Without keys every pair is tried in one place.

#include "plan/logical/join.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "operators/window_join.h"
#include "plan/changelog/infer.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/interval_bounds.h"
#include "plan/logical/values.h"
#include "plan/lower/join_way.h"
#include "plan/lower/lowering.h"
#include "plan/lower/multi_join_plan.h"

namespace hw {
namespace {

/// Queries that are values, constants: a join with it tries no more pairs than the other side has
/// rows.
bool has_one_row(const LogicalNode& node) {
  switch (node.kind()) {
    case NodeKind::kProject:
    case NodeKind::kFilter:
    case NodeKind::kLimit:
      return has_one_row(*node.input());
    case NodeKind::kAggregate:
      return node.as<AggregateNode>().keys().empty();
    case NodeKind::kValues:
      return node.as<ValuesNode>().rows().size() <= 1;
    default:
      return false;
  }
}

OperatorMaker make_interval_join_of(const PhysicalNode& node, const ExprSession& session) {
  const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
  IntervalJoinSpec spec;
  spec.kind = parts.kind;
  spec.left = join_side_of(node.input(0), parts.left_keys);
  spec.right = join_side_of(node.input(1), parts.right_keys);
  spec.bounds = *parts.interval;
  spec.residual =
      without_interval(parts.condition, *parts.interval, node.input(0).schema->num_fields());
  spec.output = node.schema;
  spec.session = session;
  return
      [spec = std::move(spec), position = parts.position]() -> Result<std::unique_ptr<Operator>> {
        Result<std::unique_ptr<Operator>> made = make_interval_join(spec);
        if (!made.ok()) return at(position, made.status());
        return made;
      };
}

OperatorMaker make_window_join_of(const PhysicalNode& node, const ExprSession& session) {
  const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
  WindowJoinSpec spec;
  spec.kind = parts.kind;
  spec.left = join_side_of(node.input(0), parts.left_keys);
  spec.right = join_side_of(node.input(1), parts.right_keys);
  spec.window = parts.windows->window;
  spec.left_end = parts.windows->left_end;
  spec.right_end = parts.windows->right_end;
  spec.residual = parts.condition;
  spec.output = node.schema;
  spec.session = session;
  return [spec = std::move(spec)] { return make_window_join(spec); };
}

OperatorMaker make_temporal_join_of(const PhysicalNode& node, const ExprSession& session) {
  const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
  TemporalJoinSpec spec;
  spec.kind = parts.kind;
  spec.left = join_side_of(node.input(0), parts.left_keys);
  spec.right = join_side_of(node.input(1), parts.right_keys);
  spec.times = parts.versions->times;
  spec.residual = parts.condition;
  spec.output = node.schema;
  spec.session = session;
  return
      [spec = std::move(spec), position = parts.position]() -> Result<std::unique_ptr<Operator>> {
        Result<std::unique_ptr<Operator>> made = make_temporal_join(spec);
        if (!made.ok()) return at(position, made.status());
        return made;
      };
}

/// Versions are read change by change, not as the last row of each key.
void read_changes(PhysicalNodePtr& node) {
  if (node->kind == PhysicalKind::kCalc) read_changes(node->inputs[0]);
  if (node->kind != PhysicalKind::kFold) return;
  PhysicalNodePtr changes = std::move(node->inputs[0]);
  node = std::move(changes);
}

bool folds_changes(const PhysicalNode& node) {
  if (node.kind == PhysicalKind::kFold) return true;
  return std::any_of(node.inputs.begin(), node.inputs.end(),
                     [](const PhysicalNodePtr& input) { return folds_changes(*input); });
}

}  // namespace

JoinSide join_side_of(const PhysicalNode& input, const std::vector<int>& keys) {
  JoinSide side;
  side.schema = input.schema;
  side.keys = keys;
  side.retracts = !input.traits.kinds.is_insert_only();
  // One within the keys of the join costs least, then the shortest.
  const auto in_keys = [&](const std::vector<int>& key) {
    return std::all_of(key.begin(), key.end(), [&](int column) {
      return std::find(keys.begin(), keys.end(), column) != keys.end();
    });
  };
  for (const std::vector<int>& key : input.traits.upsert_keys) {
    const bool first = side.unique_key.empty();
    const bool better = in_keys(key) == in_keys(side.unique_key)
                            ? key.size() < side.unique_key.size()
                            : in_keys(key);
    if (first || better) side.unique_key = key;
  }
  return side;
}

std::string join_state_text(const PhysicalNode& join, size_t input) {
  const JoinNode::Parts& parts = join.logical->as<JoinNode>().parts();
  const bool two = join.kind == PhysicalKind::kJoin;
  if (two && (parts.versions || joins_by_interval(join, false) || joins_windows(join, false))) {
    return "";
  }
  const std::vector<int>& keys = !two         ? join.placements[input].keys
                                 : input == 0 ? parts.left_keys
                                              : parts.right_keys;
  const JoinSide side = join_side_of(join.input(input), keys);
  const auto names = [&](const std::vector<int>& columns) {
    std::string text;
    for (const int column : columns) text += (text.empty() ? "" : ", ") + side.schema->name(column);
    return text;
  };
  switch (join_state_form(side, two && parts.null_aware)) {
    case JoinStateForm::kRows:
      return "";
    case JoinStateForm::kRowPerKey:
      return "one row per " + names(side.keys);
    case JoinStateForm::kByUniqueKey:
      return "rows by " + names(side.unique_key);
  }
  return "";
}

bool joins_by_interval(const PhysicalNode& join, bool batch) {
  return join.logical->as<JoinNode>().parts().interval && !batch &&
         join.input(0).traits.kinds.is_insert_only() && join.input(1).traits.kinds.is_insert_only();
}

bool joins_windows(const PhysicalNode& join, bool batch) {
  return join.logical->as<JoinNode>().parts().windows && !batch &&
         join.input(0).traits.kinds.is_insert_only() && join.input(1).traits.kinds.is_insert_only();
}

Result<PhysicalNodePtr> lower_join(const LogicalNodePtr& node, Lowering& lowering) {
  const JoinNode::Parts& parts = node->as<JoinNode>().parts();
  if (parts.lookup) return lower_lookup_join(node, lowering);
  std::vector<PhysicalNodePtr> inputs(2);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(0), lowering));
  HW_ASSIGN_OR_RETURN(inputs[1], lower(node->input(1), lowering));
  if (parts.versions) read_changes(inputs[1]);
  for (PhysicalNodePtr& input : inputs) infer_kinds(*input, lowering.batch());
  if (parts.versions && folds_changes(*inputs[1])) {
    return at(parts.position,
              not_supported_yet("FOR SYSTEM_TIME AS OF a table with updates or deletes in batch "
                                "mode, where only its last rows are known; run it as a stream"));
  }
  if (parts.null_aware && parts.left_keys.size() != 1) {
    return Status::UnknownError("NOT IN has become a join by ", parts.left_keys.size(), " keys");
  }
  const auto placed = [&](const std::vector<int>& keys) {
    return parts.null_aware ? Placement::all_in_one() : Placement::by(keys);
  };
  PhysicalNodePtr join = physical_node(PhysicalKind::kJoin, "Join", node, std::move(inputs),
                                       {placed(parts.left_keys), placed(parts.right_keys)});
  const bool interval = joins_by_interval(*join, lowering.batch());
  if (parts.versions) {
    join->name = "TemporalJoin";
  } else if (interval) {
    join->name = "IntervalJoin";
  } else if (joins_windows(*join, lowering.batch())) {
    join->name = "WindowJoin";
  } else if (parts.windows && !lowering.batch()) {
    lowering.warnings.push_back(
        "a join of windows over rows with updates or deletes keeps all rows of both sides; "
        "aggregate in its windows first to have only inserts");
  } else if (parts.left_keys.empty() && !lowering.batch() && !has_one_row(*node->input(0)) &&
             !has_one_row(*node->input(1))) {
    lowering.warnings.push_back(
        "a join without an equality between its sides tries every pair, in one place, and keeps "
        "all rows of both sides");
  }
  return fuse_joins(std::move(join), lowering);
}

OperatorMaker make_join_of(const PhysicalNode& node, const ExprSession& session) {
  const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
  if (parts.versions) return make_temporal_join_of(node, session);
  if (joins_by_interval(node, session.batch_mode)) return make_interval_join_of(node, session);
  if (joins_windows(node, session.batch_mode)) return make_window_join_of(node, session);
  RegularJoinSpec spec;
  spec.nulls_equal = parts.nulls_equal;
  spec.null_aware = parts.null_aware;
  spec.kind = parts.kind;
  spec.left = join_side_of(node.input(0), parts.left_keys);
  spec.right = join_side_of(node.input(1), parts.right_keys);
  if (!node.state_ttl_ms.empty()) {
    spec.left.state_ttl_ms = node.state_ttl_ms[0];
    spec.right.state_ttl_ms = node.state_ttl_ms[1];
  }
  spec.residual = parts.condition;
  spec.output_columns.resize(static_cast<size_t>(node.schema->num_fields()));
  std::iota(spec.output_columns.begin(), spec.output_columns.end(), 0);
  spec.output = node.schema;
  spec.session = session;
  return [spec = std::move(spec)] { return make_regular_join(spec); };
}

}  // namespace hw
