// SPDX-License-Identifier: Apache-2.0
//
// A job graph as JSON in Flink's form: JSON_EXECUTION_PLAN.

#pragma once

#include <string>

#include "runtime/job_graph.h"

namespace hw {

/// One object with `nodes`: a node for each operator, with its predecessors and how rows reach it.
std::string json_plan_text(const JobGraph& graph);

}  // namespace hw
