// SPDX-License-Identifier: Apache-2.0
//
// What the window functions in FROM and those in GROUP BY share: the time that windows are of, and
// their intervals.

#pragma once

#include <cstdint>
#include <string_view>

#include "operators/window.h"
#include "sql/ast_expr.h"
#include "sql/bind_scope.h"
#include "sql/bind_session.h"

namespace hw {

/// Makes column `index` of the input the time of the window. `function` is for messages.
/// Fails (Invalid) when it is no time attribute; in a batch any TIMESTAMP will do.
Status bind_window_time(std::string_view function, int index, const LogicalNode& input,
                        SqlPosition position, BindSession& session, WindowSpec& window);

/// A constant of days to seconds in ms; `what` of `function` is for messages.
Result<int64_t> bind_window_interval(std::string_view function, std::string_view what,
                                     const ast::Expr& expr, BindSession& session);

/// A row takes part in so many windows at most: more cost memory and time out of all proportion to
/// the input.
constexpr int64_t kWindowsPerRowMax = 1'000'000;

/// 10,000 years, so that a border is a time whatever the row's time is.
constexpr int64_t kWindowIntervalMaxMs = int64_t{3'652'425} * 86'400'000;

}  // namespace hw
