// SPDX-License-Identifier: Apache-2.0
//
// How large a plan may become. A common table or view stands in the plan at each of its uses, so a
// chain of tables that each use the one before twice doubles with every line of the script.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "plan/logical/node.h"

namespace hw {

/// Nodes of a statement's plan, each counted as often as it is used.
constexpr int64_t kMaxPlanNodes = 10'000;

/// Columns of a table, and of the list of a SELECT with its stars written out: what finds columns
/// by their names takes time by their square.
constexpr size_t kMaxColumns = 5'000;

/// Fails (Invalid, at `position`) when there are more; `what` has them: `a table`.
Status check_column_count(size_t count, std::string_view what, SqlPosition position);

/// The error (Invalid) for a larger plan; `found` says how large, if that is known.
Status plan_too_large(std::optional<int64_t> found, SqlPosition position);

/// Fails (Invalid, at `position`) when the plan has more nodes. Takes time by the nodes in memory,
/// of which several uses share one.
Status check_plan_size(const LogicalNodePtr& plan, SqlPosition position);

}  // namespace hw
