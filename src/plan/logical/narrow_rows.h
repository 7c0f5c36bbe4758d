// SPDX-License-Identifier: Apache-2.0
//
// Columns of type ROW of which only some fields are read: what an expression needs of each column,
// the ROW type with nothing else in it, and the same expression over such columns.

#pragma once

#include <functional>
#include <map>
#include <vector>

#include "columnar/sql_type.h"
#include "expr/bound_expr.h"

namespace hw {

/// What is read of a column, or of a field: all of it, or fields by their positions; or nothing.
struct NeededFields {
  bool whole = false;
  std::map<int, NeededFields> fields;

  bool nothing() const { return !whole && fields.empty(); }
};

/// Adds what `expr` reads; `needed` has an entry for each input column.
void add_needed_fields(const BoundExprPtr& expr, std::vector<NeededFields>& needed);

/// `type` with the needed fields alone, in their order; `type` itself where all of it is needed or
/// nothing is.
SqlType narrow_row(const SqlType& type, const NeededFields& needed);

/// `expr` over columns some of which are narrower than they were: `narrowed` returns the new type
/// of a column, or null where it is as it was. Requires: all fields that `expr` reads are there.
BoundExprPtr over_narrowed(const BoundExprPtr& expr,
                           const std::function<const SqlType*(int column)>& narrowed);

}  // namespace hw
