// SPDX-License-Identifier: Apache-2.0
//
// Heights of syntax tree nodes, from the heights of their children. The parser keeps trees low with
// them, so that recursion over a finished tree (binding, unparsing, destruction) needs no guard.

#pragma once

#include "sql/ast.h"

namespace hw::ast {

int height_over_children(const Expr& expr);
int height_over_children(const Query& query);
int height_over_children(const QueryBody& body);
int height_over_children(const TableRef& table);

}  // namespace hw::ast
