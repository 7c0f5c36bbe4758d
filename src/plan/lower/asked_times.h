// SPDX-License-Identifier: Apache-2.0
//
// Whose event time somebody asks for. Where no operator and no sink above a table goes by its
// watermark, a stream does not compute one: a row without a time stays an error.

#pragma once

#include <set>

#include "plan/logical/node.h"
#include "plan/planner.h"

namespace hw {

/// Adds the tables under (and with) `plan`, which is optimized, whose watermarks are asked for. All
/// scans of a table agree, so that they can be shared.
void add_asked_times(const LogicalNode& plan, const PlanContext& context,
                     std::set<const TableDefinition*>& asked);

}  // namespace hw
