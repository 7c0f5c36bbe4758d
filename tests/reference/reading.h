// SPDX-License-Identifier: Apache-2.0
//
// Who reads what of a plan. A column that nobody reads has no value that could be wrong; but which
// functions an OVER by event time computes decides whether it drops late rows. What stands only
// where no row ever gets (reachable.h) is not read, as in Flink.

#pragma once

#include <map>
#include <set>

#include "plan/logical/node.h"

namespace hw::reference {

/// Of each OVER of a plan the functions that are read above it. Others are not computed.
std::map<const LogicalNode*, std::set<size_t>> read_calls(const LogicalNode& plan);

}  // namespace hw::reference
