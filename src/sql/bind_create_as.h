// SPDX-License-Identifier: Apache-2.0
//
// CREATE TABLE .. AS and REPLACE TABLE .. AS: a table with the columns of a query, and the INSERT
// that fills it.

#pragma once

#include "sql/ast_statement.h"
#include "sql/bind_session.h"
#include "sql/bound_statement.h"

namespace hw {

/// Requires: create.query.
Result<BoundCreateAs> bind_create_as(const ast::CreateTable& create, BindSession& session);

}  // namespace hw
