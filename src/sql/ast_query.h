// SPDX-License-Identifier: Apache-2.0
//
// Queries of the syntax tree. A Query is a body (SELECT, VALUES, set operation, TABLE t or a query
// in parentheses) with the clauses around it. Table references in FROM form a tree of joins.
// Nodes are immutable and shared, told apart by `kind` like expressions.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "sql/ast_expr.h"
#include "sql/ast_name.h"

namespace hw::ast {

enum class QueryBodyKind : uint8_t { kSelect, kValues, kSetOperation, kTable, kNested };

struct QueryBody {
  const QueryBodyKind kind;
  SqlPosition position;
  int height = 1;

  /// Requires: T::kKind == kind.
  template <typename T>
  const T& as() const {
    HW_DCHECK(kind == T::kKind);
    return static_cast<const T&>(*this);
  }

 protected:
  explicit QueryBody(QueryBodyKind k) : kind(k) {}
  ~QueryBody() = default;
};
using QueryBodyPtr = std::shared_ptr<const QueryBody>;

template <QueryBodyKind K>
struct QueryBodyOf : QueryBody {
  static constexpr QueryBodyKind kKind = K;
  QueryBodyOf() : QueryBody(K) {}
};

/// c (a, b) AS (query)
struct CommonTable {
  Identifier name;
  std::vector<Identifier> columns;
  QueryPtr query;
};

struct Query {
  std::vector<CommonTable> with;
  QueryBodyPtr body;
  std::vector<OrderItem> order_by;
  /// LIMIT n or FETCH FIRST n ROWS ONLY; null = all.
  ExprPtr limit;
  /// May be null.
  ExprPtr offset;
  SqlPosition position;
  int height = 1;
};

// ---- table references ---------------------------------------------------------------------------

enum class TableRefKind : uint8_t {
  kNamed,
  kDerived,
  kFunction,
  kUnnest,
  kJoin,
  kMatchRecognize,
};

/// AS a (c1, c2)
struct TableAlias {
  /// Empty text = no alias.
  Identifier name;
  std::vector<Identifier> columns;

  bool given() const { return !name.text.empty(); }
};

struct TableRef {
  const TableRefKind kind;
  SqlPosition position;
  int height = 1;

  /// Requires: T::kKind == kind.
  template <typename T>
  const T& as() const {
    HW_DCHECK(kind == T::kKind);
    return static_cast<const T&>(*this);
  }

