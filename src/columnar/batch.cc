// SPDX-License-Identifier: Apache-2.0

#include "columnar/batch.h"

#include <algorithm>
#include <utility>

#include <arrow/array.h>
#include <arrow/array/util.h>

#include "base/assert.h"
#include "columnar/gather.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

template <typename T>
std::shared_ptr<const std::vector<T>> cut(const std::shared_ptr<const std::vector<T>>& all,
                                          int64_t offset, int64_t length) {
  if (all == nullptr) return nullptr;
  const auto from = all->begin() + offset;
  return std::make_shared<const std::vector<T>>(from, from + length);
}

KeyHashesPtr cut(const KeyHashesPtr& all, int64_t offset, int64_t length) {
  if (all == nullptr) return nullptr;
  const auto from = all->hashes.begin() + offset;
  return std::make_shared<const KeyHashes>(
      KeyHashes{.columns = all->columns, .hashes = {from, from + length}});
}

/// The same hashes where their columns are found among `to`, or null.
KeyHashesPtr moved(const KeyHashesPtr& all, std::span<const ColumnPtr> from,
                   std::span<const ColumnPtr> to) {
  if (all == nullptr) return nullptr;
  std::vector<int> columns;
  for (const int column : all->columns) {
    const auto found = std::find(to.begin(), to.end(), from[static_cast<size_t>(column)]);
    if (found == to.end()) return nullptr;
    columns.push_back(static_cast<int>(found - to.begin()));
  }
  if (columns == all->columns) return all;
  return std::make_shared<const KeyHashes>(
      KeyHashes{.columns = std::move(columns), .hashes = all->hashes});
}

int64_t storage_bytes(const arrow::ArrayData& data) {
  int64_t bytes = 0;
  for (const std::shared_ptr<arrow::Buffer>& buffer : data.buffers) {
    if (buffer != nullptr) bytes += buffer->size();
  }
  for (const std::shared_ptr<arrow::ArrayData>& child : data.child_data) {
    bytes += storage_bytes(*child);
  }
  return bytes;
}

/// Of a dictionary, what the rows take of it at most: as many values as there are rows.
int64_t column_bytes(const Column& column) {
  const int64_t bytes = storage_bytes(column.values());
  if (column.encoding() != Column::Encoding::kDictionary) return bytes;
  const int64_t num_values = std::max<int64_t>(1, column.values().length);
  return 4 * column.num_rows() + bytes * std::min(column.num_rows(), num_values) / num_values;
}

Status validate_column(const Column& column, const SqlField& field, int64_t num_rows) {
  if (column.num_rows() != num_rows) {
    return Status::UnknownError("column ", field.name, " has ", column.num_rows(),
                                " rows, its batch ", num_rows);
  }
  if (!column.type().equals_ignoring_null(field.type)) {
    return Status::UnknownError("column ", field.name, " is ", column.type().to_sql(),
                                ", but the schema says ", field.type.to_sql());
  }
  if (!column.values().type->Equals(*column.type().to_arrow())) {
    return Status::UnknownError("column ", field.name, " of type ", column.type().to_sql(),
                                " is stored as ", column.values().type->ToString());
  }
  HW_TRY(arrow::MakeArray(column.values_ptr())->Validate());
  if (column.encoding() != Column::Encoding::kDictionary) return Status::OK();
  for (int64_t row = 0; row < num_rows; ++row) {
    const int32_t slot = column.indices()[row];
    if (slot < 0 || slot >= column.values().length) {
      return Status::UnknownError("column ", field.name, ": dictionary index ", slot, " of ",
                                  column.values().length);
    }
  }
  return Status::OK();
}

}  // namespace

Batch::Batch(SchemaPtr schema, std::vector<ColumnPtr> columns, int64_t num_stored_rows,
             RowKindsPtr row_kinds)
    : schema_(std::move(schema)),
      columns_(std::move(columns)),
      num_stored_rows_(num_stored_rows),
      row_kinds_(std::move(row_kinds)) {
  HW_DCHECK(static_cast<int>(columns_.size()) == schema_->num_fields());
  HW_DCHECK(!row_kinds_ || static_cast<int64_t>(row_kinds_->size()) == num_stored_rows_);
}

