// SPDX-License-Identifier: Apache-2.0
//
// JOIN t FOR SYSTEM_TIME AS OF left.rowtime: each row meets the version of its key that was valid
// at its time.

#pragma once

#include <vector>

#include "sql/ast_query.h"
#include "sql/bind_scope.h"
#include "sql/bind_session.h"

namespace hw {

/// True for a right side of a join that is read as of a time.
bool is_temporal(const ast::TableRef& ref);

/// Requires: is_temporal(*join.right). `left_columns` are the left's with what they mean for time.
Result<Relation> bind_temporal_join(const ast::Join& join, const Relation& left,
                                    const std::vector<PlanColumn>& left_columns,
                                    BindSession& session);

}  // namespace hw
