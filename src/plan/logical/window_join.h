// SPDX-License-Identifier: Apache-2.0
//
// Finds, in a join, the windows of both sides that must be equal: `a.window_start = b.window_start
// AND a.window_end = b.window_end`, both made by equal window functions. A stream then joins window
// by window, and forgets each when it closes.

#pragma once

#include <optional>
#include <vector>

#include "operators/window.h"
#include "plan/logical/node.h"

namespace hw {

/// Window columns of both sides, each counted in its own.
struct JoinedWindows {
  int left_start = -1;
  int left_end = -1;
  int right_start = -1;
  int right_end = -1;
  /// What made the windows; its columns mean nothing here.
  WindowSpec window;
};

/// `condition` is over the left's columns followed by the right's and may be null.
std::optional<JoinedWindows> find_windows(const BoundExprPtr& condition, const LogicalNode& left,
                                          const LogicalNode& right);
/// The same in pairs of columns that must be equal.
std::optional<JoinedWindows> find_windows(const std::vector<int>& left_keys,
                                          const std::vector<int>& right_keys,
                                          const LogicalNode& left, const LogicalNode& right);

}  // namespace hw
