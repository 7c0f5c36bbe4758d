// SPDX-License-Identifier: Apache-2.0
//
// A session for tests of binder and planner: all registered functions, connectors and formats, and
// a catalog that statements fill. Only tests include this.
//
// Tables without a connector read nothing and take everything; options say otherwise:
//   'bounded' = 'false'     the source does not end
//   'changelog' = 'all'     kinds that the source emits: insert (default), upsert, all
//   'accepts' = 'insert'    kinds that the sink takes: insert, upsert, all (default)

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "expr/function_catalogue.h"
#include "plan/planner.h"
#include "runtime/connector_catalogue.h"
#include "sql/binder.h"
#include "sql/shelf_catalog.h"

namespace hw {

class SessionFixture {
 public:
  SessionFixture();

  /// Binds a statement and carries out what it changes.
  Result<BoundStatement> run(std::string_view statement);
  /// Runs statements that must succeed.
  void must(std::string_view script);

  /// The bound plan of a query or INSERT as a tree, or `error at L:C: message`.
  std::string plan(std::string_view statement);
  /// The plan after all rules.
  std::string optimized(std::string_view statement);
  /// EXPLAIN CHANGELOG_MODE's physical plan.
  std::string physical(std::string_view statement);
  /// The job graph: JobGraph::to_text().
  std::string graph(std::string_view statement);
  /// `L:C message` of binding or planning, or "ok".
  std::string error(std::string_view statement);
  /// Rows of a listing, cells separated by ` | `, NULL as `-`, one row a line.
  std::string listing(std::string_view statement);
  /// The columns of a query: `(a INT, b STRING NOT NULL)`.
  std::string columns(std::string_view query);

  Catalog catalog;
  SessionConfig config;
  FunctionCatalogue functions;
  ConnectorCatalogue connectors;
  FormatCatalogue formats;
  /// What catalogs of type 'shelf' hold.
  Shelf shelf;
  /// The number of rows that a table tells optimized() of; none: it does not tell.
  std::map<std::string, double> rows;
  /// CREATE TABLE needs a connector and right options.
  bool check_connectors = false;

 private:
  PlanContext plan_context() const;
  Result<std::vector<PlanRoot>> roots(std::string_view statement);
};

}  // namespace hw
