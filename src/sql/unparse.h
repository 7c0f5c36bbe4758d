// SPDX-License-Identifier: Apache-2.0
//
// Syntax tree to canonical SQL, for stored views, EXPLAIN and errors: keywords in upper case,
// identifiers quoted only where they must be, parentheses only where they matter, one line. The
// result parses to the same tree, and equal trees give equal text.

#pragma once

#include <string>
#include <string_view>

#include "sql/ast.h"

namespace hw::ast {

std::string to_sql(const Expr& expr);
std::string to_sql(const Type& type);
std::string to_sql(const Name& name);
std::string to_sql(const Identifier& identifier);
std::string to_sql(const Query& query);
std::string to_sql(const QueryBody& body);
std::string to_sql(const TableRef& table);
/// Without a semicolon. An UnsupportedStatement gives its first words only.
std::string to_sql(const Statement& statement);

/// Returns the symbol or keywords of an operator: "+", "IS NULL", "BETWEEN".
std::string_view to_string(Op op);

/// Returns `text` as a string literal: 'it''s'.
std::string quote_string(std::string_view text);

}  // namespace hw::ast
