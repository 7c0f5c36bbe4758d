// SPDX-License-Identifier: Apache-2.0
//
// ALTER TABLE on the statement that would make the table: columns, watermark, key, options.

#pragma once

#include "plan/catalog/table_definition.h"
#include "sql/ast_statement.h"

namespace hw {

/// Carries `alter` out on `create`, the syntax of `table`. Requires: the action is not kRename and
/// no partition's.
Status alter_syntax(const ast::AlterTable& alter, const TableDefinition& table,
                    ast::CreateTable& create);

}  // namespace hw
