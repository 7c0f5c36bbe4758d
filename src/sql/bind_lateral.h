// SPDX-License-Identifier: Apache-2.0
//
// What stands in FROM and reads columns of what stands to the left of it: LATERAL (query), UNNEST,
// LATERAL TABLE(f(..)).

#pragma once

#include "sql/ast_query.h"
#include "sql/bind_scope.h"
#include "sql/bind_session.h"

namespace hw {

/// True for a right side of a join that may read the left one.
bool is_lateral(const ast::TableRef& ref);

/// Requires: is_lateral(*join.right), and `left` is its left side.
Result<Relation> bind_lateral_join(const ast::Join& join, const Relation& left,
                                   BindSession& session);

/// The rows of `left` with the columns of the elements behind theirs.
Result<Relation> bind_unnest(const ast::Unnest& unnest, const Relation& left, bool keep_empty,
                             BindSession& session);

}  // namespace hw
