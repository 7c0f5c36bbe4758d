// SPDX-License-Identifier: Apache-2.0
//
// FROM: tables, views, common table expressions, derived tables, window functions and joins.

#pragma once

#include <map>
#include <string>

#include "plan/catalog/object_path.h"
#include "sql/ast_query.h"
#include "sql/bind_scope.h"
#include "sql/bind_session.h"

namespace hw {

Result<Relation> bind_table_ref(const ast::TableRef& ref, BindSession& session);
/// A table, view or common table expression by name.
Result<Relation> bind_named(const ast::Name& name, const std::vector<ast::Hint>& hints,
                            BindSession& session);
/// TUMBLE, HOP, CUMULATE.
Result<LogicalNodePtr> bind_table_function(const ast::FunctionCall& call, BindSession& session);
Result<Relation> bind_join(const ast::Join& join, BindSession& session);
/// The columns of both sides, the right's behind the left's.
Scope joined_scope(const Scope& left, const Scope& right, int left_columns);

/// The relation without the columns that `*` does not stand for, for what takes a table as a whole.
Relation without_hidden(const Relation& relation);

/// Gives a relation the name and column names of its alias.
Result<Relation> with_alias(Relation relation, const ast::TableAlias& alias, SqlPosition position);

/// The full name of a table as seen from the session (or from the view that is expanded).
Result<ObjectPath> bind_path(const ast::Name& name, const BindSession& session);
/// Options of an OPTIONS hint; warns about hints that nobody knows.
Result<std::map<std::string, std::string>> bind_hint_options(const std::vector<ast::Hint>& hints,
                                                             BindSession& session);

}  // namespace hw
