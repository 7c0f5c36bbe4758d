// SPDX-License-Identifier: Apache-2.0
//
// Physical plans and job graphs as text for EXPLAIN: stable, no pointers, no order of hashes.

#pragma once

#include <string>

#include "plan/lower/physical_node.h"
#include "runtime/job_graph.h"

namespace hw {

/// An indented tree, root first, with the exchanges between operators.
std::string physical_text(const PhysicalNode& root, bool changelog);

/// One vertex a paragraph: its operators, then where its rows go.
std::string execution_text(const JobGraph& graph);

}  // namespace hw
