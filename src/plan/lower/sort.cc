// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY, LIMIT, both, and bounds of ranks: the first rows of each partition.

#include "plan/logical/sort.h"

#include <utility>

#include "operators/deduplicate.h"
#include "operators/limit.h"
#include "operators/sort.h"
#include "operators/temporal_sort.h"
#include "operators/top_n.h"
#include "plan/changelog/infer.h"
#include "plan/logical/aggregate.h"
#include "plan/lower/lowering.h"

namespace hw {
namespace {

Result<PhysicalNodePtr> in_one_place(PhysicalKind kind, const char* name,
                                     const LogicalNodePtr& node, Lowering& lowering) {
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  return physical_node(kind, name, node, std::move(inputs), {Placement::all_in_one()});
}

bool by_event_time(const TopNNode& top) {
  return top.input()->column(top.parts().order[0].column).time == TimeAttribute::kEventTime;
}

bool keeps_one_by_event_time(const TopNNode& top) {
  return top.is_deduplication() && by_event_time(top);
}

}  // namespace

Result<PhysicalNodePtr> lower_sort(const LogicalNodePtr& node, Lowering& lowering) {
  HW_ASSIGN_OR_RETURN(PhysicalNodePtr sort,
                      in_one_place(PhysicalKind::kSort, "Sort", node, lowering));
  infer_kinds(*sort, lowering.batch());
  const auto& logical = node->as<SortNode>();
  const SortKey& first = logical.order()[0];
  const TimeAttribute time = logical.input()->column(first.column).time;
  const bool inserts = sort->input().traits.kinds.is_insert_only();
  if (!lowering.batch() && inserts && !first.descending) {
    if (time == TimeAttribute::kEventTime) {
      sort->kind = PhysicalKind::kTemporalSort;
      sort->name = "TemporalSort";
      return sort;
    }
    // Rows come in this order.
    if (time == TimeAttribute::kProcessingTime && logical.order().size() == 1) {
      return std::move(sort->inputs[0]);
    }
  }
  if (sort->bounded) return sort;
  return at(logical.position(),
            Status::Invalid("ORDER BY over an unbounded input has no end to sort at; order by an "
                            "ascending time attribute of rows that are only inserted, or add LIMIT "
                            "to keep the first rows"));
}

Result<PhysicalNodePtr> lower_limit(const LogicalNodePtr& node, Lowering& lowering) {
  return in_one_place(PhysicalKind::kLimit, "Limit", node, lowering);
}

Result<PhysicalNodePtr> lower_top_n(const LogicalNodePtr& node, Lowering& lowering) {
  const auto& top = node->as<TopNNode>();
  std::vector<PhysicalNodePtr> inputs(1);
  HW_ASSIGN_OR_RETURN(inputs[0], lower(node->input(), lowering));
  PhysicalNodePtr lowered =
      physical_node(PhysicalKind::kTopN, node->name(), node, std::move(inputs),
                    {Placement::by(top.parts().partition)});
  infer_kinds(*lowered, lowering.batch());
  if (!lowered->input().traits.kinds.is_insert_only()) return lowered;
  if (top.is_in_window() && !lowering.batch()) {
    lowered->kind = PhysicalKind::kWindowTopN;
    lowered->name = keeps_one_by_event_time(top) ? "WindowDeduplicate" : "WindowTopN";
    return lowered;
  }
  if (!top.is_deduplication()) return lowered;
  lowered->kind = PhysicalKind::kDeduplicate;
  lowered->name = "Deduplicate";
  lowered->details = {{"keep", top.parts().order[0].descending ? "LastRow" : "FirstRow"},
                      {"key", names_of(*node->input(), top.parts().partition)},
                      {"order", by_event_time(top) ? "ROWTIME" : "PROCTIME"}};
  return lowered;
}

OperatorMaker make_sort_of(const PhysicalNode& node) {
  SortSpec spec;
  spec.schema = node.schema;
  spec.order = node.logical->as<SortNode>().order();
  spec.input_retracts = !node.input().traits.kinds.is_insert_only();
  return [spec = std::move(spec)] { return make_sort(spec); };
}

OperatorMaker make_temporal_sort_of(const PhysicalNode& node) {
  TemporalSortSpec spec{node.schema, node.logical->as<SortNode>().order()};
  return [spec = std::move(spec)] { return make_temporal_sort(spec); };
}

OperatorMaker make_deduplicate_of(const PhysicalNode& node) {
  const auto& top = node.logical->as<TopNNode>();
  DeduplicateSpec spec;
  spec.schema = node.schema;
  spec.key = top.parts().partition;
  spec.keep_last = top.parts().order[0].descending;
  if (by_event_time(top)) spec.time_column = top.parts().order[0].column;
  spec.nulls_first = top.parts().order[0].nulls_first;
  spec.generate_update_before = node.traits.kinds.contains(RowKind::kUpdateBefore);
  if (!node.state_ttl_ms.empty()) spec.state_ttl_ms = node.state_ttl_ms[0];
  return [spec = std::move(spec)] { return make_deduplicate(spec); };
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
  if (!node.state_ttl_ms.empty()) spec.state_ttl_ms = node.state_ttl_ms[0];
  if (node.kind != PhysicalKind::kLimit) {
    const auto& top = node.logical->as<TopNNode>();
    spec.partition = top.parts().partition;
    spec.order = top.parts().order;
    spec.rank = top.parts().rank;
    spec.limit = top.parts().limit;
    spec.offset = top.parts().offset;
    spec.emit_rank = top.shows_rank();
    spec.generate_update_before = node.traits.kinds.contains(RowKind::kUpdateBefore);
    if (node.kind == PhysicalKind::kWindowTopN) {
      const WindowColumns& window = *top.input()->window();
      spec.window = window.window;
      spec.window_end = window.end;
      spec.last_of_equal = keeps_one_by_event_time(top) && spec.order[0].descending;
    }
  } else {
    const auto& limit = node.logical->as<LimitNode>();
    spec.limit = limit.limit();
    spec.offset = limit.offset();
  }
  return [spec = std::move(spec)] { return make_top_n(spec); };
}

}  // namespace hw
