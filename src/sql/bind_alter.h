// SPDX-License-Identifier: Apache-2.0
//
// ALTER TABLE, VIEW, CATALOG and DATABASE. A changed table or view is a new definition in the place
// of the old one; jobs that run keep theirs.

#pragma once

#include <optional>

#include "sql/ast_statement.h"
#include "sql/bind_session.h"
#include "sql/bound_statement.h"

namespace hw {

/// No value: there is nothing of the name, and IF EXISTS allows it.
Result<std::optional<BoundChange>> bind_alter_table(const ast::AlterTable& alter,
                                                    BindSession& session);
Result<std::optional<BoundChange>> bind_alter_view(const ast::AlterView& alter,
                                                   BindSession& session);
Result<BoundChange> bind_alter_catalog(const ast::AlterCatalog& alter, BindSession& session);
Result<BoundChange> bind_alter_database(const ast::AlterDatabase& alter, BindSession& session);

}  // namespace hw
