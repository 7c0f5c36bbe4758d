// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY with the window columns of a TVF whose windows put out their results more than once:
// early, when they close, and late (emit_rule.h). A key's first result in a window is +I; when the
// window fires again and the result is another one, -U and +U; -D when all its rows were taken
// back. A window is forgotten when rows for it would be too late; such rows are dropped and counted
// in `late_rows_dropped`.
//
// The input carries its windows: what window_aggregate.h calls given. State: per window, by its
// end, a row per key with accumulators and with what was shown last.

#pragma once

#include <memory>

#include "base/status.h"
#include "operators/emit_rule.h"
#include "operators/window_aggregate.h"

namespace hw {

struct EmittingWindowsSpec {
  /// Requires: windows_given().
  WindowAggregateSpec windows;
  EmitRule rule;
  /// Somebody downstream needs -U before each +U.
  bool generate_update_before = true;
};

/// Makes the operator: one input (hashed by the keys), one output. Streaming only.
/// Fails when a function refuses its arguments or is not built for such an input.
Result<std::unique_ptr<Operator>> make_emitting_windows(EmittingWindowsSpec spec);

}  // namespace hw