Batch Batch::with_key_hashes(KeyHashesPtr hashes) const {
  HW_DCHECK(!hashes || static_cast<int64_t>(hashes->hashes.size()) == num_stored_rows_);
  Batch batch = *this;
  batch.key_hashes_ = std::move(hashes);
  return batch;
}

Batch Batch::narrowed_to(SelectionPtr selection) const {
  Batch batch = *this;
  batch.selection_ = std::move(selection);
  return batch;
}

Result<Batch> Batch::compacted() const {
  if (selection_ == nullptr) return *this;
  Batch stored = *this;
  stored.selection_ = nullptr;
  return gather(stored, *selection_);
}

Batch Batch::slice(int64_t offset, int64_t length) const {
  HW_DCHECK(offset >= 0 && length >= 0 && offset + length <= num_rows());
  if (offset == 0 && length == num_rows()) return *this;
  if (selection_ != nullptr) return narrowed_to(cut(selection_, offset, length));
  std::vector<ColumnPtr> columns;
  columns.reserve(columns_.size());
  for (const ColumnPtr& column : columns_) columns.push_back(column->slice(offset, length));
  Batch batch(schema_, std::move(columns), length, cut(row_kinds_, offset, length));
  batch.key_hashes_ = cut(key_hashes_, offset, length);
  return batch;
}

Batch Batch::with_columns(SchemaPtr schema, std::vector<ColumnPtr> columns) const {
  HW_DCHECK(static_cast<int>(columns.size()) == schema->num_fields());
  Batch batch = *this;
  batch.schema_ = std::move(schema);
  batch.columns_ = std::move(columns);
  batch.key_hashes_ = moved(key_hashes_, columns_, batch.columns_);
  return batch;
}

Batch Batch::with_row_kinds(RowKindsPtr row_kinds) const {
  HW_DCHECK(!row_kinds || static_cast<int64_t>(row_kinds->size()) == num_stored_rows_);
  Batch batch = *this;
  batch.row_kinds_ = std::move(row_kinds);
  return batch;
}

int64_t Batch::num_bytes() const {
  int64_t bytes = row_kinds_ ? num_stored_rows_ : 0;
  for (const ColumnPtr& column : columns_) bytes += column_bytes(*column);
  return bytes;
}

Status Batch::validate() const {
  if (schema_ == nullptr) return Status::UnknownError("a batch has no schema");
  if (num_columns() != schema_->num_fields()) {
    return Status::UnknownError("a batch has ", num_columns(), " columns, its schema ",
                                schema_->num_fields());
  }
  for (int i = 0; i < num_columns(); ++i) {
    HW_TRY(validate_column(*column(i), schema_->field(i), num_stored_rows_));
  }
  if (row_kinds_ && static_cast<int64_t>(row_kinds_->size()) != num_stored_rows_) {
    return Status::UnknownError("a batch of ", num_stored_rows_, " rows has ", row_kinds_->size(),
                                " row kinds");
  }
  if (selection_ == nullptr) return Status::OK();
  int64_t last = -1;
  for (const int32_t row : *selection_) {
    if (row <= last || row >= num_stored_rows_) {
      return Status::UnknownError("selected row ", row, " follows ", last, " of ",
                                  num_stored_rows_);
    }
    last = row;
  }
  return Status::OK();
}

std::string Batch::to_text() const {
  std::string text;
  for (int64_t i = 0; i < num_rows(); ++i) {
    const int64_t row = selection_ ? (*selection_)[static_cast<size_t>(i)] : i;
    if (i > 0) text += " | ";
    text += hw::to_text(row_kind(row));
    text += '[';
    for (int c = 0; c < num_columns(); ++c) {
      if (c > 0) text += ", ";
      text += value_text(*column(c), row);
    }
    text += ']';
  }
  return text;
}

}  // namespace hw
