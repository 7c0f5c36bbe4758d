// SPDX-License-Identifier: Apache-2.0
//
// Finds joins along one key that can be one operator, and makes it.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "plan/logical/join.h"
#include "plan/lower/join_way.h"
#include "plan/lower/multi_join_plan.h"

namespace hw {
namespace {

/// Only equal keys, all rows kept.
bool may_be_fused(const PhysicalNode& node) {
  if (node.kind != PhysicalKind::kJoin) return false;
  const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
  return (parts.kind == JoinKind::kInner || parts.kind == JoinKind::kLeft) &&
         !parts.left_keys.empty() && parts.condition == nullptr && !parts.nulls_equal &&
         !parts.null_aware && !parts.interval && !parts.windows && !parts.versions &&
         !parts.lookup && !parts.left_ttl_ms && !parts.right_ttl_ms;
}

/// The plan of a join of two.
MultiJoinPlan plan_of_two(const PhysicalNode& join) {
  MultiJoinPlan plan;
  plan.outer = {false, join.logical->as<JoinNode>().parts().kind == JoinKind::kLeft};
  for (int input = 0; input < 2; ++input) {
    const int count = join.input(static_cast<size_t>(input)).schema->num_fields();
    for (int column = 0; column < count; ++column) plan.columns.push_back({input, column});
  }
  return plan;
}

/// The columns that a calc passes on bare; nothing where it does anything else.
std::optional<std::vector<int>> bare_columns(const PhysicalNode& calc) {
  if (calc.condition != nullptr) return std::nullopt;
  std::vector<int> columns;
  for (const BoundExprPtr& expr : calc.projections) {
    if (expr->kind() != BoundExpr::Kind::kColumn) return std::nullopt;
    columns.push_back(expr->column_index());
  }
  return columns;
}

/// The keys of a further input, in the order of the common key. Nothing where some key of the left
/// is another, or may be missing.
std::optional<std::vector<int>> keys_in_order(const PhysicalNode& below, const MultiJoinPlan& plan,
                                              const JoinNode::Parts& parts) {
  const size_t count = below.placements[0].keys.size();
  if (parts.left_keys.size() != count) return std::nullopt;
  std::vector<int> keys(count, -1);
  for (size_t k = 0; k < count; ++k) {
    const MultiJoinColumn& from = plan.columns[static_cast<size_t>(parts.left_keys[k])];
    const auto input = static_cast<size_t>(from.input);
    if (plan.outer[input]) return std::nullopt;
    const std::vector<int>& own = below.placements[input].keys;
    const auto place = std::find(own.begin(), own.end(), from.column);
    if (place == own.end()) return std::nullopt;
    keys[static_cast<size_t>(place - own.begin())] = parts.right_keys[k];
  }
  if (std::find(keys.begin(), keys.end(), -1) != keys.end()) return std::nullopt;
  return keys;
}

void describe(PhysicalNode& node, const MultiJoinPlan& plan) {
  std::string keys, types;
  for (size_t k = 0; k < node.placements[0].keys.size(); ++k) {
    keys += keys.empty() ? "" : ", ";
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      keys += (i == 0 ? "" : " = ") + node.input(i).schema->name(node.placements[i].keys[k]);
    }
  }
  for (size_t i = 1; i < plan.outer.size(); ++i) {
    types += (i == 1 ? "" : ", ") + to_text(plan.outer[i] ? JoinKind::kLeft : JoinKind::kInner);
  }
  node.details = {{"joinTypes", types}, {"commonKey", keys}};
}

}  // namespace

PhysicalNodePtr fuse_joins(PhysicalNodePtr join, const Lowering& lowering) {
  const SessionConfig& config = *lowering.context.config;
  const bool everywhere = config.boolean("table.optimizer.multi-join.enabled");
  const auto asked = [everywhere](const PhysicalNode& node) {
    return everywhere || node.logical->as<JoinNode>().parts().as_one;
  };
  if (lowering.batch() || !may_be_fused(*join) || !asked(*join) ||
      config.duration_ms("table.exec.state.ttl") > 0) {
    return join;
  }
  PhysicalNode* below = join->inputs[0].get();
  std::optional<std::vector<int>> passed;
  if (below->kind == PhysicalKind::kCalc) {
    passed = bare_columns(*below);
    if (!passed) return join;
    below = below->inputs[0].get();
  }
  const bool more = below->kind == PhysicalKind::kMultiJoin;
  const bool with_below = more || (may_be_fused(*below) && asked(*below));
  if (!with_below || below->inputs.size() >= kMultiJoinInputsMax) return join;
  MultiJoinPlan plan = more ? *below->multi_join : plan_of_two(*below);
  if (passed) {
    std::vector<MultiJoinColumn> columns;
    for (const int column : *passed) columns.push_back(plan.columns[static_cast<size_t>(column)]);
    plan.columns = std::move(columns);
  }
  const JoinNode::Parts& parts = join->logical->as<JoinNode>().parts();
  const std::optional<std::vector<int>> keys = keys_in_order(*below, plan, parts);
  if (!keys) return join;

  const auto added = static_cast<int>(below->inputs.size());
  std::vector<PhysicalNodePtr> inputs = std::move(below->inputs);
  std::vector<Placement> placements = std::move(below->placements);
  inputs.push_back(std::move(join->inputs[1]));
  placements.push_back(Placement::by(*keys));
  plan.outer.push_back(parts.kind == JoinKind::kLeft);
  for (int column = 0; column < inputs.back()->schema->num_fields(); ++column) {
    plan.columns.push_back({added, column});
  }
  PhysicalNodePtr fused = physical_node(PhysicalKind::kMultiJoin, "MultiJoin", join->logical,
                                        std::move(inputs), std::move(placements));
  describe(*fused, plan);
  fused->multi_join = std::make_shared<const MultiJoinPlan>(std::move(plan));
  return fused;
}

OperatorMaker make_multi_join_of(const PhysicalNode& node) {
  MultiJoinSpec spec;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    spec.inputs.push_back(
        {join_side_of(node.input(i), node.placements[i].keys), node.multi_join->outer[i]});
  }
  spec.output_columns = node.multi_join->columns;
  spec.output = node.schema;
  return [spec = std::move(spec)]() -> Result<std::unique_ptr<Operator>> {
    return make_multi_join(spec);
  };
}

}  // namespace hw
