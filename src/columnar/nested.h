// SPDX-License-Identifier: Apache-2.0
//
// Looks into constructed columns without copying: a ROW's field as a column, a list's elements.

#pragma once

#include <cstdint>

#include "columnar/column.h"

namespace hw {

/// Field `field` of each row; NULL where the ROW is NULL. Keeps the encoding.
/// Requires: a ROW column.
ColumnPtr row_field(const Column& row, int field);

/// The lists, maps or multisets of a column: row r's elements are rows [begin(r), end(r)) of
/// `elements` (ARRAY) or of `keys` and `values` (MAP, MULTISET). Keeps the storage alive.
class ElementsView {
 public:
  /// Requires: an ARRAY, MAP or MULTISET column that outlives the view.
  explicit ElementsView(const Column& column);

  int64_t begin(int64_t row) const { return offsets_[column_->slot(row)]; }
  int64_t end(int64_t row) const { return offsets_[column_->slot(row) + 1]; }
  int64_t count(int64_t row) const { return end(row) - begin(row); }
  const ColumnPtr& elements() const { return first_; }
  const ColumnPtr& keys() const { return first_; }
  const ColumnPtr& values() const { return second_; }

 private:
  const Column* column_;
  const int32_t* offsets_;
  ColumnPtr first_;
  ColumnPtr second_;
};

}  // namespace hw
