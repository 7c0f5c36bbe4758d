// SPDX-License-Identifier: Apache-2.0
//
// Hints of a query block, SELECT /*+ NAME(..) */: which tables of its FROM they speak of, and what
// they ask for. A hint that is unknown changes nothing and is warned of; one that names a table
// that the block does not have is an error.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/lookup.h"
#include "sql/ast_query.h"
#include "sql/bind_scope.h"

namespace hw {

struct BindSession;

/// LOOKUP('table'='t', ..).
struct LookupHint {
  std::string table;
  /// Rows of one key are looked up in one place.
  bool shuffle = false;
  LookupAsking asking;
  /// What was said of asking again.
  bool on_miss = false;
  bool by_fixed_delay = false;
  std::optional<int64_t> fixed_delay_ms;
  std::optional<int64_t> attempts;
  SqlPosition position;
};

/// One entry of STATE_TTL('t' = '1 d', ..).
struct TtlHint {
  std::string table;
  int64_t ttl_ms = 0;
  bool reaches = false;  // something that ages by it
};

class BlockHints {
 public:
  BlockHints() = default;
  /// Fails when a hint is not well formed.
  static Result<BlockHints> bind(const std::vector<ast::Hint>& hints, BindSession& session);

  /// Does to the rows of the block's FROM what the hints ask for.
  /// Fails when a hint names a table that is not among those of FROM.
  Status apply(Relation& from, BindSession& session);
  /// What the block groups its rows by, with what a hint for its only table says.
  LogicalNodePtr aged(const LogicalNodePtr& grouped);
  /// Warns of what has reached nothing. When the block is bound.
  void warn_unreached(BindSession& session) const;

 private:
  struct Mention {
    std::string hint;
    std::string table;
    SqlPosition position;
  };

  Status check_tables(const Scope& from) const;
  Status mention_tables(const ast::Hint& hint);
  Status mention_ttl(const ast::Hint& hint);
  void apply_ttl(Relation& from);
  void join_as_one(Relation& from, BindSession& session) const;

  std::vector<LookupHint> lookups_;
  std::vector<TtlHint> ttls_;
  std::vector<std::vector<std::string>> joined_as_one_;  // tables, by hint
  std::vector<Mention> mentions_;
  bool joins_ = false;  // FROM has several tables
};

}  // namespace hw
