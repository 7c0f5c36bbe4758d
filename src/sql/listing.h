// SPDX-License-Identifier: Apache-2.0
//
// Statements that only read the session: SHOW, SHOW CREATE, DESCRIBE, SET without arguments.

#pragma once

#include "sql/ast_statement.h"
#include "sql/bind_session.h"

namespace hw {

Result<BoundListing> list_objects(const ast::Show& show, const BindSession& session);
Result<BoundListing> show_create(const ast::ShowCreate& show, const BindSession& session);
Result<BoundListing> describe(const ast::Describe& describe, BindSession& session);
/// name, type, null, key, extras, watermark of a table's or view's columns; comments, too, when a
/// column has one or with `extended`.
Result<BoundListing> describe_columns(const ast::Name& name, bool extended,
                                      const BindSession& session);
BoundListing list_settings(const BindSession& session);

/// A schema of STRING columns.
SchemaPtr text_schema(const std::vector<std::string>& names);
/// LIKE with % and _ and no escape.
bool like_matches(std::string_view text, std::string_view pattern, bool ignore_case);

}  // namespace hw
