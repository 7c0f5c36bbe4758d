// SPDX-License-Identifier: Apache-2.0
//
// A scan with the filters above it and the projection above these: all that reads its columns as
// they leave the source.

#pragma once

#include <memory>
#include <vector>

#include "plan/logical/filter.h"
#include "plan/logical/project.h"
#include "plan/logical/scan.h"

namespace hw {

/// From the top down; no scan: `node` is something else.
struct ScanChain {
  const ProjectNode* project = nullptr;
  std::vector<const FilterNode*> filters;
  const ScanNode* scan = nullptr;
};

ScanChain scan_chain_of(const LogicalNode& node);

/// The chain again over a scan that reads other fields of the same columns. Requires: all fields
/// that the chain reads are there.
LogicalNodePtr over_other_fields(const LogicalNodePtr& chain,
                                 const std::shared_ptr<const ScanNode>& scan);

}  // namespace hw
