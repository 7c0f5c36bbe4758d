// SPDX-License-Identifier: Apache-2.0
//
// A generated query as data: what is printed as SQL, rewritten by relations and made smaller clause
// by clause.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reference/term.h"

namespace hw::reference {

struct Query;

/// What stands in FROM.
struct Source {
  enum class Kind : uint8_t { kTable, kQuery, kWindow, kJoin, kUnnest, kLate };
  Kind kind = Kind::kTable;
  /// Of all but joins.
  std::string alias;
  /// kTable, kWindow.
  std::string table;
  /// kWindow: `TUMBLE($, DESCRIPTOR(t), …)`, where $ is `TABLE name`.
  std::string window;
  /// kTable: `a.wt`, as of which rows are read.
  std::string as_of;
  /// kQuery; kLate: what drops the rows.
  std::shared_ptr<const Query> query;
  /// kUnnest, the first of `sides` with the elements of a collection: `UNNEST(a.c) AS u (e)`.
  std::string unnest;
  /// kJoin, kUnnest: `LEFT JOIN`, both sides, ON.
  std::string join_word;
  std::vector<Source> sides;
  std::optional<Term> on;
};

struct Select {
  bool distinct = false;
  /// Called c0, c1, …
  std::vector<Term> items;
  Source from;
  std::optional<Term> where;
  /// GROUP BY of these. Aggregates without keys have none, and `grouped` is true.
  bool grouped = false;
  std::vector<Term> keys;
  /// `ROLLUP`, `CUBE` or nothing: how the keys are grouped by.
  std::string grouping;
  std::optional<Term> having;
  std::optional<Term> qualify;
};

/// SELECTs under UNION [ALL], perhaps ordered by all columns and cut.
struct Query {
  /// WITH: names and queries.
  std::vector<std::pair<std::string, std::shared_ptr<const Query>>> with;
  std::vector<Select> parts;
  bool union_all = true;
  /// `c1 DESC`
  std::vector<std::string> order;
  std::optional<int64_t> limit;
  std::optional<int64_t> offset;
};

std::string to_sql(const Source& source);
std::string to_sql(const Select& select);
std::string to_sql(const Query& query);

/// Queries with one clause, item or part less, or with one expression smaller; not all of them
/// bind.
std::vector<Query> smaller(const Query& query);

}  // namespace hw::reference
