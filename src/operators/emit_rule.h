// SPDX-License-Identifier: Apache-2.0
//
// When windows put out their results beside the moment at which they close: before it by the clock,
// and after it for rows that come late (table.exec.emit.*).

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hw {

struct EmitRule {
  /// A window that is open puts out what has changed so long after a change, ms of processing time;
  /// 0 = at once, none = never.
  std::optional<int64_t> early_ms;
  /// The same for one that has closed; none = at once.
  std::optional<int64_t> late_ms;
  /// How long behind the watermark a closed window still takes rows.
  int64_t lateness_ms = 0;
};

/// `early delay 1 s, late delay 0 s, allow lateness 1 h`, for EXPLAIN.
std::string to_text(const EmitRule& rule);

}  // namespace hw
