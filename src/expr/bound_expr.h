// SPDX-License-Identifier: Apache-2.0
//
// An expression after binding: every name is a column number, every call a chosen function, every
// conversion a cast. Immutable plain data, shared by plans; the evaluator compiles it.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columnar/column.h"

namespace hw {

struct ScalarFunction;
class BoundExpr;
using BoundExprPtr = std::shared_ptr<const BoundExpr>;

class BoundExpr {
 public:
  enum class Kind : uint8_t {
    kColumn,   // input column `column_index`
    kLiteral,  // `literal`, a constant column of one row
    kCall,     // `function`(args)
    kCast,     // CAST(args[0] AS type); TRY_CAST when `try_cast`
    kCase,     // args: when1, then1, when2, then2, …, [else]; conditions are BOOLEAN
    kAnd,  // n-ary, three-valued; later args are only evaluated where earlier ones are not FALSE
    kOr,   // n-ary; later args only where earlier ones are not TRUE
    kCoalesce,  // first that is not NULL; later args only where all earlier ones are NULL
    kField,     // field `column_index` of args[0], a ROW
  };

  static BoundExprPtr column(int index, SqlType type, std::string name);
  static BoundExprPtr literal(ColumnPtr value);
  static BoundExprPtr call(const ScalarFunction* function, std::vector<BoundExprPtr> args,
                           SqlType type);
  static BoundExprPtr cast(BoundExprPtr arg, SqlType type, bool try_cast = false);
  /// kCase, kAnd, kOr, kCoalesce.
  static BoundExprPtr special(Kind kind, std::vector<BoundExprPtr> args, SqlType type);
  static BoundExprPtr field(BoundExprPtr row, int field_index);

  Kind kind() const { return kind_; }
  const SqlType& type() const { return type_; }
  int column_index() const { return column_index_; }
  /// kColumn: the column's name for printing.
  const std::string& name() const { return name_; }
  const ColumnPtr& literal_value() const { return literal_; }
  const ScalarFunction* function() const { return function_; }
  const std::vector<BoundExprPtr>& args() const { return args_; }
  bool try_cast() const { return try_cast_; }
  SqlPosition position() const { return position_; }
  BoundExprPtr with_position(SqlPosition position) const;
  BoundExprPtr with_args(std::vector<BoundExprPtr> args) const;

  bool is_literal() const { return kind_ == Kind::kLiteral; }
  bool is_null_literal() const;
  /// False when some call in the tree is not deterministic (RAND, UUID, current time).
  bool deterministic() const { return deterministic_; }
  /// False when some call gives another value at each evaluation (RAND, UUID).
  bool repeatable() const { return repeatable_; }
  /// True when evaluating some row may fail the job (division, casts).
  bool can_fail() const { return can_fail_; }
  /// True when some column is read.
  bool reads_columns() const { return reads_columns_; }
  /// Equal structure, types and functions; positions do not count.
  bool equals(const BoundExpr& other) const;
  uint64_t hash() const { return hash_; }
  /// SQL-like text for EXPLAIN and error messages; columns by their names.
  std::string to_sql() const;

  explicit BoundExpr(Kind kind) : kind_(kind) {}

 private:
  /// Fills what is derived from the other members.
  void derive();

  // Constant after construction (the factories fill them).
  Kind kind_;
  SqlType type_;
  int column_index_ = -1;
  std::string name_;
  ColumnPtr literal_;
  const ScalarFunction* function_ = nullptr;
  std::vector<BoundExprPtr> args_;
  bool try_cast_ = false;
  SqlPosition position_;
  bool deterministic_ = true;
  bool repeatable_ = true;
  bool can_fail_ = false;
  bool reads_columns_ = false;
  uint64_t hash_ = 0;
};

/// Column numbers that the expression reads, ascending, each once.
std::vector<int> columns_read(const BoundExpr& expr);
/// Returns the expression with column i replaced by `replacements[i]`.
BoundExprPtr substitute_columns(const BoundExprPtr& expr,
                                const std::vector<BoundExprPtr>& replacements);
/// Returns the expression with column i renumbered to `new_index[i]`.
BoundExprPtr renumber_columns(const BoundExprPtr& expr, const std::vector<int>& new_index);
/// Splits a condition at its ANDs.
std::vector<BoundExprPtr> conjuncts(const BoundExprPtr& condition);
/// The AND of all, TRUE when there is none.
BoundExprPtr conjunction(std::vector<BoundExprPtr> conditions);

}  // namespace hw
