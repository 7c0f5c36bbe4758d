// SPDX-License-Identifier: Apache-2.0
//
// Scans of one table in one job that read different fields of its columns of type ROW, or hold
// predicates of which their source makes nothing: each reads what any of them reads, so that they
// can be one (shared_scans.h).

#pragma once

#include <functional>
#include <vector>

#include "plan/logical/scan.h"

namespace hw {

/// The plans, which are optimized, with scans that are alike where they can be. `skips`: whether
/// the source of a scan may skip rows by its predicates.
std::vector<LogicalNodePtr> share_readings(std::vector<LogicalNodePtr> plans,
                                           const std::function<bool(const ScanNode&)>& skips);

}  // namespace hw
