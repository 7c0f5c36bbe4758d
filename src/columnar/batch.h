// SPDX-License-Identifier: Apache-2.0
//
// What flows between operators: immutable columns of equal length, an optional row-kind column
// (absent = all +I), optional key hashes, and, inside a chain only, an optional selection that
// says which stored rows are meant. At most 4,096 rows and 8 MiB (one larger row travels alone).

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columnar/column.h"
#include "columnar/row_kind.h"
#include "columnar/schema.h"

namespace hw {

constexpr int64_t kBatchRowsMax = 4096;
constexpr int64_t kBatchBytesMax = 8 << 20;

/// Ascending stored-row numbers.
using Selection = std::vector<int32_t>;
using SelectionPtr = std::shared_ptr<const Selection>;
using RowKindsPtr = std::shared_ptr<const std::vector<RowKind>>;

/// hash_keys of some columns of a batch, which it takes along.
struct KeyHashes {
  std::vector<int> columns;      // of the batch, in the order in which they were hashed
  std::vector<uint64_t> hashes;  // one per stored row
};
using KeyHashesPtr = std::shared_ptr<const KeyHashes>;

class Batch {
 public:
  Batch() = default;
  /// Requires: every column has `num_stored_rows` rows and its field's type.
  Batch(SchemaPtr schema, std::vector<ColumnPtr> columns, int64_t num_stored_rows,
        RowKindsPtr row_kinds = nullptr);

  const SchemaPtr& schema() const { return schema_; }
  int num_columns() const { return static_cast<int>(columns_.size()); }
  const ColumnPtr& column(int i) const { return columns_[static_cast<size_t>(i)]; }
  const std::vector<ColumnPtr>& columns() const { return columns_; }

  /// Rows that are meant: the selected ones, or all.
  int64_t num_rows() const {
    return selection_ ? static_cast<int64_t>(selection_->size()) : num_stored_rows_;
  }
  int64_t num_stored_rows() const { return num_stored_rows_; }
  bool empty() const { return num_rows() == 0; }
  /// Null when all stored rows are meant.
  const SelectionPtr& selection() const { return selection_; }

  /// Kinds of the stored rows, or null when all are +I.
  const RowKindsPtr& row_kinds() const { return row_kinds_; }
  bool insert_only() const { return row_kinds_ == nullptr; }
  RowKind row_kind(int64_t stored_row) const {
    return row_kinds_ ? (*row_kinds_)[static_cast<size_t>(stored_row)] : RowKind::kInsert;
  }

  /// Hashes of the exchange's key, or null. They travel with the batch so that the state behind an
  /// exchange does not hash again, as long as their columns do.
  const KeyHashesPtr& key_hashes() const { return key_hashes_; }
  Batch with_key_hashes(KeyHashesPtr hashes) const;

  /// Returns the same rows cut to `selection`, which numbers this batch's *stored* rows and must
  /// be a subset of the present selection.
  Batch narrowed_to(SelectionPtr selection) const;
  /// Returns the meant rows densely stored, without selection. Cheap if there is none.
  Result<Batch> compacted() const;
  /// Returns meant rows [offset, offset + length); copies nothing unless there is a selection.
  Batch slice(int64_t offset, int64_t length) const;
  /// Returns the same rows with other columns (same number of stored rows). Key hashes stay if
  /// all their columns are among these.
  Batch with_columns(SchemaPtr schema, std::vector<ColumnPtr> columns) const;
  Batch with_row_kinds(RowKindsPtr row_kinds) const;

  /// Bytes of the columns' buffers that the batch keeps alive; shared buffers count each time.
  int64_t num_bytes() const;

  /// Debug: columns agree with schema, lengths agree, Arrow data is valid.
  Status validate() const;
  /// `+I[1, abc] | -U[2, NULL]`, for tests and error messages.
  std::string to_text() const;

 private:
  SchemaPtr schema_;
  std::vector<ColumnPtr> columns_;
  int64_t num_stored_rows_ = 0;
  RowKindsPtr row_kinds_;
  SelectionPtr selection_;
  KeyHashesPtr key_hashes_;
};

}  // namespace hw
