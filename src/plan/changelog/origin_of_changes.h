// SPDX-License-Identifier: Apache-2.0
//
// Where the updates and deletes of an edge come from, for messages.

#pragma once

#include <string>

#include "plan/lower/physical_node.h"

namespace hw {

/// The operator at or below `node`, nearest to it, that makes changes out of something.
const PhysicalNode& origin_of_changes(const PhysicalNode& node);

/// "updates and deletes", "updates", "deletes". Requires: not insert-only.
std::string kinds_in_words(RowKindSet kinds);

}  // namespace hw
