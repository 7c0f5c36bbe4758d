// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY with the window columns of SESSION, whose PARTITION BY are the other keys: one row per
// key and session, put out once, when the watermark reaches window_end - 1 ms (processing time:
// when the clock does). A session grows with each row that comes within the gap, in any order, and
// two that a row connects become one.
//
// A row is late when it would make a session of its own that has closed already; it is dropped and
// counted in `late_rows_dropped`. One that an open session takes in is not late, however old.

#pragma once

#include <memory>

#include "operators/window_aggregate.h"

namespace hw {

/// Makes the operator: one input (hashed by the keys), one output. Requires: a session window that
/// is not given, inserts only, no DISTINCT: what else there is goes by session_assign.
Result<std::unique_ptr<Operator>> make_session_aggregate(WindowAggregateSpec spec);

}  // namespace hw
