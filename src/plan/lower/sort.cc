// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY, LIMIT, and both.

#include "plan/logical/sort.h"

#include <utility>

#include "operators/limit.h"
#include "operators/sort.h"
#include "operators/top_n.h"
#include "plan/lower/lowering.h"

namespace hw {
namespace {

Result<PhysicalNodePtr> in_one_place(PhysicalKind kind, const char* name,
                                     const LogicalNodePtr& node, Lowering& lowering) {
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  return physical_node(kind, name, node, std::move(inputs), {Placement::all_in_one()});
}

}  // namespace

Result<PhysicalNodePtr> lower_sort(const LogicalNodePtr& node, Lowering& lowering) {
  HW_ASSIGN_OR_RETURN(PhysicalNodePtr sort,
                      in_one_place(PhysicalKind::kSort, "Sort", node, lowering));
  if (sort->bounded) return sort;
  const auto& logical = node->as<SortNode>();
  const PlanColumn& first = logical.input()->column(logical.order()[0].column);
  if (first.time == TimeAttribute::kEventTime && !logical.order()[0].descending) {
    return not_supported_yet("ORDER BY a time attribute over an unbounded input",
                             logical.position());
  }
  return at(logical.position(),
            Status::Invalid("ORDER BY over an unbounded input has no end to sort at; add LIMIT to "
                            "keep the first rows"));
}

Result<PhysicalNodePtr> lower_limit(const LogicalNodePtr& node, Lowering& lowering) {
  return in_one_place(PhysicalKind::kLimit, "Limit", node, lowering);
}

Result<PhysicalNodePtr> lower_top_n(const LogicalNodePtr& node, Lowering& lowering) {
  return in_one_place(PhysicalKind::kTopN, "SortLimit", node, lowering);
}

OperatorMaker make_sort_of(const PhysicalNode& node) {
  SortSpec spec;
  spec.schema = node.schema;
  spec.order = node.logical->as<SortNode>().order();
  spec.input_retracts = !node.input().traits.kinds.is_insert_only();
  return [spec = std::move(spec)] { return make_sort(spec); };
}

OperatorMaker make_limit_of(const PhysicalNode& node) {
  const auto& limit = node.logical->as<LimitNode>();
  return [spec = LimitSpec{limit.limit(), limit.offset()}] { return make_limit(spec); };
}

OperatorMaker make_top_n_of(const PhysicalNode& node) {
  TopNSpec spec;
  spec.input = node.input().schema;
  spec.output = node.schema;
  spec.input_retracts = !node.input().traits.kinds.is_insert_only();
  if (node.kind == PhysicalKind::kTopN) {
    const auto& top = node.logical->as<TopNNode>();
    spec.order = top.order();
    spec.limit = top.limit();
    spec.offset = top.offset();
  } else {
    const auto& limit = node.logical->as<LimitNode>();
    spec.limit = limit.limit();
    spec.offset = limit.offset();
  }
  return [spec = std::move(spec)] { return make_top_n(spec); };
}

}  // namespace hw
