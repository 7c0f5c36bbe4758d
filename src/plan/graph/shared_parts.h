// SPDX-License-Identifier: Apache-2.0
//
// Equal parts of the plans of one job: what stands in them several times, in one query or in
// several INSERTs of a statement set, runs once. For streams only: where two copies meet again
// further up, neither may wait for the end of the other.

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
  /// `sources`: also scans with nothing above them that is equal. Requires: final traits; the nodes
  /// outlive this.
  SharedParts(const std::vector<PhysicalNodePtr>& roots, bool sources);

  /// What the part under the node does, if there is another equal one; else empty.
  const std::string& shared(const PhysicalNode& node) const;
  bool none() const { return parts_.empty(); }

 private:
  std::unordered_map<const PhysicalNode*, std::string> parts_;  // only shared ones
};

}  // namespace hw
