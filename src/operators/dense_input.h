// SPDX-License-Identifier: Apache-2.0
//
// The columns of a batch that a stateful operator reads, without selection: what the state tables
// and kernels take. Copies nothing where the batch has no selection.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columnar/batch.h"

namespace hw {

class DenseInput {
 public:
  /// Takes the columns numbered in `needed`.
  static Result<DenseInput> of(const Batch& batch, std::span<const int> needed);
  /// Takes all of them.
  static Result<DenseInput> of(const Batch& batch);

  /// Inserts; a column that nobody reads may be null.
  static DenseInput of_inserts(std::vector<ColumnPtr> columns, int64_t num_rows);

  /// The rows numbered by `rows`.
  Result<DenseInput> gathered(std::span<const int32_t> rows) const;

  int64_t num_rows() const { return num_rows_; }
  /// Requires: one of the needed ones.
  const ColumnPtr& column(int i) const { return columns_[static_cast<size_t>(i)]; }
  std::vector<ColumnPtr> columns(std::span<const int> numbers) const;
  const std::vector<ColumnPtr>& all_columns() const { return columns_; }
  bool insert_only() const { return row_kinds_ == nullptr; }
  RowKind row_kind(int64_t row) const {
    return row_kinds_ ? (*row_kinds_)[static_cast<size_t>(row)] : RowKind::kInsert;
  }
  const RowKindsPtr& row_kinds() const { return row_kinds_; }
  /// hash_keys of the columns numbered in `columns`, in this order, if they came with the batch;
  /// else null.
  const uint64_t* hashes_of(std::span<const int> columns) const;
  /// +1 for a row that is added, -1 for one that is taken back. Empty if all are added.
  std::vector<int8_t> signs() const;

 private:
  int64_t num_rows_ = 0;
  std::vector<ColumnPtr> columns_;  // by input column; null if not needed
  RowKindsPtr row_kinds_;
  KeyHashesPtr key_hashes_;
};

}  // namespace hw
