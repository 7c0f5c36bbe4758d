// SPDX-License-Identifier: Apache-2.0
//
// INSERT: which columns a table takes, and the query's columns cast to them.

#pragma once

#include "sql/ast_statement.h"
#include "sql/bind_session.h"

namespace hw {

/// Returns a SinkNode.
Result<LogicalNodePtr> bind_insert(const ast::Insert& insert, BindSession& session);

/// The inserts of a statement set; those into one table become one.
Result<std::vector<LogicalNodePtr>> bind_statement_set(const ast::StatementSet& set,
                                                       BindSession& session);

}  // namespace hw
