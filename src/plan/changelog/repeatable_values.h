// SPDX-License-Identifier: Apache-2.0
//
// A row that is taken back (-U, -D) is computed again on its way and must come out as the row that
// came first: by that it is found in a join, an aggregation, a ranking, a sink. RAND(), UUID() and
// the clock give something else the second time. This check refuses plans in which such a value, or
// a filter by one, would keep a row from finding what it takes back.
//
// The question goes down from the sink, column by column: in which columns must both rows agree?
// In all that an operator with state reads; in the PRIMARY KEY alone where a sink replaces by it;
// in none where rows are only inserted. What nobody compares may differ.

#pragma once

#include "plan/lower/physical_node.h"

namespace hw {

/// Fails at the call, naming it and the operator whose changes it stands above.
/// Requires: traits are final, the sink is open. In batch mode the clock stands still.
Status check_repeatable_values(const PhysicalNode& sink, bool batch);

/// The innermost, first call in `expr` that gives something else when asked again; null if all
/// repeat. With `clock_stands` calls that read the clock repeat, too.
const BoundExpr* first_unsteady(const BoundExpr& expr, bool clock_stands);

}  // namespace hw
