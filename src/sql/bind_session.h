// SPDX-License-Identifier: Apache-2.0
//
// What binding one statement shares: the session it is bound in, the common table expressions in
// sight, how deep it is in views, and the warnings it collects.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "expr/scalar_function.h"
#include "plan/catalog/user_functions.h"
#include "plan/logical/node.h"
#include "sql/binder.h"

namespace hw {

struct Relation;

/// A common table expression after binding: WITH c (a, b) AS (query).
struct BoundCommonTable {
  LogicalNodePtr plan;
};

struct BindSession {
  explicit BindSession(const BinderContext& binder_context);

  const BinderContext& context;
  ExprSession expr;
  /// Where unqualified names of tables are looked up; those of a view while it is expanded.
  std::string catalog;
  std::string database;
  /// By name; inner ones hide outer ones.
  std::map<std::string, BoundCommonTable> common_tables;
  /// Of the queries around the one that is bound, the next one last.
  std::vector<const Relation*> outer_relations;
  std::vector<std::string> warnings;
  /// User's functions whose bodies are being bound, outermost first.
  std::vector<const FunctionDefinition*> expanding;
  /// Views within views, and queries within queries.
  int depth = 0;
  /// Queries bound so far: a view is bound anew at each use.
  int64_t num_queries = 0;

  bool batch() const { return expr.batch_mode; }
  void warn(std::string text);
};

/// Queries nested deeper than this, views expanded, are refused: each level costs stack.
constexpr int kMaxQueryDepth = 200;

/// Counts one level while it lives, and one query more for good. Check `status` before going on.
class QueryDepth {
 public:
  QueryDepth(BindSession& session, SqlPosition position);
  ~QueryDepth();
  QueryDepth(const QueryDepth&) = delete;
  QueryDepth& operator=(const QueryDepth&) = delete;

  const Status& status() const { return status_; }

 private:
  BindSession& session_;
  Status status_;
};

}  // namespace hw
