// SPDX-License-Identifier: Apache-2.0
//
// What an operator's output means while rows still come, for EXPLAIN: whether what it says stands
// for good, and what a row waits for inside it.

#pragma once

#include <string>
#include <vector>

#include "plan/lower/physical_node.h"

namespace hw {

/// What holds rows back.
enum class Blocking : uint8_t {
  kNone,            // rows go on as they come
  kUntilWatermark,  // until event time has passed them
  kUntilClock,      // until processing time has
  kUntilEnd,        // until the input ends
};

struct NodeFlow {
  /// The output over a prefix of the input (whose watermark goes no further) is contained in the
  /// output over the whole: nothing is taken back. Else it is revising.
  bool monotonic = true;
  Blocking blocking = Blocking::kNone;
  /// What unblocks it, or what is revised; may be empty.
  std::string reason;
};

/// Requires: final traits.
NodeFlow flow_of(const PhysicalNode& node, bool batch);

/// `monotonic, until watermark`
std::string to_text(const NodeFlow& flow);

/// A line for each node of the trees, indented like them.
std::string flow_text(const std::vector<PhysicalNodePtr>& roots, bool batch);

}  // namespace hw
