// SPDX-License-Identifier: Apache-2.0
//
// What an operator's state means beyond the names and types of its tables, so that a job whose SQL
// was edited takes up only state that is still right. Names that planning made up ($f1, EXPR$0)
// count places, not contents: they are followed to what they stand for.

#pragma once

#include <string>

#include "plan/lower/physical_node.h"
#include "runtime/job_graph.h"

namespace hw {

/// True for names that planning gives to expressions: `$f3`, `EXPR$0`.
bool is_made_up(std::string_view name);

/// Requires: final traits.
StateMeaning state_meaning(const PhysicalNode& node);

}  // namespace hw
