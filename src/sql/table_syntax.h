// SPDX-License-Identifier: Apache-2.0
//
// A table's definition as the statement that would make it again. CREATE TABLE .. LIKE and ALTER
// TABLE edit that statement and bind it anew, so that a changed table passes every check of a new
// one.

#pragma once

#include "plan/catalog/table_definition.h"
#include "sql/ast_statement.h"

namespace hw {

/// CREATE TABLE with the table's columns, keys, watermark and options; without what its catalog
/// adds (hidden columns). The name is left empty.
Result<std::shared_ptr<ast::CreateTable>> table_syntax(const TableDefinition& table);

/// A type as it would be written.
Result<ast::Type> type_syntax(const SqlType& type);

}  // namespace hw
