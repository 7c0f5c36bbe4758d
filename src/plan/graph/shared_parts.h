// SPDX-License-Identifier: Apache-2.0
//
// Equal parts of the plans of one job: what several INSERTs of a statement set have in common runs
// once. Only between different sinks: within one query both copies meet again further up, where
// one might wait for the other.

#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "plan/lower/physical_node.h"

namespace hw {

class SharedParts {
 public:
  /// Nothing is shared.
  SharedParts() = default;
  /// Requires: final traits; the nodes outlive this.
  explicit SharedParts(const std::vector<PhysicalNodePtr>& roots);

  /// What the part under the node does, if another root has an equal one; else empty.
  const std::string& shared(const PhysicalNode& node) const;
  bool none() const { return parts_.empty(); }

 private:
  std::unordered_map<const PhysicalNode*, std::string> parts_;  // only shared ones
};

}  // namespace hw
