// SPDX-License-Identifier: Apache-2.0
//
// Types as written become SQL types.

#pragma once

#include "columnar/sql_type.h"
#include "sql/ast_type.h"

namespace hw {

/// Nullable unless NOT NULL is written. Fails for types that the engine does not have.
Result<SqlType> bind_type(const ast::Type& type);

}  // namespace hw
