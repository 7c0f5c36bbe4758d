// SPDX-License-Identifier: Apache-2.0
//
// Expressions of the syntax tree: a handful of plain structs, told apart by `kind`.
//
//   switch (expr.kind) {
//     case ExprKind::kLiteral: return bind_literal(expr.as<Literal>());
//
// Nodes are immutable and shared (views and common table expressions are expanded several times).
// `position` is the operator's token for operators between operands, the first token for all else.
// Two expressions are the same text up to spelling exactly when their `to_sql` is equal
// (unparse.h).
//
// Special syntaxes become ordinary calls:
//   EXTRACT(YEAR FROM x)          EXTRACT(Symbol YEAR, x)
//   TRIM(LEADING c FROM s)        TRIM(Symbol LEADING, c, s); without side BOTH, without c ' ';
//                                 TRIM(s) stays TRIM(s)
//   SUBSTRING(s FROM i FOR n)     SUBSTRING(s, i, n)
//   OVERLAY(s PLACING r FROM i FOR n)   OVERLAY(s, r, i, n)
//   POSITION(x IN s)              POSITION(x, s)
//   FLOOR(t TO DAY), CEIL(..)     FLOOR(t, Symbol DAY)
//   TIMESTAMPADD(DAY, n, t), TIMESTAMPDIFF(..)   TIMESTAMPADD(Symbol DAY, n, t)
//   CURRENT_DATE without ()       CURRENT_DATE() with `parenthesised` = false
//   JSON_OBJECT(KEY k VALUE v, ..)      JSON_OBJECT(k, v, ..), JSON_OBJECTAGG alike, + JsonClauses

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/status.h"
#include "sql/ast_name.h"
#include "sql/ast_type.h"

namespace hw::ast {

struct Query;
using QueryPtr = std::shared_ptr<const Query>;

enum class ExprKind : uint8_t {
  kLiteral,
  kInterval,
  kColumnRef,
  kStar,
  kFieldAccess,
  kIndexAccess,
  kOperator,
  kFunctionCall,
  kCast,
  kCase,
  kIn,
  kQuantified,
  kSubquery,
  kConstructor,
  kSymbol,
  kNamedArgument,
  kTableArgument,
  kDescriptor,
  kDefault,
};

/// No tree is higher than this: recursion over a tree is safe on an 8 MB stack.
constexpr int kMaxTreeHeight = 1000;

struct Expr {
  const ExprKind kind;
  SqlPosition position;
  /// Nodes on the longest way down to a leaf, sub-queries included; at most kMaxTreeHeight.
  int height = 1;

  /// Requires: T::kKind == kind.
  template <typename T>
  const T& as() const {
    HW_DCHECK(kind == T::kKind);
    return static_cast<const T&>(*this);
  }

