// SPDX-License-Identifier: Apache-2.0
//
// Filter and Project: one Calc for a projection over a filter, and one for two of which one only
// drops, renames or moves columns.

#include "operators/calc.h"

#include <algorithm>
#include <utility>

#include "plan/logical/filter.h"
#include "plan/logical/project.h"
#include "plan/logical/scan.h"
#include "plan/lower/lowering.h"

namespace hw {
namespace {

Details calc_details(const BoundExprPtr& condition, const std::vector<BoundExprPtr>& projections,
                     const Schema& schema) {
  std::string select;
  for (size_t i = 0; i < projections.size(); ++i) {
    const std::string sql = projections[i]->to_sql();
    const std::string& name = schema.name(static_cast<int>(i));
    select += (i == 0 ? "" : ", ") + sql + (sql == name ? "" : " AS " + name);
  }
  Details details = {{"select", select}};
  if (condition != nullptr) details.emplace_back("where", condition->to_sql());
  return details;
}

/// Columns only, none of them twice.
bool moves_columns(const BoundExprPtr& condition, const std::vector<BoundExprPtr>& projections) {
  std::vector<int> seen;
  for (const BoundExprPtr& expr : projections) {
    if (expr->kind() != BoundExpr::Kind::kColumn) return false;
    seen.push_back(expr->column_index());
  }
  std::sort(seen.begin(), seen.end());
  return condition == nullptr && std::adjacent_find(seen.begin(), seen.end()) == seen.end();
}

/// Writes condition and projections over the input of the Calc below instead, and takes its place.
void merge_into(const PhysicalNode& below, BoundExprPtr& condition,
                std::vector<BoundExprPtr>& projections) {
  for (BoundExprPtr& expr : projections) expr = substitute_columns(expr, below.projections);
  // Only one of the two has a condition: the other one moves columns.
  condition =
      condition == nullptr ? below.condition : substitute_columns(condition, below.projections);
}

}  // namespace

PhysicalNodePtr calc_node(PhysicalNodePtr input, BoundExprPtr condition,
                          std::vector<BoundExprPtr> projections, SchemaPtr schema) {
  if (input->kind == PhysicalKind::kCalc && (moves_columns(input->condition, input->projections) ||
                                             moves_columns(condition, projections))) {
    merge_into(*input, condition, projections);
    PhysicalNodePtr below = std::move(input->inputs[0]);
    input = std::move(below);
  }
  std::vector<PhysicalNodePtr> inputs;
  inputs.push_back(std::move(input));
  PhysicalNodePtr node =
      physical_node(PhysicalKind::kCalc, "Calc", nullptr, std::move(inputs), {Placement::any()});
  node->details = calc_details(condition, projections, *schema);
  node->condition = std::move(condition);
  node->projections = std::move(projections);
  node->schema = std::move(schema);
  return node;
}

Result<PhysicalNodePtr> lower_calc(const LogicalNodePtr& node, Lowering& lowering) {
  const auto* project = node_if<ProjectNode>(node);
  const LogicalNodePtr& below = project != nullptr ? project->input() : node;
  const auto* filter = node_if<FilterNode>(below);
  const LogicalNodePtr& input = filter != nullptr ? filter->input() : below;
  BoundExprPtr condition = filter != nullptr ? filter->condition() : nullptr;
  std::vector<BoundExprPtr> projections =
      project != nullptr ? project->exprs() : columns_of(*input);
  // Computed columns may become moves of others under the filter.
  if (node_if<ScanNode>(input) == nullptr) {
    HW_ASSIGN_OR_RETURN(PhysicalNodePtr lowered, lower(input, lowering));
    return calc_node(std::move(lowered), std::move(condition), std::move(projections),
                     node->schema());
  }
  HW_ASSIGN_OR_RETURN(FilteredScan scan, lower_filtered_scan(input, condition, lowering));
  if (condition != nullptr) condition = substitute_columns(condition, scan.columns);
  for (BoundExprPtr& expr : projections) expr = substitute_columns(expr, scan.columns);
  return calc_node(std::move(scan.source), std::move(condition), std::move(projections),
                   node->schema());
}

OperatorMaker make_calc_of(const PhysicalNode& node, const ExprSession& session) {
  return [spec = CalcSpec{node.condition, node.projections, node.schema, session}] {
    return make_calc(spec);
  };
}

}  // namespace hw
