// SPDX-License-Identifier: Apache-2.0
//
// Functions written in SQL: CREATE, DROP, DESCRIBE and SHOW CREATE FUNCTION, and calls, which are
// the function's body with the arguments in place of its parameters.

#pragma once

#include <string>
#include <vector>

#include "expr/bound_expr.h"
#include "sql/ast_statement.h"
#include "sql/bind_catalog.h"
#include "sql/bind_session.h"
#include "sql/bound_statement.h"

namespace hw {

/// What a call means; null when there is no user's function of that name. A name of one part that
/// a built-in function has means the user's only when that is a system function.
Result<FunctionPtr> find_user_function(const ast::Name& name, bool is_built_in,
                                       const BindSession& session);

/// Fails (Invalid, TypeError) when the arguments do not fit the parameters.
Result<BoundExprPtr> expand_user_function(const FunctionDefinition& function,
                                          std::vector<BoundExprPtr> args, SqlPosition position,
                                          BindSession& session);

/// Sorted names of all that can be called by one part there.
Result<std::vector<std::string>> user_function_names(const BindSession& session);

/// What a statement says that was checked when it was written. Names in its body are looked up in
/// the database of `place`.
Result<FunctionPtr> written_function(const ast::CreateFunction& create, const DatabasePath& place);

Result<CreateFunctionChange> bind_create_function(const ast::CreateFunction& create,
                                                  BindSession& session);
Result<DropFunctionChange> bind_drop_function(const ast::Drop& drop, const BindSession& session);
Result<BoundListing> describe_function(const ast::Describe& describe, const BindSession& session);
Result<BoundListing> show_create_function(const ast::ShowCreate& show, const BindSession& session);

}  // namespace hw
