// SPDX-License-Identifier: Apache-2.0
//
// What each operator of a plan remembers, what bounds it, and how much that may be: EXPLAIN STATE,
// and the notice at the start of a job whose state grows with its input.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/config/session_config.h"
#include "plan/lower/physical_node.h"

namespace hw {

/// What limits how much an operator keeps.
enum class StateBound : uint8_t {
  kNone,       // keeps nothing
  kConstant,   // the plan says how much
  kWatermark,  // rows or windows that event time has not passed
  kClock,      // the same by processing time
  kKeys,       // an entry for each key that was ever seen
  kInput,      // grows with the rows
};

struct NodeState {
  StateBound bound = StateBound::kNone;
  /// `per k: COUNT(*), SUM(v)`
  std::string keeps;
  /// `keys that were ever seen`; empty where `keeps` says it all.
  std::string bounded_by;
  /// Bytes of one entry, by the types of what it holds; 0 = not known.
  int64_t entry_bytes = 0;
};

/// Requires: final traits.
NodeState state_of(const PhysicalNode& node);

/// A line for each node that keeps something, and a last one that sums up.
std::string state_text(const std::vector<PhysicalNodePtr>& roots, const SessionConfig& config);

/// Operators of a streaming job without an end whose state nothing bounds: `GroupAggregate (per k:
/// COUNT(*))`. Empty in batch mode and for jobs that end.
std::vector<std::string> unbounded_states(const std::vector<PhysicalNodePtr>& roots,
                                          const SessionConfig& config);

}  // namespace hw
