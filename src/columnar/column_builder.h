// SPDX-License-Identifier: Apache-2.0
//
// Builds one plain column of any SQL type row by row, from values, from other columns' rows or
// from text. For hot paths that know their type, FixedBuilder and BytesBuilder write straight
// into buffers of the memory pool.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "columnar/column.h"

namespace hw {

/// Any type; about as fast as an Arrow builder. Reusable: finish() empties it.
class ColumnBuilder {
 public:
  virtual ~ColumnBuilder() = default;
  static Result<std::unique_ptr<ColumnBuilder>> make(const SqlType& type);

  virtual const SqlType& type() const = 0;
  virtual int64_t num_rows() const = 0;
  virtual void reserve(int64_t rows) = 0;
  virtual Status append_null() = 0;
  /// Appends a copy of one row. Requires: equal types but for nullability.
  virtual Status append_from(const Column& column, int64_t row) = 0;
  /// Scalars; each Fails (TypeError) when the physical type is another.
  virtual Status append_bool(bool value) = 0;
  virtual Status append_int(
      int64_t value) = 0;  // all integers, dates, times, timestamps, intervals
  virtual Status append_double(double value) = 0;  // FLOAT and DOUBLE
  virtual Status append_decimal(const arrow::Decimal128& value) = 0;
  virtual Status append_bytes(std::string_view value) = 0;  // text and binary
  /// Constructed types: child(i) builds field i (ROW), the elements (ARRAY: child 0), or keys and
  /// values (MAP, MULTISET: children 0 and 1). Append the children's values, then close the row.
  virtual ColumnBuilder& child(int i) = 0;
  /// ROW: one value was appended to every child. ARRAY, MAP: `num_elements` were appended.
  /// A key of a MAP must not be NULL: finish() Fails (Invalid) then.
  virtual Status append_constructed(int64_t num_elements) = 0;
  /// Takes back the rows above `num_rows` (an error in the middle of a record).
  virtual Status truncate(int64_t num_rows) = 0;
  virtual Result<ColumnPtr> finish() = 0;
};

}  // namespace hw
