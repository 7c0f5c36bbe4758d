// SPDX-License-Identifier: Apache-2.0

#include "plan/changelog/origin_of_changes.h"

namespace hw {

const PhysicalNode& origin_of_changes(const PhysicalNode& node) {
  for (const PhysicalNodePtr& input : node.inputs) {
    const bool passes = node.kind == PhysicalKind::kCalc || node.kind == PhysicalKind::kUnion ||
                        node.kind == PhysicalKind::kNotNull || node.kind == PhysicalKind::kSink ||
                        node.kind == PhysicalKind::kWindowAssign ||
                        node.kind == PhysicalKind::kLookupJoin ||
                        node.kind == PhysicalKind::kUnnest || node.kind == PhysicalKind::kExpand;
    if (passes && !input->traits.kinds.is_insert_only()) return origin_of_changes(*input);
  }
  return node;
}

std::string kinds_in_words(RowKindSet kinds) {
  if (!kinds.contains(RowKind::kUpdateAfter)) return "deletes";
  return kinds.contains(RowKind::kDelete) ? "updates and deletes" : "updates";
}

}  // namespace hw
