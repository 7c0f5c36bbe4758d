// SPDX-License-Identifier: Apache-2.0
//
// From a logical plan to physical nodes, one file a logical node; and from a physical node to the
// recipe of its operator, in the same file.

#pragma once

#include <set>
#include <string>
#include <vector>

#include "plan/lower/physical_node.h"
#include "plan/lower/shared_scans.h"
#include "plan/planner.h"

namespace hw {

/// What lowering looks at and collects.
struct Lowering {
  const PlanContext& context;
  ExprSession session;
  int parallelism = 1;
  std::vector<std::string> warnings;
  /// Somewhere in the job are sessions of event time.
  bool has_sessions = false;
  /// Tables whose watermarks somebody goes by (asked_times.h).
  std::set<const TableDefinition*> asked_times = {};
  /// Which scans are to be one; empty: each reads its own.
  SharedScans shared_scans = {};

  bool batch() const { return session.batch_mode; }
};

Result<PhysicalNodePtr> lower(const LogicalNodePtr& node, Lowering& lowering);

// One per logical node.
Result<PhysicalNodePtr> lower_scan(const LogicalNodePtr& node, Lowering& lowering);
/// The source of a scan under a filter, which may be null, without computed columns that the filter
/// makes moves of other columns; and the scan's columns over what leaves the source.
struct FilteredScan {
  PhysicalNodePtr source;
  std::vector<BoundExprPtr> columns;
};
Result<FilteredScan> lower_filtered_scan(const LogicalNodePtr& scan, const BoundExprPtr& condition,
                                         Lowering& lowering);
Result<PhysicalNodePtr> lower_values(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_calc(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_expand(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_aggregate(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_window_tvf(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_window_aggregate(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_late(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_join(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_lookup_join(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_unnest(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_union(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_over(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_sort(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_limit(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_top_n(const LogicalNodePtr& node, Lowering& lowering);
Result<PhysicalNodePtr> lower_sink(const LogicalNodePtr& node, Lowering& lowering);

/// The sink that takes a query's rows, at parallelism 1.
PhysicalNodePtr collecting_sink(PhysicalNodePtr input, std::shared_ptr<Sink> sink);
/// Puts an operator in front of the sink that shows it the newest row of each PRIMARY KEY.
void materialize_upserts(PhysicalNode& sink);
/// Puts an operator in front of the sink that holds results back, where 'execution.trigger' or the
/// table's 'output-mode' want that; says whether it did. Fails when they contradict each other or
/// the query. Requires: kinds inferred.
Result<bool> place_trigger(PhysicalNode& sink, Lowering& lowering);
/// Opens a table's sink again once it is known which kinds it gets.
Status reopen_sink(PhysicalNode& sink, Lowering& lowering);

/// Makes the operator of a node: everything but sources, unions and sinks. Traits are final.
/// Fails when the operator refuses its spec.
Result<std::function<Result<std::unique_ptr<Operator>>()>> operator_of(const PhysicalNode& node,
                                                                       const ExprSession& session);

// One per operator.
using OperatorMaker = std::function<Result<std::unique_ptr<Operator>>()>;
OperatorMaker make_calc_of(const PhysicalNode& node, const ExprSession& session);
OperatorMaker make_expand_of(const PhysicalNode& node);
/// `partial`: behind the operator of local_aggregate_of().
OperatorMaker make_group_aggregate_of(const PhysicalNode& node, const ExprSession& session,
                                      bool partial = false);
/// All but its uid.
Result<OperatorRecipe> local_aggregate_of(const PhysicalNode& node, const ExprSession& session);
OperatorMaker make_window_assign_of(const PhysicalNode& node);
OperatorMaker make_window_aggregate_of(const PhysicalNode& node, const ExprSession& session);
OperatorMaker make_late_rows_of(const PhysicalNode& node);
OperatorMaker make_join_of(const PhysicalNode& node, const ExprSession& session);
OperatorMaker make_multi_join_of(const PhysicalNode& node);
OperatorMaker make_lookup_join_of(const PhysicalNode& node, const ExprSession& session);
OperatorMaker make_unnest_of(const PhysicalNode& node);
OperatorMaker make_over_of(const PhysicalNode& node, const ExprSession& session);
OperatorMaker make_sort_of(const PhysicalNode& node);
OperatorMaker make_limit_of(const PhysicalNode& node);
OperatorMaker make_top_n_of(const PhysicalNode& node);
OperatorMaker make_deduplicate_of(const PhysicalNode& node);
OperatorMaker make_temporal_sort_of(const PhysicalNode& node);
OperatorMaker make_fold_of(const PhysicalNode& node);
OperatorMaker make_normalize_of(const PhysicalNode& node);
OperatorMaker make_not_null_of(const PhysicalNode& node, const ExprSession& session);
OperatorMaker make_materialize_of(const PhysicalNode& node);
OperatorMaker make_trigger_of(const PhysicalNode& node);

/// True for an aggregation right above the sessions of its keys: each window is told of once and
/// with all its rows, so that none is late.
bool takes_past_windows(const PhysicalNode& aggregate);

/// A node over lowered inputs, with the logical node's schema.
PhysicalNodePtr physical_node(PhysicalKind kind, std::string name, const LogicalNodePtr& logical,
                              std::vector<PhysicalNodePtr> inputs,
                              std::vector<Placement> placements);

/// Bare columns of a schema; a calc that only projects.
PhysicalNodePtr calc_node(PhysicalNodePtr input, BoundExprPtr condition,
                          std::vector<BoundExprPtr> projections, SchemaPtr schema);

}  // namespace hw
