// SPDX-License-Identifier: Apache-2.0
//
// Columns of the query around a query. While a sub-query is bound, such a column is a column
// reference with a number that no plan has; freeing the plan of them (decorrelate.h) moves what
// reads them out of it, into the condition of a join.

#pragma once

#include "expr/bound_expr.h"

namespace hw {

/// Column i of the surrounding relation is number kOuterColumnFirst + i.
constexpr int kOuterColumnFirst = 1 << 24;
/// What stands for the value of the n-th sub-query of a clause until it is joined.
constexpr int kSubqueryColumnFirst = 1 << 25;

inline bool is_outer_column(const BoundExpr& expr) {
  return expr.kind() == BoundExpr::Kind::kColumn && expr.column_index() >= kOuterColumnFirst &&
         expr.column_index() < kSubqueryColumnFirst;
}
inline bool is_subquery_column(const BoundExpr& expr) {
  return expr.kind() == BoundExpr::Kind::kColumn && expr.column_index() >= kSubqueryColumnFirst;
}

/// Column numbers that no plan has: neither a row's nor an aggregate's.
inline bool is_foreign_column(const BoundExpr& expr) {
  return expr.kind() == BoundExpr::Kind::kColumn && expr.column_index() >= kOuterColumnFirst;
}

}  // namespace hw
