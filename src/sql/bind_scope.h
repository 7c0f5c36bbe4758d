// SPDX-License-Identifier: Apache-2.0
//
// Which columns a name can mean in one query block, and what it does mean.

#pragma once

#include <string>
#include <vector>

#include "expr/bound_expr.h"
#include "plan/logical/node.h"
#include "sql/ast_name.h"

namespace hw {

struct ScopeColumn {
  /// `t`, `db.t` or `cat.db.t` as far as known; an alias is one part; empty = only by bare name.
  std::vector<std::string> qualifier;
  std::string name;
  /// Column of the relation's plan.
  int index = -1;
  /// Found by its bare name; the second of two USING columns is not.
  bool bare = true;
  /// Found by its name, but no part of `*`, of NATURAL and of column lists.
  bool hidden = false;
};

/// The columns of FROM. Plain data with look-ups.
class Scope {
 public:
  /// All columns of `plan` under one qualifier.
  static Scope of(const LogicalNode& plan, const std::vector<std::string>& qualifier);

  void add(ScopeColumn column) { columns_.push_back(std::move(column)); }
  const std::vector<ScopeColumn>& columns() const { return columns_; }
  std::vector<ScopeColumn>& columns() { return columns_; }

  /// What `*` stands for, in order.
  std::vector<ScopeColumn> star() const;
  /// What `t.*` stands for; empty when there is no such table.
  std::vector<ScopeColumn> star_of(const ast::Name& qualifier) const;

  /// A column and how many parts of the name it took; the others are fields.
  struct Found {
    const ScopeColumn* column = nullptr;
    size_t parts = 0;
  };
  /// Fails (KeyError, Invalid) when the name is unknown or ambiguous.
  Result<Found> find(const ast::Name& name) const;

 private:
  Result<const ScopeColumn*> find_bare(const ast::Identifier& name) const;
  Status unknown(const ast::Name& name) const;

  std::vector<ScopeColumn> columns_;
};

/// A plan and what its columns are called.
struct Relation {
  LogicalNodePtr plan;
  Scope scope;
};

/// `a.b.c`
std::string dotted(const ast::Name& name);

}  // namespace hw
