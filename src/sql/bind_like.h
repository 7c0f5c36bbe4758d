// SPDX-License-Identifier: Apache-2.0
//
// CREATE TABLE .. LIKE: what the new table takes over from another.

#pragma once

#include <memory>

#include "sql/ast_statement.h"
#include "sql/bind_session.h"

namespace hw {

/// The statement with what LIKE takes over written out, LIKE itself gone. Requires: create.like.
Result<std::shared_ptr<ast::CreateTable>> with_like_written_out(const ast::CreateTable& create,
                                                                const BindSession& session);

}  // namespace hw
