// SPDX-License-Identifier: Apache-2.0
//
// What a reader of a plan might want to change: EXPLAIN PLAN_ADVICE, in the form of Flink's.

#pragma once

#include <string>
#include <vector>

#include "plan/config/session_config.h"
#include "plan/lower/physical_node.h"

namespace hw {

/// `advice[1]: [WARNING] …` a line each, or a line that says there is none. `parallelism`: of the
/// job. Requires: final traits.
std::string advice_text(const std::vector<PhysicalNodePtr>& roots, const SessionConfig& config,
                        int parallelism);

}  // namespace hw
