// SPDX-License-Identifier: Apache-2.0
//
// Which kinds of rows each edge carries, by which columns updates replace, and who needs to see
// -U. Two passes: kinds and keys go up from the sources as if everybody sent -U; the demand for -U
// comes down from the sink, and with it the final kinds.

#pragma once

#include "plan/lower/lowering.h"
#include "plan/lower/physical_node.h"

namespace hw {

/// Fills the traits of the plan under (and with) a sink; opens the sink.
/// Fails when the sink does not take what the plan would send, naming the operator it comes from,
/// and where the plan needs something that is not built.
Status infer_changelog(PhysicalNode& sink, Lowering& lowering);

/// Fills the traits of a plan that is being lowered, as if everybody sent -U: by them lowering
/// chooses between operators.
void infer_kinds(PhysicalNode& node, bool batch);

/// Kinds and upsert keys of a node from those of its inputs, with -U in front of every +U.
ChangelogTraits own_traits(const PhysicalNode& node, bool batch);

/// True when the node needs -U of its inputs whatever is above it.
bool needs_update_before(const PhysicalNode& node);

/// True for a kMaterialize of ON CONFLICT DO NOTHING or DO ERROR.
bool resolves_conflicts(const PhysicalNode& node);

/// True when the sink replaces rows by its PRIMARY KEY and wants no -U. Requires: it is open.
bool upserts(const PhysicalNode& sink);

}  // namespace hw
