// SPDX-License-Identifier: Apache-2.0
//
// Filter and Project: one Calc for a projection over a filter.

#include "operators/calc.h"

#include <utility>

#include "plan/logical/filter.h"
#include "plan/logical/project.h"
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

}  // namespace

PhysicalNodePtr calc_node(PhysicalNodePtr input, BoundExprPtr condition,
                          std::vector<BoundExprPtr> projections, SchemaPtr schema) {
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
  HW_ASSIGN_OR_RETURN(PhysicalNodePtr lowered, lower(input, lowering));
  std::vector<BoundExprPtr> projections =
      project != nullptr ? project->exprs() : columns_of(*input);
  return calc_node(std::move(lowered), filter != nullptr ? filter->condition() : nullptr,
                   std::move(projections), node->schema());
}

OperatorMaker make_calc_of(const PhysicalNode& node, const ExprSession& session) {
  return [spec = CalcSpec{node.condition, node.projections, node.schema, session}] {
    return make_calc(spec);
  };
}

}  // namespace hw
