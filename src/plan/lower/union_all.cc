// SPDX-License-Identifier: Apache-2.0
//
// UNION ALL runs nothing: its inputs' edges lead to one place.

#include <utility>

#include "plan/logical/project.h"
#include "plan/lower/lowering.h"

namespace hw {

Result<PhysicalNodePtr> lower_union(const LogicalNodePtr& node, Lowering& lowering) {
  std::vector<PhysicalNodePtr> inputs;
  std::vector<Placement> placements;
  for (const LogicalNodePtr& input : node->inputs()) {
    HW_ASSIGN_OR_RETURN(PhysicalNodePtr lowered, lower(input, lowering));
    // Edges that meet carry equal names and types.
    if (!(*lowered->schema == *node->schema())) {
      std::vector<BoundExprPtr> columns = columns_of(*input);
      lowered = calc_node(std::move(lowered), nullptr, std::move(columns), node->schema());
    }
    inputs.push_back(std::move(lowered));
    placements.push_back(Placement::any());
  }
  return physical_node(PhysicalKind::kUnion, "Union", node, std::move(inputs),
                       std::move(placements));
}

}  // namespace hw
