// SPDX-License-Identifier: Apache-2.0
//
// The literals of a long list in as many columns as they have types. An expression for each of
// them would take a kilobyte; a list of 100,000 would not fit into the memory of a statement.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "columnar/column_builder.h"
#include "expr/bound_expr.h"

namespace hw {

class LiteralList {
 public:
  /// Requires: a literal, of no constructed type.
  Status add(const BoundExpr& literal);
  /// CHAR(n) of so many code points.
  Status add_text(std::string_view text);
  /// Requires: INT or BIGINT.
  Status add_integer(int64_t value, const SqlType& type);

  /// Returns a constant ARRAY<T> for each type T, in the order of their first literals, and NULL
  /// behind them if it was there. Text of several lengths is of the type that holds the longest.
  Result<std::vector<BoundExprPtr>> take();

 private:
  struct Group {
    SqlType type;
    std::unique_ptr<ColumnBuilder> builder;
  };
  Result<Group*> group_of(const SqlType& type);

  std::vector<Group> groups_;
  bool has_null_ = false;
};

/// The constant of type ARRAY<T> whose only row holds all rows of `items`, a plain column of T.
ColumnPtr array_constant(const Column& items);

}  // namespace hw
