// SPDX-License-Identifier: Apache-2.0
//
// JOIN t FOR SYSTEM_TIME AS OF a time attribute of the left. Of an event time: each row meets the
// version of its key that was valid at its time. Of a processing time: each row is looked up in
// the table as it is when the row comes.

#pragma once

#include "sql/ast_query.h"
#include "sql/bind_scope.h"
#include "sql/bind_session.h"

namespace hw {

/// True for a right side of a join that is read as of a time.
bool is_temporal(const ast::TableRef& ref);

/// Requires: is_temporal(*join.right).
Result<Relation> bind_temporal_join(const ast::Join& join, BindSession& session);

}  // namespace hw