 protected:
  explicit TableRef(TableRefKind k) : kind(k) {}
  ~TableRef() = default;
};
using TableRefPtr = std::shared_ptr<const TableRef>;

template <TableRefKind K>
struct TableRefOf : TableRef {
  static constexpr TableRefKind kKind = K;
  TableRefOf() : TableRef(K) {}
};

/// An argument of a hint: 'k'='v', 'k', name, 3. `key` is empty for plain values.
struct HintArgument {
  std::string key;
  std::string value;
  SqlPosition position;
};

/// NAME(args) of /*+ .. */; the name is in upper case.
struct Hint {
  std::string name;
  std::vector<HintArgument> args;
  SqlPosition position;
};

/// t /*+ OPTIONS(..) */ FOR SYSTEM_TIME AS OF e AS a (..)
struct NamedTable final : TableRefOf<TableRefKind::kNamed> {
  Name name;
  std::vector<Hint> hints;
  /// The point in time of FOR SYSTEM_TIME AS OF; null = none.
  ExprPtr as_of;
  TableAlias alias;
};

/// [LATERAL] (query) AS a (..)
struct DerivedTable final : TableRefOf<TableRefKind::kDerived> {
  QueryPtr query;
  bool lateral = false;
  TableAlias alias;
};

/// [LATERAL] TABLE(f(..)) AS a (..), or f(..) without TABLE.
struct TableFunction final : TableRefOf<TableRefKind::kFunction> {
  std::shared_ptr<const FunctionCall> call;
  bool lateral = false;
  TableAlias alias;
};

/// UNNEST(e) [WITH ORDINALITY] AS a (..)
struct Unnest final : TableRefOf<TableRefKind::kUnnest> {
  ExprPtr collection;
  bool ordinality = false;
  TableAlias alias;
};

enum class JoinKind : uint8_t { kInner, kLeft, kRight, kFull, kCross };

/// A comma in FROM is a kCross join.
struct Join final : TableRefOf<TableRefKind::kJoin> {
  JoinKind type = JoinKind::kInner;
  bool natural = false;
  TableRefPtr left;
  TableRefPtr right;
  /// ON; null with USING, NATURAL and CROSS.
  ExprPtr condition;
  std::vector<Identifier> using_columns;
};

// ---- MATCH_RECOGNIZE ----------------------------------------------------------------------------

enum class PatternKind : uint8_t {
  kEmpty,
  kVariable,
  kSequence,     // children
  kAlternation,  // children
  kPermute,      // children
  kExclusion,    // {- children[0] -}
  kStart,        // ^
  kEnd,          // $
  kRepeat,       // children[0]{min,max}
};

struct Pattern {
  PatternKind kind = PatternKind::kEmpty;
  Identifier variable;
  std::vector<Pattern> children;
  int64_t min = 0;
  /// No value = unbounded.
  std::optional<int64_t> max;
  /// *?, +?, ..: as few as possible.
  bool reluctant = false;
  SqlPosition position;
};

enum class RowsPerMatch : uint8_t {
  kOneRow,
  kAllRowsShowEmpty,  // ALL ROWS PER MATCH [SHOW EMPTY MATCHES]
  kAllRowsOmitEmpty,
  kAllRowsWithUnmatched,
};
enum class AfterMatch : uint8_t {
  kDefault,  // not written: to next row
  kPastLastRow,
  kToNextRow,
  kToFirst,  // variable
  kToLast,   // variable; also TO v
};

/// e AS name in MEASURES and DEFINE.
struct NamedExpr {
  Identifier name;
  ExprPtr expr;
};

/// name = (a, b) in SUBSET.
struct PatternSubset {
  Identifier name;
  std::vector<Identifier> variables;
};

struct MatchRecognize final : TableRefOf<TableRefKind::kMatchRecognize> {
  /// A named or derived table.
  TableRefPtr input;
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::vector<NamedExpr> measures;
  RowsPerMatch rows_per_match = RowsPerMatch::kOneRow;
  AfterMatch after_match = AfterMatch::kDefault;
  Identifier after_match_variable;
  Pattern pattern;
  /// WITHIN; may be null.
  ExprPtr within;
  std::vector<PatternSubset> subsets;
  std::vector<NamedExpr> defines;
  TableAlias alias;
};

// ---- bodies -------------------------------------------------------------------------------------

struct SelectItem {
  /// A Star for *, t.* and r.*.
  ExprPtr expr;
  /// Empty text = none given.
  Identifier alias;
};

enum class GroupingKind : uint8_t { kExprs, kRollup, kCube, kGroupingSets };

/// One element of GROUP BY. kExprs: a single expression, (a, b) as one unit, or () when empty.
/// ROLLUP and CUBE hold kExprs elements; GROUPING SETS may hold all kinds.
struct GroupingElement {
  GroupingKind kind = GroupingKind::kExprs;
  std::vector<ExprPtr> exprs;
  std::vector<GroupingElement> elements;
  SqlPosition position;
};

/// w AS (..) in the WINDOW clause.
struct NamedWindow {
  Identifier name;
  std::shared_ptr<const WindowSpec> spec;
};

struct Select final : QueryBodyOf<QueryBodyKind::kSelect> {
  std::vector<Hint> hints;
  bool distinct = false;
  std::vector<SelectItem> items;
  /// Null when there is no FROM.
  TableRefPtr from;
  /// May be null.
  ExprPtr where;
  /// No value = no GROUP BY (GROUP BY () has one element).
  std::optional<std::vector<GroupingElement>> group_by;
  /// May be null.
  ExprPtr having;
  std::vector<NamedWindow> windows;
  /// May be null.
  ExprPtr qualify;
};

/// VALUES (1, 'a'), (2, 'b'); a row of one may lack its parentheses.
struct Values final : QueryBodyOf<QueryBodyKind::kValues> {
  std::vector<std::vector<ExprPtr>> rows;
  /// Where each row begins.
  std::vector<SqlPosition> row_positions;
};

enum class SetOp : uint8_t { kUnion, kIntersect, kExcept };

/// inputs[0] op inputs[1] op ..., grouped from the left: a chain of one operator is one node.
struct SetOperation final : QueryBodyOf<QueryBodyKind::kSetOperation> {
  SetOp op = SetOp::kUnion;
  bool all = false;
  std::vector<QueryBodyPtr> inputs;
};

/// TABLE t
struct ExplicitTable final : QueryBodyOf<QueryBodyKind::kTable> {
  Name name;
};

/// (query) that has WITH, ORDER BY, LIMIT or OFFSET of its own.
struct NestedQuery final : QueryBodyOf<QueryBodyKind::kNested> {
  QueryPtr query;
};

}  // namespace hw::ast