 protected:
  explicit Expr(ExprKind k) : kind(k) {}
  ~Expr() = default;
};

/// Never null unless the member's comment says so.
using ExprPtr = std::shared_ptr<const Expr>;

template <ExprKind K>
struct ExprOf : Expr {
  static constexpr ExprKind kKind = K;
  ExprOf() : Expr(K) {}
};

/// Returns the node as a T, or null when it is of another kind.
template <typename T>
const T* expr_if(const ExprPtr& expr) {
  return expr != nullptr && expr->kind == T::kKind ? &expr->as<T>() : nullptr;
}

enum class LiteralKind : uint8_t {
  kNull,
  kTrue,
  kFalse,
  kUnknown,
  kInteger,    // text = digits: INT, else BIGINT, else DECIMAL(p, 0)
  kDecimal,    // text = digits with a point: 1.50, .5, 5.
  kDouble,     // text = number with an exponent: 1.5e3
  kString,     // text = the characters (UTF-8), escapes resolved, neighbours joined
  kBinary,     // text = the bytes
  kDate,       // text = what stands in the quotes, not yet checked
  kTime,       // as kDate
  kTimestamp,  // as kDate
};

struct Literal final : ExprOf<ExprKind::kLiteral> {
  LiteralKind type = LiteralKind::kNull;
  std::string text;
};

/// INTERVAL -'1 02:03' DAY TO MINUTE
struct IntervalLiteral final : ExprOf<ExprKind::kInterval> {
  /// A sign outside the quotes; one inside stays in `text`.
  bool negative = false;
  std::string text;
  IntervalQualifier qualifier;
};

/// a, t.a, db.t.a.field: which part is what is for the binder to find out.
struct ColumnRef final : ExprOf<ExprKind::kColumnRef> {
  Name name;
};

/// *, t.*, row_column.*, (expression).*; an item of a SELECT list or the argument of COUNT.
struct Star final : ExprOf<ExprKind::kStar> {
  Name qualifier;
  /// Null unless the qualifier is an expression.
  ExprPtr base;
};

/// A field of something that is not a plain dotted name: f(x).name, a[1].name
struct FieldAccess final : ExprOf<ExprKind::kFieldAccess> {
  ExprPtr base;
  Identifier field;
};

/// base[index]
struct IndexAccess final : ExprOf<ExprKind::kIndexAccess> {
  ExprPtr base;
  ExprPtr index;
};

enum class Op : uint8_t {
  // n operands, n >= 2; chains are flat, so a long one is not a deep tree.
  kOr,
  kAnd,
  // One operand.
  kNot,
  kPlus,
  kMinus,
  kIsNull,
  kIsTrue,
  kIsFalse,
  kIsUnknown,
  kIsJson,  // IS JSON and IS JSON VALUE
  kIsJsonScalar,
  kIsJsonArray,
  kIsJsonObject,
  // Two operands, grouped from the left.
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kConcat,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIsDistinctFrom,
  kOverlaps,  // both sides are ROW constructors of two
  // Two operands and an optional third, the escape character.
  kLike,
  kSimilarTo,
  // Three operands: value, low, high.
  kBetween,
  kBetweenSymmetric,
};

struct Operator final : ExprOf<ExprKind::kOperator> {
  Op op = Op::kAnd;
  /// IS NOT NULL, NOT LIKE, NOT BETWEEN, IS NOT DISTINCT FROM, ...: exactly NOT of the rest.
  bool negated = false;
  std::vector<ExprPtr> operands;
};

enum class SortDirection : uint8_t { kDefault, kAscending, kDescending };
enum class NullsOrder : uint8_t { kDefault, kFirst, kLast };

struct OrderItem {
  ExprPtr expr;
  SortDirection direction = SortDirection::kDefault;
  NullsOrder nulls = NullsOrder::kDefault;
};

enum class FrameUnit : uint8_t { kRows, kRange };
enum class FrameBoundKind : uint8_t {
  kUnboundedPreceding,
  kPreceding,
  kCurrentRow,
  kFollowing,
  kUnboundedFollowing,
};

struct FrameBound {
  FrameBoundKind kind = FrameBoundKind::kUnboundedPreceding;
  /// Null unless kPreceding or kFollowing.
  ExprPtr offset;
};

/// ROWS b is ROWS BETWEEN b AND CURRENT ROW.
struct Frame {
  FrameUnit unit = FrameUnit::kRange;
  FrameBound start;
  FrameBound end;
  SqlPosition position;
};

/// OVER w: only `base`. OVER (w ORDER BY ..), OVER (..), WINDOW w AS (..): the rest.
struct WindowSpec {
  /// Name of the window it builds on; empty text = none.
  Identifier base;
  /// OVER w without parentheses.
  bool bare = false;
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::optional<Frame> frame;
  SqlPosition position;
};

enum class SetQuantifier : uint8_t { kDefault, kAll, kDistinct };
enum class NullTreatment : uint8_t { kDefault, kIgnore, kRespect };
/// RUNNING LAST(..), FINAL LAST(..) in MATCH_RECOGNIZE.
enum class MatchSemantics : uint8_t { kDefault, kRunning, kFinal };

enum class JsonBehaviorKind : uint8_t {
  kNull,
  kError,
  kDefault,  // value
  kEmptyArray,
  kEmptyObject,
  kTrue,
  kFalse,
  kUnknown,
};

/// `NULL ON EMPTY`, `DEFAULT 0 ON ERROR`
struct JsonBehavior {
  JsonBehaviorKind kind = JsonBehaviorKind::kNull;
  /// Null unless kDefault.
  ExprPtr value;
};

enum class JsonWrapper : uint8_t { kDefault, kWithout, kConditional, kUnconditional };
enum class JsonNulls : uint8_t { kDefault, kNullOnNull, kAbsentOnNull };

/// What the JSON functions take beside arguments.
struct JsonClauses {
  std::optional<Type> returning;
  std::optional<JsonBehavior> on_empty;
  std::optional<JsonBehavior> on_error;
  JsonWrapper wrapper = JsonWrapper::kDefault;
  JsonNulls nulls = JsonNulls::kDefault;
};

/// Scalar, aggregate, window and table functions alike.
struct FunctionCall final : ExprOf<ExprKind::kFunctionCall> {
  Name name;
  /// COUNT(*) has one Star. Named arguments are NamedArgument nodes.
  std::vector<ExprPtr> args;
  SetQuantifier quantifier = SetQuantifier::kDefault;
  /// ORDER BY inside the parentheses: ARRAY_AGG(x ORDER BY y).
  std::vector<OrderItem> order_by;
  std::vector<OrderItem> within_group;
  NullTreatment null_treatment = NullTreatment::kDefault;
  MatchSemantics semantics = MatchSemantics::kDefault;
  /// FALSE for CURRENT_DATE and its kin written without parentheses.
  bool parenthesised = true;
  /// May be null.
  ExprPtr filter;
  /// May be null.
  std::shared_ptr<const WindowSpec> over;
  /// Null unless a JSON clause is written.
  std::shared_ptr<const JsonClauses> json;
};

struct Cast final : ExprOf<ExprKind::kCast> {
  ExprPtr operand;
  Type type;
  /// TRY_CAST: NULL instead of an error.
  bool is_try = false;
};

struct CaseBranch {
  ExprPtr when;
  ExprPtr then;
};

struct Case final : ExprOf<ExprKind::kCase> {
  /// Null for the searched form.
  ExprPtr operand;
  std::vector<CaseBranch> branches;
  /// Null when there is no ELSE.
  ExprPtr otherwise;
};

/// x IN (1, 2), x IN (SELECT ..), (a, b) NOT IN (..)
struct In final : ExprOf<ExprKind::kIn> {
  ExprPtr operand;
  bool negated = false;
  /// Empty when `query` is set.
  std::vector<ExprPtr> items;
  /// Null when `items` is set.
  QueryPtr query;
};

enum class Quantifier : uint8_t { kAny, kAll };

/// x >= ALL (SELECT ..); SOME is ANY.
struct Quantified final : ExprOf<ExprKind::kQuantified> {
  /// kEqual .. kGreaterEqual.
  Op op = Op::kEqual;
  Quantifier quantifier = Quantifier::kAny;
  ExprPtr operand;
  /// Empty when `query` is set.
  std::vector<ExprPtr> items;
  /// Null when `items` is set.
  QueryPtr query;
};

enum class SubqueryKind : uint8_t { kScalar, kExists };

/// (SELECT ..), EXISTS (SELECT ..). As the argument of a table function it is a table.
struct Subquery final : ExprOf<ExprKind::kSubquery> {
  SubqueryKind type = SubqueryKind::kScalar;
  QueryPtr query;
};

enum class ConstructorKind : uint8_t {
  kRow,    // ROW(..) and (a, b, ..)
  kArray,  // ARRAY[..]
  kMap,    // MAP[k, v, ..]: keys and values in turn
};

struct Constructor final : ExprOf<ExprKind::kConstructor> {
  ConstructorKind type = ConstructorKind::kRow;
  std::vector<ExprPtr> elements;
};

/// A keyword as an argument: YEAR in EXTRACT, LEADING in TRIM. Upper case.
struct Symbol final : ExprOf<ExprKind::kSymbol> {
  std::string name;
};

/// name => value
struct NamedArgument final : ExprOf<ExprKind::kNamedArgument> {
  Identifier name;
  ExprPtr value;
};

/// TABLE t [PARTITION BY ..] [ORDER BY ..]; TABLE (query) ..; (query) with one of the two clauses.
struct TableArgument final : ExprOf<ExprKind::kTableArgument> {
  /// Empty when `query` is set.
  Name table;
  /// Null when `table` is set.
  QueryPtr query;
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
};

/// DESCRIPTOR(a, b)
struct Descriptor final : ExprOf<ExprKind::kDescriptor> {
  std::vector<Identifier> columns;
};

/// DEFAULT as an argument or as a value to insert.
struct Default final : ExprOf<ExprKind::kDefault> {};

}  // namespace hw::ast
