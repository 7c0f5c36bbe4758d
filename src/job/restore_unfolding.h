// SPDX-License-Identifier: Apache-2.0
//
// A plan in which equal parts run once, as the plan in which each runs for itself: what has state
// in the one is then found in the other, and comparing two plans does not ask what either of them
// shares.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "job/restore_record.h"

namespace hw {

struct UnfoldedPlan {
  /// With a copy of each node for each way on which its rows reach a sink; the first one keeps its
  /// uid.
  /// Nodes that are known by their uids alone stay one.
  PlanRecord record;
  /// uid in `record` -> uid of the node that it is a copy of.
  std::map<std::string, std::string> original;

  /// uids in `record` of a node's copies, at least one.
  std::vector<std::string> copies_of(const std::string& uid) const;
};

UnfoldedPlan unfold(const PlanRecord& plan);

}  // namespace hw
