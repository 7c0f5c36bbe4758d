// SPDX-License-Identifier: Apache-2.0
//
// Values and rows of the reference interpreter: plain C++ values, one a cell, nothing shared with
// the columns of the engine. A value does not know its type; whoever calculates is told the type.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "columnar/row_kind.h"
#include "columnar/sql_type.h"

namespace hw::reference {

/// The unscaled digits of a DECIMAL; its type has the scale.
__extension__ typedef __int128 Unscaled;

struct Value;
/// Elements of an ARRAY, fields of a ROW; of a MAP pairs of key and value, of a MULTISET pairs of
/// element and count, both in the order of the first.
using Elements = std::vector<Value>;

/// NULL; BOOLEAN; integers, dates, times, timestamps and intervals in the units of their types;
/// FLOAT and DOUBLE; DECIMAL; text and bytes; constructed types.
struct Value {
  std::variant<std::monostate, bool, int64_t, double, Unscaled, std::string, Elements> held;

  Value() = default;
  static Value null() { return {}; }
  static Value boolean(bool value) { return of(value); }
  static Value integer(int64_t value) { return of(value); }
  static Value real(double value) { return of(value); }
  static Value decimal(Unscaled value) { return of(value); }
  static Value text(std::string value) { return of(std::move(value)); }
  static Value elements(Elements value) { return of(std::move(value)); }

  bool is_null() const { return held.index() == 0; }
  /// True for TRUE, false for FALSE and NULL.
  bool is_true() const { return !is_null() && as<bool>(); }
  template <typename T>
  const T& as() const {
    return std::get<T>(held);
  }

 private:
  template <typename T>
  static Value of(T value) {
    Value made;
    made.held = std::move(value);
    return made;
  }
};

using Row = std::vector<Value>;
using Types = std::vector<SqlType>;

/// A total order: NULL is the smallest value, NaN the largest number, -0.0 is 0.0, text and bytes
/// compare as unsigned bytes. Requires: values of one type.
int compare(const Value& a, const Value& b);
int compare(const Row& a, const Row& b);

/// For maps: GROUP BY, DISTINCT, bags.
struct RowLess {
  bool operator()(const Row& a, const Row& b) const { return compare(a, b) < 0; }
};

/// One row of a changelog.
struct Change {
  RowKind kind = RowKind::kInsert;
  Row row;
};

/// The value as SQL prints it, text in quotes, for messages.
std::string to_text(const Value& value, const SqlType& type);
/// `(1, 'abc', NULL)`
std::string to_text(const Row& row, const Types& types);

}  // namespace hw::reference
