// SPDX-License-Identifier: Apache-2.0
//
// Errors as values. `Status` and `Result<T>` are Arrow's; of its codes Headwater raises nine (see
// STYLE.md): Invalid, TypeError, KeyError, NotImplemented (the user's), IOError,
// SerializationError, CapacityError (the world's), Cancelled, UnknownError (ours).

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <arrow/result.h>
#include <arrow/status.h>

namespace hw {

using Status = arrow::Status;
template <typename T>
using Result = arrow::Result<T>;

/// A place in a SQL text; both count from 1, columns in code points. {0, 0} = unknown.
struct SqlPosition {
  int line = 0;
  int column = 0;
  bool known() const { return line > 0; }
};

/// Returns `status` with the SQL position attached, unless it already has one.
Status at(SqlPosition position, const Status& status);

/// Returns the SQL position attached to `status`, or {0, 0}.
SqlPosition position_of(const Status& status);

/// Returns `status` with "<message>, while <context>"; code and position stay.
Status while_doing(const Status& status, std::string_view context);

/// Raised by everything that is parsed but not built yet: "not supported yet: <what>".
Status not_supported_yet(std::string_view what, SqlPosition position = {});

}  // namespace hw

#define HW_CONCAT_IMPL(a, b) a##b
#define HW_CONCAT(a, b) HW_CONCAT_IMPL(a, b)

/// Returns from the enclosing function when `expr` (a Status) is an error.
#define HW_TRY(expr)                                   \
  do {                                                 \
    ::hw::Status hw_status = (expr);                   \
    if (!hw_status.ok()) [[unlikely]] return hw_status; \
  } while (false)

#define HW_ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto&& result = (expr);                           \
  if (!result.ok()) [[unlikely]] return result.status(); \
  lhs = std::move(result).ValueUnsafe()

/// Evaluates `expr` (a Result); assigns its value to `lhs` or returns its error.
#define HW_ASSIGN_OR_RETURN(lhs, expr) \
  HW_ASSIGN_OR_RETURN_IMPL(HW_CONCAT(hw_result_, __COUNTER__), lhs, expr)
