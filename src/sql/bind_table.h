// SPDX-License-Identifier: Apache-2.0
//
// CREATE TABLE and CREATE VIEW: checked definitions.

#pragma once

#include "sql/ast_statement.h"
#include "sql/bind_session.h"

namespace hw {

/// Columns, watermark, keys and options. `place` names the table in errors about options.
/// Does not look at the connector.
Result<TableDefinition> bind_table_definition(const ast::CreateTable& create, BindSession& session);

/// Checks options and metadata columns against the connector.
Status check_connector(const TableDefinition& table, const std::string& name, BindSession& session);

Result<CreateObject> bind_create_table(const ast::CreateTable& create, BindSession& session);
Result<CreateObject> bind_create_view(const ast::CreateView& create, BindSession& session);

}  // namespace hw
