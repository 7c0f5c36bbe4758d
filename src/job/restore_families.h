// SPDX-License-Identifier: Apache-2.0
//
// Which node of a plan is which node of an earlier version of it. A uid counts equal operators in
// the order of the plan, so an added or moved query shifts it; here nodes that look alike are told
// apart by what feeds them and by where their rows go, and where that does not decide, nobody does.

#pragma once

#include <map>
#include <set>
#include <string>

#include "job/restore_record.h"

namespace hw {

struct NodeMatches {
  /// uid in the earlier plan -> uid now. Only sources, sinks and what keeps state.
  std::map<std::string, std::string> matched;
  /// uids in the earlier plan of nodes that fit several of now equally well, or the other way.
  std::set<std::string> ambiguous;
};

NodeMatches match_nodes(const PlanRecord& saved, const PlanRecord& now);

}  // namespace hw
