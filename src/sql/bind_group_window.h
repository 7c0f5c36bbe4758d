// SPDX-License-Identifier: Apache-2.0
//
// The older windows: GROUP BY TUMBLE(ts, size), HOP(ts, slide, size) or SESSION(ts, gap), with
// TUMBLE_START, _END, _ROWTIME and _PROCTIME of the same arguments in the list. They become a
// window table function below the grouping, whose columns nothing but these calls can name.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sql/ast_query.h"
#include "sql/bind_scope.h"
#include "sql/bind_session.h"

namespace hw {

/// The window of one query block; its columns are those of the plan that bind_group_window makes.
struct GroupWindow {
  WindowKind kind = WindowKind::kTumble;
  /// The column behind the call's first argument, and its intervals in ms.
  int time_argument = -1;
  std::vector<int64_t> intervals;
  int start = -1;
  int end = -1;
  int time = -1;
  bool event_time = true;
  /// _ROWTIME or _PROCTIME was asked for.
  mutable bool time_is_read = false;
};

/// True for TUMBLE, HOP and SESSION (of two or three arguments).
bool is_group_window(const ast::FunctionCall& call);
/// True for TUMBLE_START and so on.
bool is_group_window_part(const std::string& function);

/// Puts the window of GROUP BY, if it has one, over the rows.
/// Fails (Invalid) when it has several.
Result<std::optional<GroupWindow>> bind_group_window(
    const std::vector<ast::GroupingElement>& elements, Relation& rows, BindSession& session);

/// The column that a call in the list stands for. `window` may be null.
/// Fails (Invalid) when GROUP BY has no such window.
Result<BoundExprPtr> bind_group_window_part(const ast::FunctionCall& call,
                                            const GroupWindow* window, const Relation& rows,
                                            BindSession& session);
/// The keys that the call in GROUP BY stands for.
std::vector<BoundExprPtr> group_window_keys(const GroupWindow& window, const Relation& rows);

}  // namespace hw
