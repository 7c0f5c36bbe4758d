// SPDX-License-Identifier: Apache-2.0
//
// What a pattern over OVER becomes once it is known which changes its input carries: an operator
// that puts out each row once, or one that keeps rows and updates.

#pragma once

#include "operators/over.h"
#include "plan/lower/physical_node.h"

namespace hw {

/// Requires: a kOver node; the traits of its input are known.
OverWay over_way(const PhysicalNode& node, bool batch);

}  // namespace hw
