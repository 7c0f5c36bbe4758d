// SPDX-License-Identifier: Apache-2.0
//
// From the syntax tree to bound statements: finds tables, columns and functions, types every
// expression, and makes the logical plan. Errors carry the SQL position; what the dialect has but
// this engine does not fails with "not supported yet: X".

#pragma once

#include "base/status.h"
#include "sql/ast.h"
#include "sql/bound_statement.h"

namespace hw {

class ConnectorCatalogue;
class Env;
class FormatCatalogue;
class FunctionCatalogue;

/// What binding looks at and never changes. All pointers outlive the binder.
struct BinderContext {
  const Catalog* catalog = nullptr;
  const SessionConfig* config = nullptr;
  const FunctionCatalogue* functions = nullptr;
  /// For the options and metadata columns of CREATE TABLE.
  const ConnectorCatalogue* connectors = nullptr;
  const FormatCatalogue* formats = nullptr;
  /// For CREATE CATALOG, which looks at what it opens. May be null where catalogs lie in memory.
  Env* env = nullptr;
  /// CREATE TABLE declares a table of the program's own rows: it has no WITH, and no connector is
  /// asked for.
  bool registered_tables = false;
};

class Binder {
 public:
  explicit Binder(BinderContext context) : context_(context) {}

  /// Binds one statement against the catalog and configuration as they are now.
  Result<BoundStatement> bind(const ast::Statement& statement) const;

 private:
  const BinderContext context_;
};

}  // namespace hw
