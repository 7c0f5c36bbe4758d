// SPDX-License-Identifier: Apache-2.0
//
// Joins upon joins along one common key, made one operator where
// 'table.optimizer.multi-join.enabled' or the hint MULTI_JOIN asks for it. Inner and left joins,
// streams only; the keys of an input are those of its placement.

#pragma once

#include <vector>

#include "operators/multi_join.h"
#include "plan/lower/lowering.h"

namespace hw {

struct MultiJoinPlan {
  /// Per input: it comes by a LEFT JOIN.
  std::vector<bool> outer;
  /// Of the output.
  std::vector<MultiJoinColumn> columns;
};

/// A join whose left input is a join, too, as one operator, where that may be: no other conditions
/// than the keys, which are those of the join below; no rows that are forgotten. Else the join.
/// Requires: inputs have their kinds.
PhysicalNodePtr fuse_joins(PhysicalNodePtr join, const Lowering& lowering);

/// What a side of a join is to its operator.
JoinSide join_side_of(const PhysicalNode& input, const std::vector<int>& keys);

}  // namespace hw
