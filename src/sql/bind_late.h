// SPDX-License-Identifier: Apache-2.0
//
// LATE(query): the rows that an operator of the query drops because they come too late.

#pragma once

#include "sql/ast_expr.h"
#include "sql/bind_session.h"

namespace hw {

/// LATE(v), LATE(TABLE v), LATE((SELECT ..)), each with the name of an operator behind it.
/// Fails (Invalid) when the query has no operator that drops late rows, or several and no name
/// tells which.
Result<LogicalNodePtr> bind_late(const ast::FunctionCall& call, BindSession& session);

}  // namespace hw
