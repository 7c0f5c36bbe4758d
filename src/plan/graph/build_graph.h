// SPDX-License-Identifier: Apache-2.0
//
// From physical nodes to vertices: operators that need no exchange between them run as one chain.

#pragma once

#include <string>
#include <vector>

#include "expr/scalar_function.h"
#include "plan/graph/local_aggregation.h"
#include "plan/lower/physical_node.h"
#include "runtime/job_graph.h"

namespace hw {

struct GraphOptions {
  ExprSession session;
  int parallelism = 1;
  int max_parallelism = kDefaultMaxParallelism;
  /// False: every operator is a vertex of its own.
  bool chaining = true;
  /// Equal parts of different sinks' plans run once. Requires: no operator wants one of its inputs
  /// before another (streaming).
  bool sharing = false;
  /// Scans too, where nothing above them is shared.
  bool sharing_sources = true;
  /// Whether groups are folded before an exchange ('table.optimizer.agg-phase-strategy').
  LocalAggregation local_aggregation = LocalAggregation::kWhereKeysAreFew;
};

/// Requires: each root is a sink, with final traits.
/// Fails when an operator refuses its spec.
Result<JobGraph> build_graph(const std::vector<PhysicalNodePtr>& roots,
                             const GraphOptions& options);

}  // namespace hw
